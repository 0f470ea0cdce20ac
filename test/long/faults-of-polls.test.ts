import { describe, expect, onTestFinished, test } from "vitest";
import { toExitCode } from "../../src/failure/index.ts";
import type { Fault } from "../../src/simulator/index.ts";
import { nextMs, openPublished, rulesOf } from "../integration/faulty-days.ts";
import { nowMs, start } from "../support/asked-simulator.ts";
import { openDays } from "../support/run-days.ts";
import { dayMs, refuse } from "../support/six-meters.ts";
import { readChanges, readEvents, readSnapshot } from "../support/views.ts";

/** A lively portfolio: a poll of a day has some pages to read. */
const lively = { meterCount: 300, changeRate: 5, newMetersPerDay: 0 };
const hourMs = 3_600_000;

describe("a poll that meets the fault", () => {
  test("empty-first-page: hides changes until the next sweep, which says so; then it sweeps", async () => {
    const { leap, days } = await openPublished({}, lively);
    leap.setFaults([{ kind: "empty-first-page" }]);
    const poll = await days.run(nextMs, { mode: "poll" });
    expect([poll.mode, poll.exit_code, poll.trips]).toEqual(["poll", 0, []]);
    expect(poll.meters).toMatchObject({ returned: 0, absent: 0, changed: 0 });
    leap.setFaults([]);
    const sweep = await days.run(nextMs + hourMs);
    expect([sweep.exit_code, sweep.meters.changed > 20]).toEqual([0, true]);
    expect(sweep.warnings.join("\n")).toMatch(/polls missed \d+ changes/);
    const next = await days.run(nextMs + 2 * hourMs, { mode: "poll" });
    expect([next.mode, next.exit_code]).toEqual(["sweep", 0]);
    expect(next.warnings.join("\n")).toMatch(/swept instead.*METER_SYNC_POLL_TRUST/);
  });

  test.each<[Fault, string, number, RegExp]>([
    [{ kind: "repeated-token", period: 1 }, "contract", 4, /same page token twice/],
    [{ kind: "repeated-token", page: 3, period: 2 }, "contract", 4, /same page token twice/],
    [{ kind: "html" }, "contract", 4, /answered HTML, not JSON/],
    [{ kind: "reset" }, "environment", 3, /no answer from/],
    [{ kind: "throttle" }, "environment", 3, /answered 429/],
  ])("%o: publishes nothing, and the next poll goes on from where the last run ended", async (...row) => {
    const [fault, kind, exitCode, said] = row;
    const { leap, days } = await openPublished({}, lively);
    const told = readChanges(days.database).length;
    leap.setFaults([fault]);
    const failure = await refuse(days, nextMs, { mode: "poll" });
    expect([failure.kind, toExitCode(failure)]).toEqual([kind, exitCode]);
    expect(failure.message).toMatch(said);
    expect(readChanges(days.database).length).toBe(told);
    leap.setFaults([]);
    const poll = await days.run(nextMs, { mode: "poll" });
    expect([poll.mode, poll.exit_code, poll.meters.changed > 20]).toEqual(["poll", 0, true]);
    const sweep = await days.run(nextMs + 1);
    expect(sweep.meters.changed).toBe(0);
  });

  test("token-expiry: begins again, and tells the same as a poll that met none", async () => {
    const [straight, expired] = [await openPublished({}, lively), await openPublished({}, lively)];
    expired.leap.setFaults([{ kind: "token-expiry", requests: 0, times: 2 }]);
    const [usual, poll] = [
      await straight.days.run(nextMs, { mode: "poll" }),
      await expired.days.run(nextMs, { mode: "poll" }),
    ];
    expect([poll.mode, poll.windows.restarted, poll.checksum]).toEqual(["poll", 2, usual.checksum]);
    expect(poll.changes).toEqual(usual.changes);
  });

  test("ungrouped: is held like a sweep, and the next clean sweep tells only what is true", async () => {
    const { leap, days } = await openPublished({}, lively);
    const before = readSnapshot(days.database);
    leap.setFaults([{ kind: "ungrouped" }]);
    const held = await days.run(nextMs, { mode: "poll" });
    expect([held.status, held.exit_code, rulesOf(held)]).toEqual(["held", 6, ["lost_meters"]]);
    expect(readSnapshot(days.database)).toEqual(before);
    leap.setFaults([]);
    const clean = await days.run(nextMs);
    expect([clean.exit_code, clean.trips]).toEqual([0, []]);
    const again = await days.run(nextMs + 1);
    expect([again.meters.changed, again.changes]).toEqual([0, {}]);
  });

  test("other-account: a poll that is answered with strangers is a sweep, and that one is held", async () => {
    const { leap, days } = await openPublished({}, lively);
    leap.setFaults([{ kind: "other-account" }]);
    const poll = await days.run(nextMs, { mode: "poll" });
    expect([poll.mode, poll.status, poll.exit_code]).toEqual(["sweep", "held", 6]);
    expect(poll.trips.map(({ rule }) => rule)).toContain("account_changed");
    expect(poll.warnings.join()).toContain("asked for a poll, swept instead");
    expect(readEvents(days.database).filter(({ type }) => type === "meter.created")).toEqual([]);
    const known = days.database.prepare("SELECT count(*) AS n FROM snapshot_meters").get();
    expect(known).toEqual({ n: 300 });
  });

  test.each([2, -2])("clock-skew by %i hours in the sweep before: misses nothing", async (hours) => {
    const leap = await start({ ...lively, faults: [{ kind: "clock-skew", seconds: hours * 3600 }] });
    const days = openDays(leap, { pageSize: 10, portfolioStart: "2019-01-01" });
    onTestFinished(() => days.close());
    await days.run(nowMs);
    leap.setFaults([]);
    // Within the skew, and beyond it.
    for (const laterMs of [hourMs, 3 * hourMs, dayMs]) {
      leap.setNow(nowMs + laterMs);
      const poll = await days.run(leap.nowMs(), { mode: "poll" });
      expect([poll.mode, poll.exit_code]).toEqual(["poll", 0]);
      const truth = days.database.prepare("SELECT meter_id, document FROM snapshot_meters").all();
      const stale = truth.filter(({ meter_id, document }) => {
        const index = leap.portfolio.indexOf(String(meter_id))!;
        const state = leap.portfolio.stateOf(index, leap.nowMs());
        return JSON.stringify(leap.portfolio.documentOf(state, leap.nowMs(), "v2")) !== document;
      });
      expect(stale).toEqual([]);
    }
  });
});
