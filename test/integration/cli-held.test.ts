import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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

describe("a run that is held back", () => {
  it("exits 6 with every trip, the first changes and the checksum, and warns whoever reads the log", () => {
    expect(home.ended.exitCode).toBe(6);
    expect(held).toMatchObject({ status: "held", exit_code: 6, delivery: null });
    expect(held.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(held.trips.map(({ rule }) => rule)).toContain("lost_meters");
    expect(held.first_changes).toHaveLength(20);
    expect(held.first_changes.map(({ type }) => type)).toContain("meter.group.remapped");
    const told = Object.values(held.changes).reduce((sum, count) => sum + count, 0);
    expect(held).toMatchObject({
      plan: {
        events: told,
        remaps: { unassigned: { reasons: { withdrawn: held.trips[0]?.numbers.losing } } },
      },
    });
    expect(home.ended.messages.at(-1)).toMatch(/held back, nothing is published/);
  });

  it("is shown to people with its trips, its evidence, its plan and what to do, held once more", async () => {
    world.leap.setFaults([{ kind: "ungrouped" }]);
    const { exitCode, stdout } = await world.sync(decidedAt, "--format", "table");
    expect(exitCode).toBe(6);
    const shown = await world.run(["run", "held", "--format", "table"]);
    const again: HeldReport = JSON.parse((await world.run(["run", "held"])).stdout).report;
    for (const text of [stdout, shown.stdout]) {
      expect(text).toMatch(/^HELD BACK for a person to look at/);
      for (const { rule, explanation, numbers } of again.trips) {
        expect(text).toContain(`  ${rule}: ${explanation}\n`);
        for (const [name, number] of Object.entries(numbers)) expect(text).toContain(`${name} ${number}`);
      }
      expect(text).toMatch(/\nGroup by group\n(.*\n)+.* is emptied; to no other group \d/);
      expect(text).toContain(again.checksum);
      expect(text).toMatch(/ leaves \w+_\d\d \(withdrawn\) from 2026-10-2\d on/);
      expect(text).toContain(`meter-sync release ${again.run_id} --checksum …`);
      expect(text).toContain(`meter-sync discard ${again.run_id}`);
      expect(text).toContain("the next run that passes the rules supersedes it");
      // Whoever releases shall have looked: nothing to copy and run blindly.
      expect(text).not.toMatch(/--checksum [0-9a-f]/);
    }
    expect(shown.stdout).toContain("Certificate: the sweep was complete");
    expect(shown.stdout).toMatch(/^CAISO +27 +28 +\+1$/m);
    expect(shown.stdout).toMatch(/^Groups on [\d-]+: \d+ → \d+, members \d+ → \d+; the largest shifts$/m);
    expect(shown.stdout).toMatch(/^Traffic: \d+ request/m);
  });

  it("is foretold by a dry run, which leaves the one that is held alone", async () => {
    world.leap.setFaults([{ kind: "ungrouped" }]);
    const { exitCode, stdout, stderr } = await world.sync(decidedAt, "--dry-run", "--format", "table");
    expect(exitCode).toBe(6);
    // What `run held` shows is another plan, or none.
    expect(stderr).toContain("would hold this plan back");
    expect(stderr).not.toContain("run held");
    expect(stdout).toMatch(/^Dry run, a rehearsal: this would be held back: \d+ meters would lose a group/);
    expect(stdout).toContain("Why it is held back");
    expect(stdout).not.toContain("meter-sync release");
    expect(home.readHeldRunId()).toBe(held.run_id);
  });

  it("shows as much of its plan as is asked for", async () => {
    const all = JSON.parse((await world.run(["run", "held", "--changes", "1000"])).stdout);
    const { changes } = all.report as { changes: Record<string, number> };
    expect(all.plan).toEqual((held as unknown as { plan: object }).plan);
    expect(all.first_changes).toHaveLength(Object.values(changes).reduce((sum, count) => sum + count, 0));
    const none = await world.run(["run", held.run_id, "--changes", "0"]);
    expect(JSON.parse(none.stdout).first_changes).toEqual([]);
  });

  it("stands in status with its rules and its age", async () => {
    const { stdout } = await world.run(["status", "--now", third]);
    expect(JSON.parse(stdout)).toMatchObject({
      held_run: { run_id: held.run_id, age_seconds: 86_400, trips: held.trips },
      last_sweep: "2026-10-28T06:17:00.000Z",
    });
    const table = await world.run(["status", "--now", third, "--format", "table"]);
    expect(table.stdout).toMatch(/^held run +[0-9a-f-]{36}, since .* \(24 h ago\)/m);
    expect(table.stdout).toMatch(/^ {2}lost_meters: assigned \d+, losing \d+/m);
  });
});
