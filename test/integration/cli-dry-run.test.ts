import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { first, openCliWorld, second } from "./cli-world.ts";
import { countPlan, type ToldEvent, withoutFlowNames } from "./plan-count.ts";

it("a dry run's numbers are those of what sync then tells, and it leaves no file behind", async () => {
  const world = await openCliWorld();
  onTestFinished(() => world.close());
  const path = join(world.folder, "told.ndjson");
  const environment = { METER_SYNC_SINKS: `file:${path}` };
  await world.run(["sync", "--now", first], environment);
  world.leap.setNow(Date.parse(second));
  const [before, filesBefore] = [readFileSync(path, "utf8"), readdirSync(world.folder)];
  const dry = JSON.parse((await world.sync(second, "--dry-run")).stdout);
  expect([readFileSync(path, "utf8"), readdirSync(world.folder)]).toEqual([before, filesBefore]);
  const { exitCode, stderr } = await world.run(["sync", "--now", second], environment);
  expect(exitCode, stderr).toBe(0);
  const lines = readFileSync(path, "utf8").slice(before.length).trimEnd().split("\n");
  const counted = countPlan(lines.map((line) => JSON.parse(line) as ToldEvent));
  expect(withoutFlowNames(dry.plan)).toEqual(counted);
  expect(dry.plan.events).toBe(sum(dry.changes));
  expect(dry.plan.groups.length).toBeGreaterThan(0);
  expect(dry.plan.groups[0].market_group_name).toMatch(/^[A-Z]{4}_\d\d$/);
  expect(Object.keys(dry).slice(-2)).toEqual(["first_changes", "plan"]);
});

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
