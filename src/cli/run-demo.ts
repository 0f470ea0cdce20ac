import { rmSync } from "node:fs";
import { join } from "node:path";
import { acquireLock } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import {
  loadEvents,
  loadGroups,
  loadMeters,
  loadRemapCounts,
  openReader,
  type Reader,
} from "../reader/index.ts";
import type { RunReport } from "../sync/index.ts";
import { type Children, openChildren, type SimulatedLeap } from "./demo-children.ts";
import { type DemoDay, type DemoStory, toDemoDay, toSummary } from "./demo-summary.ts";
import { printRecord } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { openStop } from "./stop.ts";

export type DemoOptions = { readonly days: number; readonly meters: number; readonly seed: number };

const databasePath = "data/demo.sqlite";
const eventsPath = "data/demo-events.ndjson";
/**
 * Over the end of October: delivery periods change with the month, and clocks in the US on its first night.
 */
const firstDayMs = Date.UTC(2026, 9, 28);
const dayMs = 86_400_000;

/** Runs the real job day after day against a simulated Leap, and tells what there is to see. */
export async function runDemo(invocation: Invocation, options: DemoOptions): Promise<number> {
  const { surroundings, output, formatAsked } = invocation;
  const stop = openStop("stopped; the demo can be started again at any time");
  const children = openChildren(surroundings, stop.signal);
  try {
    removeRemains(surroundings.cwd);
    await tellBeginning(invocation, options);
    const leap = await children.startSimulator(toSimulatorArguments(options));
    const runs: { readonly date: string; readonly report: RunReport }[] = [];
    for (let day = 0; day < options.days; day += 1) {
      const date = new Date(firstDayMs + day * dayMs).toISOString().slice(0, 10);
      runs.push({ date, report: await runDay(children, leap, date) });
      if (!invocation.isQuiet) surroundings.stderr.write(`  ${date} done\n`);
    }
    const story = tellStory(join(surroundings.cwd, databasePath), runs);
    if (formatAsked === null || formatAsked === "table")
      await output.write(toSummary(story, toProgramName(invocation)));
    else await printRecord(output, formatAsked, story);
    return runs.every(({ report }) => report.exit_code === 0) ? 0 : 3;
  } catch (error) {
    if (stop.signal.aborted) throw stop.signal.reason;
    throw error;
  } finally {
    await children.close();
    stop.close();
  }
}

/** Only what a demo made, and not while another demo is at it. */
function removeRemains(cwd: string): void {
  const path = join(cwd, databasePath);
  acquireLock(`${path}.lock`, "another demo is under way").release();
  const suffixes = ["", "-wal", "-shm", "-journal", ".lock", ".deliver.lock", ".told", ".told.new"];
  const remains = suffixes.map((suffix) => `${path}${suffix}`);
  for (const file of [...remains, join(cwd, eventsPath)]) rmSync(file, { force: true });
}

async function tellBeginning({ output, formatAsked }: Invocation, options: DemoOptions): Promise<void> {
  if (formatAsked !== null && formatAsked !== "table") return;
  await output.write(
    `A simulated Leap with ${options.meters} meters, and ${options.days} days of the real job against it, ` +
      "each morning at 06:17 UTC.\n",
  );
  await output.flush();
}

function toSimulatorArguments({ meters, seed }: DemoOptions): readonly string[] {
  const now = new Date(firstDayMs + 6 * 3_600_000).toISOString();
  const world = ["--meters", String(meters), "--seed", String(seed)];
  return [...world, "--port", "0", "--now", now, "--start-date", now.slice(0, 10), "--quiet"];
}

async function runDay(children: Children, leap: SimulatedLeap, date: string): Promise<RunReport> {
  const response = await fetch(`${leap.LEAP_BASE_URL}/_simulator/now`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ now: `${date}T06:17:00Z` }),
  });
  await response.arrayBuffer();
  if (!response.ok)
    throw new Failure("environment", `the simulated Leap refused its clock: ${response.status}`);
  const environment = { METER_SYNC_DATABASE: databasePath, METER_SYNC_SINKS: `file:${eventsPath}` };
  return children.runSync(leap, environment, ["--now", `${date}T06:17:00Z`, "--format", "json"]);
}

function tellStory(
  path: string,
  runs: readonly { readonly date: string; readonly report: RunReport }[],
): DemoStory {
  const reader = openReader(path);
  try {
    const days: readonly DemoDay[] = runs.map(({ date, report }) =>
      toDemoDay(date, report, loadRemapCounts(reader, report.run_id)),
    );
    return { database: databasePath, events: eventsPath, days, ...loadExamples(reader) };
  } finally {
    reader.close();
  }
}

/** One change of each of the kinds that matter most, and what it takes to look further. */
function loadExamples(
  reader: Reader,
): Pick<DemoStory, "examples" | "groupNames" | "meterId" | "lastTradeDate"> {
  const announced = findRemap(reader, "announced");
  const examples = [
    announced,
    findRemap(reader, "revised"),
    findLast(reader, "meter.enrollment.group.updated"),
    findLast(reader, "meter.enrollment.global-status.updated"),
  ].filter((event) => event !== undefined);
  const groupNames = new Map<string, string>();
  let lastTradeDate: string | null = null;
  for (const group of loadGroups(reader)) {
    if (group.market_group_name !== null) groupNames.set(group.market_group_id, group.market_group_name);
    lastTradeDate = group.trade_date;
  }
  const [first] = loadMeters(reader, { limit: 1 });
  return { examples, groupNames, lastTradeDate, meterId: announced?.subject ?? first?.meter_id ?? null };
}

type Told = {
  readonly subject: string;
  readonly data: { readonly kind?: string; readonly basis?: string };
};

function findRemap(reader: Reader, basis: string): Told | undefined {
  return findLast(
    reader,
    "meter.group.remapped",
    ({ data }) => data.kind === "moved" && data.basis === basis,
  );
}

function findLast(reader: Reader, type: string, isWanted = (_: Told) => true): Told | undefined {
  let last: Told | undefined;
  for (const row of loadEvents(reader, { types: [type] })) {
    const event = JSON.parse(row.event) as Told;
    if (isWanted(event)) last = event;
  }
  return last;
}

/** How this very program is called: from a checkout, or as installed. */
function toProgramName({ surroundings }: Invocation): string {
  return surroundings.self.at(-1)?.endsWith(".ts") === true ? "npm run -s meter-sync --" : "meter-sync";
}
