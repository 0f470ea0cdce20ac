import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDays } from "../support/run-days.ts";
import { countRows, readEvents, readMembers, readSnapshot } from "../support/views.ts";
import { forty, losing, readStatuses } from "./losing-portfolio.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, toEntryAt, toLines } from "./portfolio-days.ts";
import { runProgram } from "./run-program.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
beforeEach(async () => {
  world = await openPortfolioDays("v2");
  await world.run(0, forty);
});
afterEach(() => world.close());

const at = (hours: number) => noon + hours * hourMs;
const hold = async (hours: number, meters = losing) => (await world.run(hours, meters)).report;

describe("a held run", () => {
  it("shows its plan, and nothing of it is published", async () => {
    const before = readSnapshot(world.days.database);
    const report = await hold(1);
    expect([report.status, report.exit_code, report.published_at]).toEqual(["held", 6, null]);
    expect(report.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(report.changes).toEqual({
      "meter.created": 1,
      "meter.enrollment.group.updated": 2,
      "meter.group.remapped": 14,
    });
    expect(readSnapshot(world.days.database)).toEqual(before);
    const told = readEvents(world.days.database);
    expect(told.map(({ type }) => type)).toEqual(["sync.published", "sync.held"]);
    expect(told[1]!.event.data.after).toMatchObject({ run_id: report.run_id, checksum: report.checksum });
  });

  it("has the same checksum when it is found again, later and in other windows", async () => {
    const first = await hold(1);
    const second = (await world.run(3, [...losing].reverse(), { cuts: [Date.UTC(2026, 0, 3)] })).report;
    expect(second.checksum).toBe(first.checksum);
    const third = await hold(4, [...losing.slice(0, -1), ...inGroup("west", [41])]);
    expect(third.checksum).not.toBe(first.checksum);
  });

  it("is superseded by a clean run, which publishes", async () => {
    await hold(1);
    const { report, told } = await world.run(2, [...forty, ...inGroup("south", [41])]);
    expect([report.status, readStatuses(world)]).toEqual([
      "published",
      ["published", "superseded", "published"],
    ]);
    expect(toLines(told)).toEqual([
      "created 41",
      "remapped 41: none → south, 2026-11-10…, revised",
      "group south: +1 -0, 2026-11-10…",
    ]);
    expect(world.days.database.prepare("SELECT count(*) AS n FROM staged_event").get()).toEqual({ n: 0 });
  });

  it("is superseded by another that is held, and that one is to be decided on", async () => {
    const first = await hold(1);
    const second = await hold(2, losing.slice(0, -1));
    expect(readStatuses(world)).toEqual(["published", "superseded", "held"]);
    expect(() => world.days.release(at(3), first)).toThrow(expect.objectContaining({ kind: "usage" }));
    expect(world.days.release(at(3), second).status).toBe("published");
    expect(readStatuses(world)).toEqual(["published", "superseded", "published"]);
  });

  it("stays held behind a run that failed", async () => {
    const held = await hold(1);
    world.leap.rewrite = () => ({ status: 503, body: {} });
    expect(await world.fail(2, losing, { attemptCountMax: 1 })).toBe("environment");
    world.leap.rewrite = null;
    expect(readStatuses(world)).toEqual(["published", "held", "failed"]);
    expect(world.days.release(at(3), held).status).toBe("published");
    expect(readMembers(world.days.database).length).toBe(29 * 3);
  });

  it("may be a poll, whose losses are weighed too; what follows it is a sweep", async () => {
    const entries = losing.map((sketch) => ({ ...toEntryAt("v2", sketch, at(1)), modifiedMs: at(0.9) }));
    const { report } = await world.run(1, losing, { mode: "poll", entries });
    expect([report.mode, report.status, report.trips.map(({ rule }) => rule)]).toEqual([
      "poll",
      "held",
      ["lost_meters"],
    ]);
    const next = await world.run(2, losing, { mode: "poll", entries });
    expect([next.report.mode, next.report.status, next.report.checksum]).toEqual([
      "sweep",
      "held",
      report.checksum,
    ]);
    expect(next.report.warnings[0]).toContain(`run ${report.run_id} is held back`);
    expect(world.days.release(at(3), next.report).status).toBe("published");
    expect((await world.run(4, losing, { mode: "poll" })).report.mode).toBe("poll");
  });

  it("is read anew by the next run: its windows are not taken over", async () => {
    await hold(1);
    const { report } = await world.run(2, losing);
    expect(report.windows.resumed).toBe(0);
  });

  it("on a dry run of the command is printed with exit 6, and leaves nothing behind", async () => {
    const rows = countRows(world.days.database);
    const files = readdirSync(dirname(world.days.path)).sort();
    world.leap.entries = losing.map((sketch) => toEntryAt("v2", sketch, at(1)));
    const { exitCode, stdout, stderr } = await runProgram(
      ["sync", "--dry-run", "--now", new Date(at(1)).toISOString(), "--database", world.days.path],
      {
        LEAP_BASE_URL: world.leap.url,
        LEAP_API_KEY: world.leap.apiKey,
        LEAP_ACCOUNT_ID: world.leap.accountId,
      },
    );
    expect(exitCode, stderr).toBe(6);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ status: "held", is_dry_run: true, trips: [{ rule: "lost_meters" }] });
    expect(countRows(world.days.database)).toEqual(rows);
    // The lock of whoever writes is no part of the database.
    const left = readdirSync(dirname(world.days.path)).filter((name) => !name.endsWith(".lock"));
    expect(left.sort()).toEqual(files);
    expect(() => world.days.release(at(2), report)).toThrow(expect.objectContaining({ kind: "usage" }));
  });

  it("in a private copy leaves nothing in the database it was copied from", async () => {
    const before = countRows(world.days.database);
    const copy = openDays(world.leap, {}, world.days);
    world.leap.entries = losing.map((sketch) => toEntryAt("v2", sketch, at(1)));
    const report = await copy.run(at(1), { isDryRun: true });
    expect([report.status, report.is_dry_run, report.exit_code]).toEqual(["held", true, 6]);
    copy.close();
    expect([countRows(world.days.database), readStatuses(world)]).toEqual([before, ["published"]]);
  });
});

describe("a discarded run", () => {
  it("is dropped for good, and the next run reads and weighs anew", async () => {
    const held = await hold(1);
    const before = readSnapshot(world.days.database);
    expect(world.days.discard(at(2), held).status).toBe("discarded");
    expect([readSnapshot(world.days.database), readStatuses(world)]).toEqual([
      before,
      ["published", "discarded"],
    ]);
    expect(() => world.days.release(at(3), held)).toThrow(expect.objectContaining({ kind: "usage" }));
    const rows = countRows(world.days.database);
    for (const [table, count] of Object.entries(rows)) {
      if (table.startsWith("staged_")) expect([table, count]).toEqual([table, 0]);
    }
    world.leap.forgetAsked();
    const { report, told } = await world.run(4, forty);
    expect([report.windows, world.leap.asked.length]).toMatchObject([{ read: 1, resumed: 0 }, 1]);
    expect([report.status, toLines(told), readStatuses(world)]).toEqual([
      "published",
      [],
      ["published", "discarded", "published"],
    ]);
  });
});
