import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliWorld, first, openCliWorld, second, third } from "./cli-world.ts";

let world: CliWorld;
let missing: readonly string[];

/** A baseline, a day on which Leap no longer has a few meters, another such day, and one with them again. */
beforeAll(async () => {
  world = await openCliWorld();
  await world.sync(first);
  world.leap.setFaults([{ kind: "missing-meters", share: 0.1 }]);
  await world.sync(second);
  missing = await listMissing();
});
afterAll(() => world.close());

describe("meters that Leap no longer has", () => {
  it("are listed, counted in status, and said in the run's report", async () => {
    expect(missing.length).toBeGreaterThan(1);
    const status = JSON.parse((await world.run(["status"])).stdout);
    expect(status.meters.missing).toBe(missing.length);
    const { stdout } = await world.run(["run", "latest", "--format", "table"]);
    expect(stdout).toContain(`${missing.length} absent (${missing.length} told missing)`);
    expect(stdout).toMatch(/^Absent meters: \d+\nlooked up +yes, by id\n/m);
    const table = await world.run(["status", "--format", "table"]);
    expect(table.stdout).toContain(`${missing.length}: \`meter-sync meters --missing\` lists them`);
  });

  it("lose their groups once that is confirmed, and show all of it on their time line", async () => {
    const ended = JSON.parse((await world.sync(third)).stdout);
    expect(ended.absence).toMatchObject({ ended: missing.length, missing: 0 });
    world.leap.setFaults([]);
    expect((await world.sync("2026-10-31T06:17:00Z")).exitCode).toBe(0);
    expect(await listMissing()).toEqual([]);
    const lines = await Promise.all(
      missing.map(async (id) => (await world.run(["meter", id, "--format", "table"])).stdout),
    );
    for (const text of lines) {
      expect(text).toMatch(/2026-10-31 06:17 +- +- +missing +Leap no longer knows it/);
    }
    expect(lines.filter((text) => /unassigned +not in .+, missing /.test(text))).not.toEqual([]);
  });
});

describe("more meters gone than ever at once", () => {
  it("are held, and told by the run after a person has released it", async () => {
    const other = await openCliWorld();
    try {
      await other.sync(first);
      other.leap.setFaults([{ kind: "missing-meters", share: 0.4 }]);
      const held = await other.sync(second);
      expect(held.exitCode).toBe(6);
      const { checksum, absence } = JSON.parse(held.stdout);
      expect(absence).toMatchObject({ looked_up: false, missing: 0 });
      const words = ["release", "held", "--checksum", checksum, "--now", second];
      const released = await other.run([...words, "--format", "table"]);
      expect(released.exitCode, released.stderr).toBe(0);
      expect(released.stdout).toContain("`meter-sync sync` looks the absent meters up by id");
      const next = await other.sync(third);
      expect(next.exitCode, next.stderr).toBe(0);
      expect(JSON.parse(next.stdout).changes["meter.missing"]).toBe(absence.waiting);
    } finally {
      await other.close();
    }
  });
});

async function listMissing(): Promise<readonly string[]> {
  const { stdout } = await world.run(["meters", "--missing"]);
  return JSON.parse(stdout).map((row: { meter_id: string }) => row.meter_id);
}
