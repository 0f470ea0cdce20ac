import { randomUUID } from "node:crypto";
import type { Config } from "../config/index.ts";
import type { CheckOptions, CheckReport } from "../dispatch/index.ts";
import { Failure } from "../failure/index.ts";
import type { Dispatch } from "../leap/index.ts";
import { checkColumns, checkTableColumns, toCheckRows, toCheckSummary } from "./dispatch-check-rows.ts";
import { tell } from "./ending.ts";
import { printListing } from "./formats.ts";
import { readText } from "./input-text.ts";
import { assertRehearsable, type Invocation } from "./invocation.ts";
import { tableRowCount } from "./reading.ts";
import { openStop } from "./stop.ts";
import { toInstantMs, type When } from "./when.ts";

export type DispatchCheckOptions = {
  readonly file?: string;
  readonly sentAt?: number;
  readonly search?: boolean;
  readonly from?: When;
  readonly to?: When;
  readonly level?: "group" | "meter" | "all";
  readonly group?: readonly string[];
  readonly realTime?: boolean;
  /** False for `--no-voluntary`. */
  readonly voluntary?: boolean;
  readonly only?: "trouble";
  readonly limit?: number;
  readonly dryRun?: boolean;
};

const input = {
  reader: "dispatch check reads dispatches",
  other: "name a --file, or --search",
  content: "dispatches",
  tooLarge: "split it",
};

const dayMs = 86_400_000;
const problemsShownMax = 20;

/** The command `dispatch check`: reads dispatches, compares them, and says what came of it. */
export async function runDispatchCheck(
  invocation: Invocation,
  options: DispatchCheckOptions,
): Promise<number> {
  assertMeant(options);
  const config = await invocation.loadConfig();
  assertRehearsable(config, invocation.nowMs);
  const found =
    options.search === true
      ? await searchDispatches(invocation, config, options)
      : await parseFile(invocation, options);
  const { report, late } = await compare(invocation, config, found.dispatches, options);
  await print(invocation, options, report);
  return sayWhatElse(invocation, config, { ...found, report, late });
}

/** Words that do not go together are refused, each with what to say instead. */
function assertMeant(options: DispatchCheckOptions): void {
  const { file, sentAt, search, from, to, level, group, realTime, voluntary } = options;
  const asked = [from, to, level, group, realTime].some((value) => value !== undefined);
  const refuse = (message: string): never => {
    throw new Failure("usage", message);
  };
  if (search === true && file !== undefined) refuse("--file or --search: one of them at a time");
  if (search === true && sentAt !== undefined)
    refuse("--sent-at goes with a file: of what a search finds, nobody knows one instant for all");
  if (search !== true && (asked || voluntary === false))
    refuse("--from, --to, --level, --group, --real-time and --no-voluntary go with --search");
  if (group !== undefined && level !== undefined && level !== "group")
    refuse("--group goes with dispatches of groups: leave out --level");
}

type Found = { readonly dispatches: readonly Dispatch[]; readonly problems: readonly string[] };

async function parseFile(invocation: Invocation, { file }: DispatchCheckOptions): Promise<Found> {
  const { parseDispatchText } = await import("../leap/index.ts");
  return parseDispatchText(await readText(invocation, file, input));
}

async function searchDispatches(
  invocation: Invocation,
  config: Config,
  options: DispatchCheckOptions,
): Promise<Found> {
  const { readDispatches } = await import("../leap/index.ts");
  const { requireCredentials } = await import("./run-sync-command.ts");
  const { toLeapClientOptions } = await import("./leap-options.ts");
  const leap = toLeapClientOptions(config, requireCredentials(config));
  const nowMs = invocation.clock.now();
  const { from, to, level = "group", group = [] } = options;
  const fromMs = from === undefined ? nowMs - 7 * dayMs : toInstantMs(from, nowMs);
  const toMs = to === undefined ? nowMs + 3 * dayMs : toInstantMs(to, nowMs);
  if (toMs <= fromMs) throw new Failure("usage", "--to is not after --from: turn them round");
  const question = {
    fromMs,
    toMs,
    marketGroupIds: group.map((id) => id.toLowerCase()),
    includesRealTime: options.realTime === true,
    includesVoluntary: options.voluntary !== false,
  };
  const dispatches: Dispatch[] = [];
  const problems: string[] = [];
  const stop = openStop("stopped; nothing was compared");
  try {
    for (const one of level === "all" ? (["group", "meter"] as const) : [level]) {
      for await (const page of readDispatches(leap, { ...question, level: one }, stop.signal)) {
        // One by one: a page may hold more than can be handed over as arguments.
        for (const dispatch of page.dispatches) dispatches.push(dispatch);
        problems.push(...page.problems);
      }
    }
  } catch (error) {
    // Whatever the abort broke off, the reason is that we were told to stop.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    stop.close();
  }
  return { dispatches, problems };
}

type Compared = { readonly report: CheckReport; readonly late: number };

async function compare(
  invocation: Invocation,
  config: Config,
  dispatches: readonly Dispatch[],
  { sentAt, dryRun }: DispatchCheckOptions,
): Promise<Compared> {
  const { checkDispatches, recheckUnsettled } = await import("../dispatch/index.ts");
  const { openReader } = await import("../reader/index.ts");
  const isDryRun = dryRun === true;
  const { clock } = invocation;
  const options: CheckOptions = { zones: config, askedMs: sentAt ?? null, nowMs: clock.now(), isDryRun };
  // Where nothing is to be kept it is the whole work; else only a look: it refuses what is missing, older or
  // not ours, where opening for writing would make or migrate it.
  const reader = openReader(config.databasePath, config);
  try {
    if (isDryRun) return { report: checkDispatches(reader.database, dispatches, options), late: 0 };
  } finally {
    reader.close();
  }
  const { openForWriting } = await import("./writing.ts");
  const { assureStream } = await import("./stream-mark.ts");
  const logger = await invocation.openLogger();
  const database = openForWriting(config, logger);
  try {
    assureStream(database, { logger, clock, makeId: randomUUID, isRunLocked: false });
    const report = checkDispatches(database, dispatches, options);
    return { report, late: recheckUnsettled(database, options) };
  } finally {
    database.close();
  }
}

async function print(
  { output, format }: Invocation,
  { only, limit }: DispatchCheckOptions,
  { checked }: CheckReport,
): Promise<void> {
  await printListing(output, format, {
    columns: checkColumns,
    tableColumns: checkTableColumns,
    rows: toCheckRows(checked, { isTable: format === "table", only, limit }),
    tableRowCountMax: tableRowCount(limit),
    empty: checked.length === 0 ? "no dispatches" : "no dispatch that did not agree",
  });
  if (format === "table" && output.asked === undefined && checked.length > 0)
    await output.write(`\n${toCheckSummary(checked)}\n`);
}

/** What does not show in the rows; gives the exit code. */
async function sayWhatElse(
  invocation: Invocation,
  config: Config,
  { problems, report, late }: Found & Compared,
): Promise<number> {
  const { isTrouble } = await import("../dispatch/index.ts");
  const { zoneUnknown } = report;
  if (zoneUnknown > 0) {
    const words = { zone: config.defaultZone, dispatches: zoneUnknown };
    const message = "nothing is known here of some dispatches: their trade dates are those of this zone";
    (await invocation.openLogger()).warn(words, message);
  }
  if (late > 0)
    (await invocation.openLogger()).info(
      { late },
      "drifts seen before are known here by now: they were late",
    );
  if (problems.length > 0) {
    const shown = problems.slice(0, problemsShownMax);
    const more = problems.length > shown.length ? [`… ${problems.length} in all`] : [];
    const what = problems.length === 1 ? "one thing" : `${problems.length} things`;
    await tell(invocation.surroundings, `could not read ${what} among the dispatches`, [...shown, ...more]);
  }
  const hasTrouble = report.checked.some(({ row }) => row.isCounted && isTrouble(row.verdict));
  return hasTrouble || problems.length > 0 ? 7 : 0;
}
