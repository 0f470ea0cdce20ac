import { existsSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assureStream, saveMark } from "../../src/cli/stream-mark.ts";
import { BrokenOffError, openBreakingPoints } from "../support/breaking-points.ts";
import { type Days, openDays, streamId } from "../support/run-days.ts";
import { readEvents, readSnapshot } from "../support/views.ts";
import { forty, losing, readStatuses } from "./losing-portfolio.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toEntryAt } from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let world: PortfolioDays;
beforeEach(async () => {
  world = await openPortfolioDays("v2");
  await world.run(0, forty);
  saveMark(world.days.database, makeIds("marked"));
});
afterEach(() => world.close());

/** Of the forty three move, and one is new. */
const moved = [...inGroup("south", range(1, 3)), ...forty.slice(3), ...inGroup("south", [41])];

const at = (hours: number) => noon + hours * hourMs;

function makeIds(prefix: string): () => string {
  let ids = 0;
  return () => {
    ids += 1;
    return `${prefix}-${ids}`;
  };
}

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function assure(days: Days, database = days.database): void {
  assureStream(database, { logger, clock: { now: () => at(2) }, makeId: makeIds("new"), isRunLocked: true });
}

/** As if the database were a copy whose mark has stayed elsewhere. */
function lose({ path }: Days): void {
  rmSync(`${path}.told`);
}

const readStreamId = ({ database }: Days) =>
  String(database.prepare("SELECT stream_id FROM snapshot_info").get()?.stream_id);

const readStreamIds = (days: Days, afterSequence: number) => [
  ...new Set(
    readEvents(days.database, afterSequence).map(
      ({ event }) => (event as unknown as { streamid: string }).streamid,
    ),
  ),
];

describe("a copy in the database's place", () => {
  it("tells what a twin tells, with the same sequences and no id of it, and shows the same", async () => {
    const twin = openDays(world.leap, {}, world.days);
    world.leap.entries = moved.map((sketch) => toEntryAt("v2", sketch, at(1)));
    await twin.run(at(1));
    lose(world.days);
    assure(world.days);
    await world.days.run(at(1));
    const [ours, theirs] = [world.days, twin].map((days) => readEvents(days.database));
    expect(ours!.length).toBeGreaterThan(2);
    expect(ours!.map(({ sequence, type, subject }) => [sequence, type, subject]).slice(0, -1)).toEqual(
      theirs!.map(({ sequence, type, subject }) => [sequence, type, subject]).slice(0, -1),
    );
    // What was told before stays as it was.
    expect(ours![0]).toEqual(theirs![0]);
    const ids = new Set(theirs!.map(({ id }) => id));
    expect(ours!.slice(1).filter(({ id }) => ids.has(id))).toEqual([]);
    expect([readStreamId(world.days), ...readStreamIds(world.days, 1)]).toEqual(["new-1", "new-1"]);
    expect(readStreamIds(twin, 0)).toEqual([streamId]);
    expect(readSnapshot(world.days.database).members).toEqual(readSnapshot(twin.database).members);
    twin.close();
  });

  it("loses the plan that was held: its events are of the stream before", async () => {
    const { report: held } = await world.run(1, losing);
    expect(held.status).toBe("held");
    const staged = world.days.database.prepare("SELECT count(*) AS n FROM staged_event");
    expect(staged.get()?.n).not.toBe(0);
    lose(world.days);
    assure(world.days);
    expect(readStatuses(world)).toEqual(["published", "discarded"]);
    expect(staged.get()?.n).toBe(0);
    expect(() => world.days.release(at(3), held)).toThrow(/is discarded: only a run that is held/);
    const { report: again } = await world.run(4, losing);
    expect([again.status, again.checksum === held.checksum]).toEqual(["held", false]);
    world.days.release(at(5), again);
    expect(readStreamIds(world.days, 2)).toEqual(["new-1"]);
  });

  it("is renewed whole or not at all, wherever it is broken off, and once", async () => {
    const { report: held } = await world.run(1, losing);
    let steps = 1;
    for (let broken = 1; broken <= steps; broken += 1) {
      const copy = openDays(world.leap, {}, world.days);
      const points = openBreakingPoints(broken, { isDead: true });
      expect(existsSync(`${copy.path}.told`)).toBe(false);
      expect(() => assure(copy, points.wrapDatabase(copy.database))).toThrow(BrokenOffError);
      expect([readStreamId(copy), readStatuses({ ...world, days: copy })]).toEqual([
        streamId,
        ["published", "held"],
      ]);
      const counting = openBreakingPoints(0, { isDead: false });
      assure(copy, counting.wrapDatabase(copy.database));
      steps = counting.stepCount();
      expect([readStreamId(copy), readStatuses({ ...world, days: copy })]).toEqual([
        "new-1",
        ["published", "discarded"],
      ]);
      assure(copy, openBreakingPoints(1, { isDead: true }).wrapDatabase(copy.database));
      copy.close();
    }
    expect(steps).toBeGreaterThan(5);
    // Nothing of that touched the database itself.
    assure(world.days);
    expect(world.days.release(at(3), held).status).toBe("published");
  });

  it("tells nothing that an unfinished run has staged under the old stream id", async () => {
    const twin = openDays(world.leap, {}, world.days);
    world.leap.entries = moved.map((sketch) => toEntryAt("v2", sketch, at(1)));
    const counting = openBreakingPoints(0, { isDead: false });
    await twin.run(at(1), counting);
    twin.close();
    // So late that everything is planned, and all but published.
    const late = openBreakingPoints(counting.stepCount() - 25, { isDead: true });
    await expect(world.days.run(at(1), late)).rejects.toThrow();
    const staged = world.days.database.prepare("SELECT count(*) AS n FROM staged_event").get();
    expect(staged?.n).not.toBe(0);
    lose(world.days);
    assure(world.days);
    const before = readEvents(world.days.database).length;
    expect((await world.days.run(at(2))).status).toBe("published");
    expect(readEvents(world.days.database).length).toBeGreaterThan(before + 2);
    expect(readStreamIds(world.days, 1)).toEqual(["new-1"]);
  });
});
