import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeMetricsFile } from "../../src/cli/metrics-file.ts";
import { openDatabase } from "../../src/database/index.ts";
import { toSampleMap } from "../support/prometheus-parser.ts";
import { fillRichDatabase, hoursLater, toRichConfig } from "./metrics-database.ts";

const folder = mkdtempSync(join(tmpdir(), "metrics-file-"));
const path = join(folder, "rich.sqlite");
const collected = join(folder, "collected");
const metricsPath = join(collected, "meter-sync.prom");
const config = toRichConfig(path);
const now = () => hoursLater(30);

beforeAll(() => {
  fillRichDatabase(path);
  mkdirSync(collected);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const toEnd = (task: string, exitCode = 0) => ({ task, startedAtMs: 1000, endedAtMs: 2000, exitCode });
const read = () => toSampleMap(readFileSync(metricsPath, "utf8"));

describe("the metrics file", () => {
  it("keeps what every task said, though many end at once", async () => {
    const tasks = Array.from({ length: 8 }, (_, index) => `task_${index}`);
    await Promise.all(
      tasks.map((task, index) => writeMetricsFile(config, metricsPath, toEnd(task, index), now)),
    );
    const codes = [...read()].filter(([key]) => key.startsWith("meter_sync_task_last_exit_code"));
    expect(codes).toEqual(
      tasks.map((task, index) => [`meter_sync_task_last_exit_code{task="${task}"}`, index]),
    );
  });

  it("is replaced as a whole, may be read by all, and has nothing beside it", async ({ onTestFinished }) => {
    const umask = process.umask(0o077);
    onTestFinished(() => void process.umask(umask));
    const before = statSync(metricsPath).ino;
    await writeMetricsFile(config, metricsPath, toEnd("sync", 3), now);
    expect(statSync(metricsPath).ino).not.toBe(before);
    expect(statSync(metricsPath).mode & 0o777).toBe(0o644);
    expect(readdirSync(collected)).toEqual(["meter-sync.prom"]);
    expect(read().get('meter_sync_task_last_exit_code{task="sync"}')).toBe(3);
  });

  it("makes good what someone else has written in its place", async () => {
    writeFileSync(metricsPath, "not ours {\n");
    await writeMetricsFile(config, metricsPath, toEnd("sync"), now);
    expect(read().get("meter_sync_meters")).toBe(3);
  });

  it("takes counts over the portfolio from itself until something else is published", async () => {
    const counted = readFileSync(metricsPath, "utf8").replace(
      /^meter_sync_meters 3$/m,
      "meter_sync_meters 77",
    );
    writeFileSync(metricsPath, counted);
    await writeMetricsFile(config, metricsPath, toEnd("deliver"), now);
    expect(read().get("meter_sync_meters")).toBe(77);
    const database = openDatabase(path);
    database.execute("UPDATE stream SET publication = publication + 1");
    database.close();
    await writeMetricsFile(config, metricsPath, toEnd("sync"), now);
    expect(read().get("meter_sync_meters")).toBe(3);
  });

  it("leaves nothing behind where it cannot be replaced, and says so", async () => {
    const blocked = join(folder, "blocked.prom");
    mkdirSync(join(blocked, "full"), { recursive: true });
    await expect(writeMetricsFile(config, blocked, toEnd("sync"), now)).rejects.toThrow(
      /E(ISDIR|EXIST)|ENOTEMPTY/,
    );
    expect(readdirSync(folder).filter((name) => name.startsWith("blocked"))).toEqual(["blocked.prom"]);
  });

  it("makes no folder for a database that is not there", async () => {
    const nowhere = toRichConfig(join(folder, "nowhere", "none.sqlite"));
    await writeMetricsFile(nowhere, metricsPath, toEnd("sync", 3), now);
    expect(readdirSync(folder)).not.toContain("nowhere");
    expect(read().get("meter_sync_database_readable")).toBe(0);
  });
});
