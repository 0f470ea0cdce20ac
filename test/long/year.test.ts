import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Invocation } from "../../src/cli/invocation.ts";
import { pruneAfterRun } from "../../src/cli/pruning.ts";
import { parseConfig } from "../../src/config/index.ts";
import { deliverDue, openSinks, registerSinks } from "../../src/delivery/index.ts";
import { addDays } from "../support/calendar.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap } from "../support/scripted-leap.ts";
import { isBounded, secondsMax } from "./budget.ts";
import { openYearPortfolio } from "./year-portfolio.ts";

/** The full size is 20,000 meters over 400 days, and takes half an hour on a machine of its own. */
const meterCount = Number(process.env.YEAR_METERS ?? (isBounded ? 100 : 20_000));
const dayCount = Number(process.env.YEAR_DAYS ?? 400);
const sampleDays = isBounded ? 10 : 30;

/** What is kept, in days; the file levels off once the longest of them has passed. */
const keepDays = {
  events: Number(process.env.YEAR_KEEP_EVENTS ?? (isBounded ? 15 : 90)),
  revisions: Number(process.env.YEAR_KEEP_REVISIONS ?? (isBounded ? 15 : 90)),
  history: Number(process.env.YEAR_KEEP_HISTORY ?? (isBounded ? 30 : 180)),
  runs: Number(process.env.YEAR_KEEP_RUNS ?? (isBounded ? 30 : 180)),
};
const startDate = "2026-01-15";

type Sample = { readonly day: number; readonly bytes: number };

it("a year of daily publications, a hundredth of the meters changed a day: the file levels off", async () => {
  const samples = await walkYear();
  const settledFrom = Math.max(...Object.values(keepDays)) + 35;
  const settled = samples.filter(({ day }) => day >= settledFrom).map(({ bytes }) => bytes);
  if (settled.length < 4) {
    process.stdout.write("year: too few days past what is kept to judge by: the curve alone\n");
    return;
  }
  // It breathes with the months, and grows no more.
  const [earlier, later] = [settled.slice(0, settled.length / 2), settled.slice(settled.length / 2)];
  expect(Math.max(...later) / Math.max(...earlier)).toBeLessThan(1.1);
});

async function walkYear(): Promise<Sample[]> {
  const leap = await openScriptedLeap();
  const days = openDays(leap, { portfolioStart: "2025-01-01" });
  const folder = mkdtempSync(join(tmpdir(), "meter-sync-year-"));
  onTestFinished(async () => {
    days.close();
    await leap.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const portfolio = openYearPortfolio(meterCount, startDate);
  const samples: Sample[] = [];
  const endMs = Date.now() + secondsMax * 1000;
  const finish = openFinish(days, join(folder, "events.ndjson"));
  for (let day = 0; day <= dayCount && (!isBounded || Date.now() < endMs); day += 1) {
    const date = addDays(startDate, day);
    const nowMs = Date.parse(`${date}T18:17:00Z`);
    if (day > 0) portfolio.turn(date, day);
    leap.entries = portfolio.entries();
    const report = await days.run(nowMs);
    leap.forgetAsked();
    expect(report.status, `day ${day}: ${JSON.stringify(report.trips)}`).toBe("published");
    await finish(nowMs, report);
    if (day % sampleDays === 0) samples.push(takeSample(days, day));
  }
  return samples;
}

/** What follows a run: it is delivered, and what is old goes. */
function openFinish(days: Days, sinkPath: string) {
  const { database, path } = days;
  const environment = {
    ...days.toEnvironment(),
    METER_SYNC_SINKS: `file:${sinkPath}`,
    METER_SYNC_KEEP_EVENTS: `${keepDays.events}d`,
    METER_SYNC_KEEP_REVISIONS: `${keepDays.revisions}d`,
    METER_SYNC_KEEP_HISTORY: `${keepDays.history}d`,
    METER_SYNC_KEEP_RUNS: `${keepDays.runs}d`,
  };
  const parsed = parseConfig({ environment, readFile: () => "", cwd: tmpdir() });
  if (!parsed.ok) throw new Error(`${path}: ${parsed.problems.join("\n")}`);
  const { config } = parsed;
  const warnings: string[] = [];
  const note = () => undefined;
  const logger = {
    debug: note,
    info: note,
    warn: (_: unknown, text: string) => void warnings.push(text),
    error: note,
  };
  return async (nowMs: number, report: Awaited<ReturnType<Days["run"]>>): Promise<void> => {
    const clock = { now: () => nowMs };
    const sinks = openSinks(config.sinks, { stdout: process.stdout, now: clock.now });
    registerSinks(database, sinks, nowMs);
    const { failures } = await deliverDue(database, sinks, {
      signal: new AbortController().signal,
      clock,
      random: () => 0,
    });
    for (const sink of sinks) sink.close();
    expect(failures).toEqual([]);
    const invocation = { clock, realClock: { now: () => Date.now() }, nowMs: null } as Invocation;
    pruneAfterRun(invocation, { config, database, logger, signal: new AbortController().signal }, report);
    expect(warnings).toEqual([]);
  };
}

function takeSample({ database, path }: Days, day: number): Sample {
  database.connection.pragma("wal_checkpoint(TRUNCATE)");
  const free = Number(database.connection.pragma("freelist_count", { simple: true })) * 4096;
  const bytes = statSync(path).size;
  const tables = ["event", "revision", "assignment", "run", "event_count"];
  const counts = Object.fromEntries(
    tables.map((table) => [table, Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)]),
  );
  const [megabytes, freeMegabytes] = [bytes, free].map((size) => (size / 1024 / 1024).toFixed(1));
  process.stdout.write(
    `year: day ${day}: ${megabytes} MB, of which free ${freeMegabytes} MB; ${JSON.stringify(counts)}\n`,
  );
  return { day, bytes };
}
