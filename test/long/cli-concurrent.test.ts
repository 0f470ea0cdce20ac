import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CliWorld, first, type Gate, openCliWorld, openGate, second } from "../integration/cli-world.ts";

let world: CliWorld;
let gate: Gate;

beforeEach(async () => {
  world = await openCliWorld();
  gate = await openGate(world.leap.url);
});
afterEach(async () => {
  gate.open();
  await gate.close();
  await world.close();
});

describe("two commands at once on one database (I12)", () => {
  it("let one work and the others exit 5, and nothing is doubled", async () => {
    const spool = { METER_SYNC_SINKS: `file:${join(world.folder, "events.ndjson")}` };
    const slow = world.start(["sync", "--baseline-events", "--now", first], {
      ...spool,
      LEAP_BASE_URL: gate.url,
    });
    await gate.isKnocked;
    const others = await Promise.all([
      world.run(["sync", "--now", first], spool),
      world.run(["release", "held", "--checksum", "0".repeat(64), "--now", first], spool),
      world.run(["discard", "held", "--now", first], spool),
    ]);
    expect(others.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual([
      [5, ""],
      [5, ""],
      [5, ""],
    ]);
    gate.open();
    const done = await slow.ended;
    expect(done.exitCode, done.stderr).toBe(0);
    const { stdout } = await world.run(["events"]);
    const told = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(told.filter(({ type }) => type === "meter.created")).toHaveLength(60);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    expect(told.map(({ sequence }) => Number(sequence))).toEqual(told.map((_, index) => index + 1));
    expect(JSON.parse((await world.run(["runs"])).stdout)).toHaveLength(1);
  });
});

describe("after kill -9 of a run (I12)", () => {
  it("the next one starts at once, and the killed one shows as failed", async () => {
    const { child, ended } = world.start(["sync", "--now", first], { LEAP_BASE_URL: gate.url });
    await gate.isKnocked;
    child.kill("SIGKILL");
    await ended;
    const next = await world.sync(second);
    expect(next.exitCode, next.stderr).toBe(0);
    const runs = JSON.parse((await world.run(["runs"])).stdout);
    expect(runs.map(({ status }: { status: string }) => status)).toEqual(["published", "failed"]);
    expect(runs[1].error).toBe("the process ended before the run did");
  });
});
