import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { formatInstant } from "../../src/time/index.ts";
import { still } from "../integration/faulty-days.ts";
import { type Ended, runProgram } from "../integration/run-program.ts";
import { nowMs, start } from "../support/asked-simulator.ts";
import { dayMs } from "../support/six-meters.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "faults-as-told-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

async function openProgram() {
  const leap = await start(still);
  const environment = {
    METER_SYNC_DATABASE: join(folder, "run.sqlite"),
    METER_SYNC_PAGE_SIZE: "20",
    LEAP_BASE_URL: leap.url,
    LEAP_API_KEY: leap.apiKey,
  };
  const sync = (...words: readonly string[]): Promise<Ended> =>
    runProgram(["sync", "--now", formatInstant(leap.nowMs()), ...words], environment);
  const status = async () => JSON.parse((await runProgram(["status"], environment)).stdout);
  expect((await sync()).exitCode).toBe(0);
  leap.setNow(nowMs + dayMs);
  return { leap, sync, status };
}

/** The last sentence of a run, and what it printed. */
const sentenceOf = ({ messages }: Ended): string => messages.at(-1) ?? "";

describe("what the user is told, and the exit code, of", () => {
  test("html: one sentence that says where to look, exit 4, and nothing else has changed", async () => {
    const { leap, sync, status } = await openProgram();
    const before = await status();
    leap.setFaults([{ kind: "html" }]);
    const ended = await sync();
    expect([ended.exitCode, ended.stdout]).toEqual([4, ""]);
    expect(sentenceOf(ended)).toMatch(/^Could not read a page of meters: .* answered HTML, not JSON\. Check/);
    expect(ended.stderr).not.toContain(leap.apiKey);
    const after = await status();
    expect([after.published_at, after.last_run.status]).toEqual([before.published_at, "failed"]);
    leap.setFaults([]);
    expect((await sync()).exitCode).toBe(0);
  });

  test("region-vanishes: the report names the rule and the region, exit 6; then all is well", async () => {
    const { leap, sync, status } = await openProgram();
    const before = await status();
    leap.setFaults([{ kind: "region-vanishes", region: "NYISO" }]);
    const ended = await sync();
    expect(ended.exitCode).toBe(6);
    const report = JSON.parse(ended.stdout);
    const checksum = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(report).toMatchObject({ status: "held", exit_code: 6, published_at: null, checksum });
    expect(report.trips.map((trip: { rule: string }) => trip.rule)).toEqual([
      "absent_meters",
      "absent_region",
    ]);
    expect(ended.stdout).toContain("of the region NYISO were not returned");
    expect((await status()).published_at).toBe(before.published_at);
    leap.setFaults([]);
    const clean = await sync();
    expect([clean.exitCode, JSON.parse(clean.stdout).changes]).toEqual([0, {}]);
  });

  test("reset, every fourth answer: nothing but that it took longer, exit 0", async () => {
    const { leap, sync } = await openProgram();
    leap.setFaults([{ kind: "reset", rate: 0.25 }], 3);
    const ended = await sync();
    expect(ended.exitCode, ended.stderr).toBe(0);
    const report = JSON.parse(ended.stdout);
    const hitCount = leap.faultCounts()[0]?.hitCount;
    expect(hitCount).toBeGreaterThan(1);
    expect(report).toMatchObject({ status: "published", changes: {}, traffic: { retries: hitCount } });
  });

  test("error-500 for good: one sentence that says when it is tried again, exit 3", async () => {
    const { leap, sync } = await openProgram();
    leap.setFaults([{ kind: "error-500" }]);
    const ended = await sync();
    expect([ended.exitCode, ended.stdout]).toEqual([3, ""]);
    expect(sentenceOf(ended)).toMatch(
      /answered 500, asked \d+ times\. Leap has trouble.* next run tries again/,
    );
  });
});
