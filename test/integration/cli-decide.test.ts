import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acquireLock } from "../../src/database/index.ts";
import { type CliWorld, third } from "./cli-world.ts";
import { decidedAt, type HeldReport, type HeldWorld, openHeldWorld } from "./held-world.ts";

let home: HeldWorld;
let world: CliWorld;
let held: HeldReport;

beforeAll(async () => {
  home = await openHeldWorld();
  ({ world, held } = home);
});
afterAll(() => world.close());
beforeEach(() => home.renew());

describe("release", () => {
  it("publishes exactly the plan, once, and delivers it", async () => {
    const spool = join(world.folder, "released.ndjson");
    const before = home.readEvents();
    const { exitCode, stdout, stderr } = await world.run(home.release(), {
      METER_SYNC_SINKS: `file:${spool}`,
    });
    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      run_id: held.run_id,
      status: "published",
      is_released: true,
      published_at: new Date(decidedAt).toISOString(),
    });
    const told = home.readEvents().slice(before.length);
    expect(told.map(({ id }) => id).slice(0, 20)).toEqual(held.first_changes.map(({ id }) => id));
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    expect(told.at(-1)).toMatchObject({ type: "sync.published", time: report.published_at });
    const spooled = readFileSync(spool, "utf8").trimEnd().split("\n");
    expect(spooled.map((line) => JSON.parse(line).id)).toEqual(told.map(({ id }) => id));

    const twice = await world.run(home.release());
    expect([twice.exitCode, twice.stdout]).toEqual([2, ""]);
    expect(twice.messages).toEqual([expect.stringContaining("is published")]);
    expect((await world.run(["discard", held.run_id, "--now", decidedAt])).exitCode).toBe(2);
    expect(home.readEvents()).toHaveLength(before.length + told.length);

    const next = await world.sync(third);
    expect(next.exitCode, next.stderr).toBe(0);
    expect(JSON.parse(next.stdout).changes["meter.group.remapped"]).toBeGreaterThan(0);
    expect(home.readHeldRunId()).toBeNull();
  });

  it("takes `held` for the one that is held, and says so to people", async () => {
    const { exitCode, stdout } = await world.run([
      ...["release", "held", "--checksum", held.checksum.toUpperCase(), "--now", decidedAt],
      ...["--format", "table"],
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Published at 2026-10-29T08:17:00.000Z/);
    expect(stdout).toMatch(/^mode +sweep, held back and released$/m);
    expect(stdout).toContain("Why it was held back");
    expect((await world.run(["release", "held", "--checksum", held.checksum])).messages).toEqual([
      "no run is held: there is nothing to decide on",
    ]);
  });

  it("gives stdout to change events alone where the stdout sink is on", async () => {
    const { exitCode, stdout, messages } = await world.run(home.release(), {
      METER_SYNC_SINKS: "stdout",
    });
    expect(exitCode).toBe(0);
    const types = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types).toHaveLength(home.readEvents().length - 2);
    expect(types.at(-1)).toBe("sync.published");
    expect(messages).toContain("run report");
  });

  it.each([
    [
      "with another checksum",
      () => home.release("0".repeat(64)),
      /another checksum: look at `meter-sync run/,
    ],
    [
      "without a checksum",
      () => ["release", "held"],
      /^release takes the --checksum .* `meter-sync run held`/,
    ],
    ["of a run there is not", () => ["release", "nobody", "--checksum", held.checksum], /^no run nobody: /],
    ["of no run", () => ["release"], /missing required argument 'run'/],
  ])("exits 2 %s with one sentence, and publishes nothing", async (_, toWords, message) => {
    const before = home.readEvents();
    const refused = await world.run(toWords());
    expect([refused.exitCode, refused.stdout]).toEqual([2, ""]);
    expect(refused.messages).toEqual([expect.stringMatching(message)]);
    // What is asked for is not told: it is to be read where the plan stands.
    expect(refused.stderr).not.toContain(held.checksum);
    expect(home.readEvents()).toEqual(before);
    expect(home.readHeldRunId()).toBe(held.run_id);
  });

  it("exits 2 for a run that a later clean one has superseded", async () => {
    const clean = await world.sync(third);
    expect(clean.exitCode, clean.stderr).toBe(0);
    expect(JSON.parse((await world.run(["run", held.run_id])).stdout).status).toBe("superseded");
    const refused = await world.run(home.release());
    expect(refused.exitCode).toBe(2);
    expect(refused.messages).toEqual([expect.stringContaining("is superseded")]);
  });

  it("exits 2 for a run that a later one, held as well, has superseded", async () => {
    world.leap.setFaults([{ kind: "ungrouped" }]);
    expect((await world.sync(third)).exitCode).toBe(6);
    expect((await world.run(home.release())).messages).toEqual([expect.stringContaining("is superseded")]);
  });

  it("at once with itself works once, and nothing is doubled", async () => {
    const before = home.readEvents().length;
    const released = await Promise.all([1, 2, 3].map(() => world.run(home.release())));
    const codes = released.map(({ exitCode }) => exitCode).sort();
    expect(codes[0]).toBe(0);
    for (const code of codes.slice(1)) expect([2, 5]).toContain(code);
    const told = home.readEvents();
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    const planned = Object.values(held.changes).reduce((sum, count) => sum + count, 0);
    expect(told.length - before).toBe(planned + 1);
  });

  it("is refused against the production host where it rehearses", async () => {
    const refused = await world.run(home.release(), { LEAP_BASE_URL: "https://api.leap.energy" });
    expect(refused.exitCode).toBe(2);
    expect(refused.messages).toEqual([expect.stringMatching(/--now .*production/)]);
  });
});

describe("discard", () => {
  it("drops the plan for good: it is never released, and the next run weighs anew", async () => {
    const before = home.readEvents();
    const { exitCode, stdout } = await world.run(["discard", held.run_id, "--now", decidedAt]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run_id: held.run_id, status: "discarded" });
    for (const words of [home.release(), ["discard", held.run_id], ["discard", "held"]]) {
      const refused = await world.run(words);
      expect([refused.exitCode, refused.stdout, refused.messages.length]).toEqual([2, "", 1]);
    }
    expect(home.readHeldRunId()).toBeNull();
    expect(home.readEvents()).toEqual(before);
    world.leap.setFaults([{ kind: "ungrouped" }]);
    const next = await world.sync(third);
    expect(next.exitCode).toBe(6);
    expect(JSON.parse(next.stdout).run_id).not.toBe(held.run_id);
  });

  it("tells people what comes next", async () => {
    const { stdout } = await world.run(["discard", "held", "--format", "table"]);
    expect(stdout).toMatch(/^Discarded/);
    expect(stdout).toContain("reads everything again and weighs anew");
  });
});

describe.each(["release", "discard"])("%s", (command) => {
  const words = () => (command === "release" ? home.release() : ["discard", held.run_id]);

  it("exits 5 while a run holds the lock", async () => {
    const lock = acquireLock(`${world.database}.lock`, "a test");
    const { exitCode, messages } = await world.run(words());
    lock.release();
    expect([exitCode, messages]).toEqual([5, [expect.stringContaining("another run is under way")]]);
  });

  it("exits 2 without a database, and makes none", async () => {
    const folder = join(world.folder, "absent");
    const { exitCode, messages } = await world.run([...words(), "--database", join(folder, "none.sqlite")]);
    expect([exitCode, messages]).toEqual([2, [expect.stringContaining("no database at")]]);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(world.folder).filter((name) => name.startsWith("none"))).toEqual([]);
  });
});
