import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliWorld, first, openCliWorld, second, third } from "./cli-world.ts";
import type { Ended } from "./run-program.ts";

let world: CliWorld;
let fallenBack: Ended;
let polled: Ended;

beforeAll(async () => {
  world = await openCliWorld();
  fallenBack = await world.sync(first, "--mode", "poll");
  world.leap.setNow(Date.parse(second));
  polled = await world.sync(second, "--mode", "poll");
});
afterAll(() => world.close());

describe("sync --mode poll", () => {
  it("sweeps where there is nothing to go on from, and says so", () => {
    expect(fallenBack.exitCode, fallenBack.stderr).toBe(0);
    expect(JSON.parse(fallenBack.stdout)).toMatchObject({
      mode: "sweep",
      reading: "windows",
      warnings: ["asked for a poll, swept instead: nothing is published yet"],
    });
  });

  it("reads what was modified since, and says that it did", async () => {
    expect(polled.exitCode, polled.stderr).toBe(0);
    const report = JSON.parse(polled.stdout);
    expect(report).toMatchObject({ mode: "poll", reading: "poll", certificate: null, warnings: [] });
    expect(report.meters.returned).toBeLessThan(60);
    expect(report.meters.changed).toBeGreaterThan(0);
    const { stdout } = await world.run(["run", report.run_id, "--format", "table"]);
    expect(stdout).toMatch(/^mode +poll$/m);
    expect(stdout).toMatch(/^read +\d+ meters, 1 page: what was modified since the last run$/m);
    expect(stdout).toContain("No certificate: a poll says nothing of the whole portfolio");
  });

  it("shows in status beside the sweeps, with what the next sweep found out about it", async () => {
    const status = JSON.parse((await world.run(["status", "--now", second])).stdout);
    expect(status).toMatchObject({
      last_sweep: "2026-10-28T06:17:00.000Z",
      last_poll: "2026-10-29T06:17:00.000Z",
      polls: { last_audit: null, swept_instead_because: null },
    });
    const before = await world.run(["status", "--now", second, "--format", "table"]);
    expect(before.stdout).toMatch(/^last poll +2026-10-29T06:17:00.000Z \(0 s ago\)$/m);
    expect(before.stdout).toMatch(/^poll trust +not audited yet/m);
    const swept = await world.sync(third, "--format", "table");
    expect(swept.exitCode, swept.stderr).toBe(0);
    const run = await world.run(["run", "latest", "--format", "table"]);
    expect(run.stdout).toMatch(/Audit of the polls since the last sweep\npolls +1\n/);
    const after = JSON.parse((await world.run(["status", "--now", third])).stdout);
    expect(after.polls.last_audit).toMatchObject({ polls: 1, missed: 0, trust_percent: 100 });
    const table = await world.run(["status", "--now", third, "--format", "table"]);
    expect(table.stdout).toMatch(/^poll trust +100 % of the changes \(audited 0 s ago: 1 poll, \d+ found, /m);
    expect(table.stdout).not.toContain("would be a sweep");
  });

  it("is said to become a sweep where it would", async () => {
    const { stdout } = await world.run(["status", "--format", "table"], {
      LEAP_API_VERSION: "v1",
      LEAP_ACCOUNT_ID: world.leap.accountId,
    });
    expect(stdout).toMatch(/^polls +the next one would be a sweep: the last publication read v2$/m);
  });
});
