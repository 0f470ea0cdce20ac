import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliWorld, first, openCliWorld, second, third } from "../integration/cli-world.ts";

type Told = { readonly id: string; readonly sequence: string; readonly streamid: string };

let world: CliWorld;
let spool: string;
let sinks: Record<string, string>;
beforeAll(async () => {
  world = await openCliWorld();
  spool = join(world.folder, "events.ndjson");
  sinks = { METER_SYNC_SINKS: `file:${spool}` };
});
afterAll(() => world.close());

function sync(now: string, ...words: string[]) {
  world.leap.setNow(Date.parse(now));
  return world.run(["sync", "--now", now, ...words], sinks);
}

const readSpool = (): Told[] =>
  readFileSync(spool, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

async function examine(): Promise<Record<string, string>> {
  const { stdout } = await world.run(["doctor", "--now", second]);
  const findings: { check: string }[] = JSON.parse(stdout);
  return findings.find(({ check }) => check === "stream") as unknown as Record<string, string>;
}

/** The story of one database, told in the order in which it happens. */
describe("yesterday's backup restored over today's database", () => {
  const backup = () => join(world.folder, "backup");
  let today: readonly Told[];
  let before: string;

  it("finds a stream in order before, with a mark beside the database once something was told", async () => {
    expect((await sync(first, "--baseline-events")).exitCode).toBe(0);
    copyFileSync(world.database, backup());
    const { exitCode, messages } = await sync(second);
    expect([exitCode, messages.filter((message) => /stream/.test(message))]).toEqual([0, []]);
    today = readSpool();
    before = today[0]!.streamid;
    expect(new Set(today.map(({ streamid }) => streamid))).toEqual(new Set([before]));
    const last = Number(today.at(-1)!.sequence);
    expect(JSON.parse(readFileSync(`${world.database}.told`, "utf8"))).toMatchObject({
      stream_id: before,
      sequence: last,
      id: today.at(-1)!.id,
    });
    expect(await examine()).toMatchObject({
      outcome: "ok",
      message: `${before}, told up to sequence ${last}`,
    });
  });

  it("is told by doctor, and left alone by it and by a dry run", async () => {
    copyFileSync(backup(), world.database);
    const mark = readFileSync(`${world.database}.told`, "utf8");
    const { outcome, message } = await examine();
    expect([outcome, message]).toEqual(["warn", expect.stringMatching(/may have been told, and it ends at/)]);
    expect(message).toMatch(/next run gives it a new stream id .* consumers see another streamid/);
    expect((await sync(second, "--dry-run")).exitCode).toBe(0);
    expect(readFileSync(`${world.database}.told`, "utf8")).toBe(mark);
  });

  it("makes the next run tell in a new stream, with ids never told and a warning", async () => {
    const { exitCode, messages, stderr } = await sync(second);
    expect(exitCode, stderr).toBe(0);
    expect(messages).toContainEqual(expect.stringMatching(/another file stands .* start again/));
    const told = readSpool().slice(today.length);
    expect(told.length).toBeGreaterThan(1);
    // Whoever looked at sequences alone would take these for repeats.
    expect(today.map(({ sequence }) => sequence)).toContain(told[0]!.sequence);
    const known = new Set(today.map(({ id }) => id));
    expect(told.filter(({ id }) => known.has(id))).toEqual([]);
    const now = told[0]!.streamid;
    expect(now).not.toBe(before);
    expect(told.filter(({ streamid }) => streamid !== now)).toEqual([]);
    const { stdout } = await world.run(["status", "--now", second]);
    expect(JSON.parse(stdout).stream_id).toBe(now);
  });

  it("is over with that: what runs after it goes on in that stream", async () => {
    const mark = readFileSync(`${world.database}.told`, "utf8");
    const { exitCode, messages } = await world.run(["deliver", "--now", second], sinks);
    expect([exitCode, messages]).toEqual([0, []]);
    expect(readFileSync(`${world.database}.told`, "utf8")).toBe(mark);
  });

  it("is noticed by `deliver` and by `release` as well", async () => {
    copyFileSync(backup(), world.database);
    const delivered = await world.run(["deliver", "--now", third], sinks);
    expect(delivered.exitCode, delivered.stderr).toBe(0);
    expect(delivered.messages).toContainEqual(expect.stringMatching(/mark beside it is of another stream/));
    rmSync(`${world.database}.told`);
    const words = ["release", "held", "--checksum", "0".repeat(64), "--now", third];
    const released = await world.run(words, sinks);
    expect(released.exitCode).toBe(2);
    expect(released.messages).toContainEqual(expect.stringMatching(/mark that stood beside it is gone/));
  });

  it("stops everything where the mark is damaged; doctor and the run say what to do", async () => {
    const path = `${world.database}.told`;
    writeFileSync(path, "{");
    expect(await examine()).toMatchObject({
      outcome: "fail",
      message: expect.stringMatching(/\.told, the mark .* damaged; remove it/),
    });
    const told = readSpool().length;
    const { exitCode, messages } = await sync(third);
    expect([exitCode, messages.at(-1)]).toEqual([3, expect.stringMatching(/damaged; remove it/)]);
    expect(readSpool()).toHaveLength(told);
  });
});
