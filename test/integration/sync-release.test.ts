import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { groupId } from "../support/documents.ts";
import { noRules } from "../support/oracle-breaker.ts";
import { openDays } from "../support/run-days.ts";
import { readChanges, readEvents, readMembers, readSnapshot, type Told } from "../support/views.ts";
import { forty, losing, readStatuses } from "./losing-portfolio.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toLines } from "./portfolio-days.ts";
import { breakAfter, hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
beforeEach(async () => {
  world = await openPortfolioDays("v2");
  await world.run(0, forty);
});
afterEach(() => world.close());

const at = (hours: number) => noon + hours * hourMs;
const hold = async (hours: number, meters = losing) => (await world.run(hours, meters)).report;

/** What an event says but for its place in the outbox, when it was told, and by which run. */
function toSaid({ id, type, event }: Told) {
  const { lead_time_hours: _, ...data } = event.data;
  return { id, type, data };
}

describe("a released run", () => {
  it("publishes exactly what it planned: the same ids and data as if nobody had held it", async () => {
    const twin = openDays(world.leap, {}, world.days);
    const held = await hold(1);
    const undisturbed = await twin.run(at(1), { rules: noRules });
    expect(held.checksum).toBe(undisturbed.checksum);
    // Leap says something else by now, which is the next run's to tell.
    world.leap.entries = [];
    world.days.release(at(30), held);
    expect(readChanges(world.days.database).map(toSaid)).toEqual(readChanges(twin.database).map(toSaid));
    const [ours, theirs] = [readSnapshot(world.days.database), readSnapshot(twin.database)];
    for (const view of ["members", "groups"] as const) expect(ours[view]).toEqual(theirs[view]);
    const toDated = (rows: readonly string[]) =>
      rows.map((row) => row.replaceAll("2026-11-10T21:00:00.000Z", "2026-11-12T02:00:00.000Z")).sort();
    for (const view of ["meters", "history", "info"] as const) {
      expect(ours[view], view).toEqual(toDated(theirs[view]!));
    }
    twin.close();
  });

  it("is told and known from the moment of its release, with as many hours of lead as are left", async () => {
    const held = await hold(1);
    const released = world.days.release(at(6.25), held);
    expect(released).toMatchObject({
      run_id: held.run_id,
      status: "published",
      exit_code: 0,
      is_released: true,
      published_at: "2026-11-11T02:15:00.000Z",
      checksum: held.checksum,
    });
    const told = readEvents(world.days.database).slice(2);
    expect(told.at(-1)!.type).toBe("sync.published");
    expect(told.at(-1)!.event.data.after).toMatchObject({ is_released: true, run_id: held.run_id });
    const times = told.map(({ event }) => (event as unknown as { time: string }).time);
    expect(new Set(times)).toEqual(new Set(["2026-11-11T02:15:00.000Z"]));
    const leads = told.flatMap(({ event: { data } }) => data.lead_time_hours ?? []);
    // The 10th began at eight in the morning, UTC.
    expect(new Set(leads)).toEqual(new Set([-18.25]));
    const known = world.days.database
      .prepare("SELECT DISTINCT known_to FROM snapshot_assignment_history WHERE known_to IS NOT NULL")
      .all();
    expect(known).toEqual([{ known_to: "2026-11-11T02:15:00.000Z" }]);
    const info = world.days.database.prepare("SELECT published_at FROM snapshot_info").get();
    expect(info).toEqual({ published_at: "2026-11-11T02:15:00.000Z" });
  });

  it("is gone on from by the next run, which tells only what is new", async () => {
    const held = await hold(1);
    world.days.release(at(2), held);
    const same = await world.run(3, losing);
    expect([same.report.status, same.report.trips, toLines(same.told)]).toEqual(["published", [], []]);
    const { told } = await world.run(4, forty);
    expect(toLines(told).filter((line) => line.startsWith("remapped")).length).toBe(13);
    expect(new Set(readEvents(world.days.database).map(({ id }) => id)).size).toBe(
      readEvents(world.days.database).length,
    );
  });

  it("has been released by its own checksum, in whatever case, and by no other", async () => {
    const held = await hold(1);
    const before = readSnapshot(world.days.database);
    const other = { ...held, checksum: "0".repeat(64) };
    expect(() => world.days.release(at(2), other)).toThrow(expect.objectContaining({ kind: "usage" }));
    expect([readSnapshot(world.days.database), readStatuses(world)]).toEqual([before, ["published", "held"]]);
    const spelled = { ...held, checksum: ` ${held.checksum!.toUpperCase()}\n` };
    expect(world.days.release(at(2), spelled).status).toBe("published");
  });

  it("cannot be decided on again, and neither can a run that does not exist", async () => {
    const usage = expect.objectContaining({ kind: "usage" });
    const held = await hold(1);
    world.days.release(at(2), held);
    expect(() => world.days.release(at(3), held)).toThrow(usage);
    expect(() => world.days.discard(at(3), held)).toThrow(usage);
    expect(() => world.days.release(at(3), { ...held, run_id: "no-such-run" })).toThrow(usage);
    expect(readEvents(world.days.database).filter(({ type }) => type === "sync.published").length).toBe(2);
  });

  it("is refused where the staged plan is no longer what it was", async () => {
    const held = await hold(1);
    world.days.database
      .prepare(
        "DELETE FROM staged_assignment WHERE staged_id = (SELECT min(staged_id) FROM staged_assignment)",
      )
      .run();
    const before = readSnapshot(world.days.database);
    expect(() => world.days.release(at(2), held)).toThrow("is no longer what it was");
    expect(readSnapshot(world.days.database)).toEqual(before);
  });

  it("is published whole or not at all (I1)", async () => {
    const held = await hold(1);
    const before = [readSnapshot(world.days.database), readEvents(world.days.database)];
    const failing = () =>
      world.days.release(at(2), held, (database) => ({
        ...database,
        prepare: (sql) => {
          if (sql.startsWith("UPDATE stream SET api_version")) throw new Error("the disk is full");
          return database.prepare(sql);
        },
      }));
    expect(failing).toThrow("the disk is full");
    expect([readSnapshot(world.days.database), readEvents(world.days.database)]).toEqual(before);
    expect(world.days.release(at(2), held).status).toBe("published");
  });

  it("is not released by a clock that is behind the last publication by more than an hour", async () => {
    const held = await hold(1);
    const environment = expect.objectContaining({ kind: "environment" });
    expect(() => world.days.release(at(-1.5), held)).toThrow(environment);
    expect(world.days.release(at(-0.5), held).published_at).toBe("2026-11-10T21:00:00.000Z");
  });
});

describe("a run that failed between a held run and its release", () => {
  it("is not resumed: what it read was compared with another snapshot (I12)", async () => {
    const cuts = [Date.UTC(2026, 0, 3)];
    const held = await hold(1);
    // Leap is back to what it was, and a sweep that saw half of that breaks down.
    const wrapLeap = breakAfter(1);
    expect(await world.fail(2, forty, { cuts, concurrency: 1, wrapLeap })).toBe("the network broke down");
    world.days.release(at(3), held);
    const { told } = await world.run(4, forty, { cuts, concurrency: 1 });
    expect(toLines(told).filter((line) => line.startsWith("remapped")).length).toBe(13);
    expect(readMembers(world.days.database).filter((row) => row.includes(groupId("north"))).length).toBe(120);
  });

  it("does not touch the held plan, though it staged a plan of its own", async () => {
    const held = await hold(1);
    const other = [...inGroup("west", range(1, 41)), ...inGroup("west", [42])];
    const kind = await world.fail(2, other, {
      wrapDatabase: (database) => ({
        ...database,
        prepare: (sql) => {
          if (sql.startsWith("UPDATE stream SET api_version")) throw new Error("the disk is full");
          return database.prepare(sql);
        },
      }),
    });
    expect(kind).toBe("the disk is full");
    expect(world.days.release(at(3), held).status).toBe("published");
    expect(readMembers(world.days.database).filter((row) => row.includes(groupId("west")))).toEqual([]);
    // Too late to go on with what the failed run had read.
    expect(toLines((await world.run(9, losing)).told)).toEqual([]);
  });
});

describe("what time alone changes between a plan and its release", () => {
  it("is told by the next run: a preference that began meanwhile", async () => {
    const preferences = [
      { participation_preference: "PARTICIPATE", start_time: "2026-01-02T00:00:00Z" },
      { participation_preference: "IDLE", start_time: new Date(at(5)).toISOString() },
    ];
    const meters = [...losing.slice(0, 30), { ...losing[30]!, preferences }, ...losing.slice(31)];
    const held = await hold(1, meters);
    world.days.release(at(10), held);
    expect(toLines((await world.run(11, meters)).told)).toEqual(["participation-status 31"]);
    expect(toLines((await world.run(12, meters)).told)).toEqual([]);
  });

  it("is told by the next run: a day that entered the horizon meanwhile", async () => {
    const stays = [
      { group: "north", from: "2026-11-01", to: "2026-11-12" },
      { group: "west", from: "2026-11-13" },
    ];
    const meters = [...losing.slice(0, 30), { number: 31, stays }, ...losing.slice(31)];
    const held = await hold(1, meters);
    world.days.release(at(30), held);
    const { told } = await world.run(31, meters);
    expect(toLines(told)[0]).toBe("remapped 31: north → west, 2026-11-13…, announced");
  });
});

describe("absences in a released plan", () => {
  it("begin their twelve hours with the release", async () => {
    const held = await hold(1, losing.slice(0, -2));
    expect(held.absence).toMatchObject({ looked_up: true, missing: 1 });
    world.days.release(at(10), held);
    expect(toLines((await world.run(21.9, losing.slice(0, -2))).told)).toEqual([]);
    const { told } = await world.run(22, losing.slice(0, -2));
    expect(toLines(told)[0]).toBe("remapped 40: north → none, 2026-11-11…, revised missing");
  });
});
