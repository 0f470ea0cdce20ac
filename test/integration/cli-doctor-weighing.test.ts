import { describe, expect, it } from "vitest";
import { weighClock } from "../../src/cli/doctor-leap-checks.ts";
import { checkTimes, findClockChanges, toSweepGapMs } from "../../src/cli/doctor-schedule-checks.ts";
import { weighSink } from "../../src/cli/doctor-sink-checks.ts";
import { weighFreshness, weighOverdue, weighRuns } from "../../src/cli/doctor-standing-checks.ts";
import type { SinkRow } from "../../src/cli/sink-rows.ts";

const noon = Date.parse("2026-11-02T12:00:00Z");
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe("the clock, against Leap's", () => {
  /** Leap answered in the middle of a question that took so long; our clock is off by so much. */
  const weigh = (offMs: number, tookMs = 100, rehearsedAtMs: number | null = null) =>
    weighClock(
      // The second is cut off: at noon and 0.5 s Leap says noon.
      {
        serverDateMs: noon,
        askedAtMs: noon + 500 + offMs - tookMs / 2,
        answeredAtMs: noon + 500 + offMs + tookMs / 2,
      },
      rehearsedAtMs,
    );

  it.each([0, 4 * minuteMs, -4 * minuteMs, 5 * minuteMs, -5 * minuteMs])("takes %d ms as right", (offMs) => {
    expect(weigh(offMs)).toMatchObject({ outcome: "ok", check: "clock" });
  });

  it.each([
    [5 * minuteMs + 600, "5 min ahead of Leap's"],
    [-5 * minuteMs - 600, "5 min behind Leap's"],
    [3 * hourMs, "3 h ahead of"],
  ])("takes %d ms as wrong, to be set", (offMs, words) => {
    expect(weigh(offMs)).toMatchObject({ outcome: "fail", exitCode: 3 });
    expect(weigh(offMs).message).toContain(words);
    expect(weigh(offMs).message).toContain("NTP");
  });

  it("does not hold a slow answer against it: Leap looked at its own some time in between", () => {
    expect(weigh(5 * minuteMs + 9000, 20_000).outcome).toBe("ok");
    expect(weigh(5 * minuteMs + 11_000, 20_000).outcome).toBe("fail");
  });

  it("says of a clock that is right to how much", () => {
    expect(weigh(0, 2000).message).toBe("within 2 s of Leap's");
  });

  it("leaves a rehearsal's time alone, and says so where Leap says none", () => {
    expect(weigh(0, 100, noon - 24 * hourMs)).toMatchObject({ outcome: "warn" });
    expect(weighClock({ serverDateMs: null, askedAtMs: noon, answeredAtMs: noon }, null)).toMatchObject({
      outcome: "warn",
      message: expect.stringMatching(/did not say/),
    });
  });
});

describe("the times of schedule", () => {
  const check = (cron: string, timezone = "UTC", pollCron: string | null = null) =>
    checkTimes({ cron, pollCron, timezone }, noon);

  it("says when the next runs are", () => {
    expect(check("17 6 * * *")).toMatchObject([
      {
        outcome: "ok",
        check: "sweeps",
        message: expect.stringContaining("at 2026-11-03T06:17:00.000Z, then 2026-11-04"),
      },
    ]);
    expect(check("17 6 * * *", "America/New_York", "*/15 * * * *")).toMatchObject([
      { outcome: "ok", message: expect.stringContaining("in America/New_York: at 2026-11-03T11:17:00.000Z") },
      { outcome: "ok", check: "polls", message: expect.stringContaining("at 2026-11-02T12:15:00.000Z") },
    ]);
  });

  it.each([
    ["30 2 * * *", "America/Los_Angeles", "left out there on 2027-03-14 at 02:00, at the end of that hour"],
    ["15 1 * * *", "America/Chicago", "repeated there on 2027-11-07 at 01:00, the first time only"],
    ["0 2 * * *", "Europe/Berlin", "left out there on 2027-03-28 at 02:00"],
    ["15 2 * * *", "Australia/Lord_Howe", "left out there on 2027-10-03 at 02:00"],
  ])("warns of %s in %s", (cron, timezone, words) => {
    const changed = checkTimes({ cron, pollCron: null, timezone }, Date.parse("2026-11-10T00:00:00Z"));
    expect(changed).toMatchObject([{ outcome: "warn", message: expect.stringContaining(words) }]);
  });

  it.each([
    ["0 3 * * *", "America/Los_Angeles"],
    ["59 0 * * *", "America/Chicago"],
    ["30 2 * * *", "America/Phoenix"],
    // Another one follows within the hour.
    ["*/20 * * * *", "America/Los_Angeles"],
  ])("does not warn of %s in %s", (cron, timezone) => {
    expect(check(cron, timezone)).toMatchObject([{ outcome: "ok" }]);
  });

  it.each(["0 0 30 2 *", "0 0 31 4 *", "0 25 * * *"])("warns of %s, which never comes", (cron) => {
    expect(check(cron, "UTC", cron)).toMatchObject([
      { outcome: "warn", check: "sweeps", message: expect.stringMatching(/cannot use METER_SYNC_CRON/) },
      { outcome: "warn", check: "polls", message: expect.stringMatching(/cannot use METER_SYNC_POLL_CRON/) },
    ]);
  });

  it("knows each change of a zone's clock", () => {
    const changes = findClockChanges("America/New_York", Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1));
    const local = (text: string) => Date.parse(`${text}Z`);
    expect(changes).toEqual([
      { kind: "left out", fromMs: local("2026-03-08T02:00:00"), toMs: local("2026-03-08T03:00:00") },
      { kind: "repeated", fromMs: local("2026-11-01T01:00:00"), toMs: local("2026-11-01T02:00:00") },
    ]);
    expect(findClockChanges("UTC", Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))).toEqual([]);
  });
});

describe("what is published", () => {
  const weigh = (hours: number, cron = "17 6 * * *") =>
    weighFreshness(
      { info: { published_at: new Date(noon - hours * hourMs).toISOString() } as never },
      toSweepGapMs({ cron, pollCron: null, timezone: "UTC" }, noon),
      noon,
    );

  it("is fresh until one run, and half the time to the next, did not come", () => {
    expect(weigh(36)).toMatchObject([{ outcome: "ok", check: "freshness" }]);
    expect(weigh(37)).toMatchObject([{ outcome: "warn", message: expect.stringContaining("every 24 h") }]);
    expect(weigh(5, "0 */4 * * *")).toMatchObject([{ outcome: "ok" }]);
    expect(weigh(7, "0 */4 * * *")).toMatchObject([{ outcome: "warn" }]);
    // Not run at week-ends: Friday to Monday is the longest gap.
    expect(weigh(100, "0 6 * * 1-5")).toMatchObject([{ outcome: "ok" }]);
  });

  it("may be nothing yet", () => {
    expect(weighFreshness({ info: null }, hourMs, noon)).toMatchObject([{ outcome: "warn" }]);
  });

  it("is not said to be stale where no time ever comes", () => {
    expect(weigh(1000, "0 0 30 2 *")).toMatchObject([{ outcome: "ok" }]);
  });
});

describe("what waits for somebody", () => {
  const run = { run_id: "r-1", status: "held", started_at: "2026-11-02T06:17:00.000Z", error: null };

  it("names the run that is held, and why the last one failed", () => {
    const at = { finished_at: "2026-11-02T10:00:00.000Z" };
    expect(weighRuns({ held_run: { ...run, ...at } as never, last_run: null }, noon)).toMatchObject([
      {
        outcome: "warn",
        check: "held run",
        message: expect.stringMatching(/r-1 .* 2 h.*`meter-sync run held`/),
      },
    ]);
    const failed = { ...run, ...at, status: "failed", error: "nobody answers" } as never;
    expect(weighRuns({ held_run: null, last_run: failed }, noon)).toMatchObject([
      { outcome: "warn", check: "last run", message: expect.stringContaining("nobody answers") },
    ]);
    const published = { ...run, status: "published" } as never;
    expect(weighRuns({ held_run: null, last_run: published }, noon)).toEqual([]);
  });

  it("names remaps that are overdue, where anybody reports on them", () => {
    expect(weighOverdue(null)).toEqual([]);
    expect(weighOverdue(0)).toMatchObject([{ outcome: "ok" }]);
    expect(weighOverdue(3)).toMatchObject([
      { outcome: "warn", message: expect.stringMatching(/^3 .*overdue/) },
    ]);
  });

  const fine: SinkRow = {
    name: "webhook:ems",
    is_configured: true,
    state: "ok",
    backlog: "ok",
    settled_sequence: 3,
    start_sequence: 0,
    settled_at: null,
    undelivered: 0,
    set_aside: 0,
    oldest_undelivered_at: null,
    oldest_undelivered_age_seconds: null,
    retry_at: null,
    disabled_at: null,
    failure_count: 0,
    error: null,
    error_at: null,
  };

  it.each<[string, Partial<SinkRow>, RegExp[]]>([
    ["in order", {}, []],
    ["never met", { state: "new" }, []],
    ["disabled", { state: "disabled", undelivered: 7 }, [/7 events undelivered: `meter-sync enable ems`/]],
    ["waiting", { state: "waiting", retry_at: "T", error: "503" }, [/waits until T.*: 503/]],
    ["failing", { state: "failing", failure_count: 4, error: "cut" }, [/failed 4 times.*: cut/]],
    ["too slow", { backlog: "full", undelivered: 9 }, [/9 events .*METER_SYNC_BACKLOG_MAX/]],
    ["with dead letters", { set_aside: 2 }, [/^2 dead letters: `meter-sync dead-letters`/]],
    ["given up", { state: "not_configured", is_configured: false }, []],
    ["given up with dead letters", { state: "not_configured", is_configured: false, set_aside: 1 }, [/drop/]],
  ])("tells of a sink that is %s", (_, difference, messages) => {
    const findings = weighSink({ ...fine, ...difference });
    expect(findings).toEqual(
      messages.map((message) => ({
        outcome: "warn",
        check: "webhook:ems",
        message: expect.stringMatching(message),
        exitCode: 3,
      })),
    );
  });
});
