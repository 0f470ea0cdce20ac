import type { AckOutcome } from "../acknowledgement/index.ts";
import type { Config } from "../config/index.ts";
import type { Database } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { RemapState } from "../reader/index.ts";
import { toAcknowledgementView } from "./acknowledgement-view.ts";
import { tell } from "./ending.ts";
import { printListing, printRecord } from "./formats.ts";
import { readText } from "./input-text.ts";
import { assertRehearsable, type Invocation } from "./invocation.ts";
import { tableRowCount, withReader } from "./reading.ts";

export type AckOptions = {
  readonly applied?: boolean;
  readonly rejected?: boolean;
  readonly reason?: string;
  readonly file?: string;
  readonly through?: number;
  readonly list?: boolean;
  readonly state?: RemapState["state"] | "overdue";
  readonly limit?: number;
};

const shownUnknownMax = 20;

const input = {
  reader: "ack reads reports",
  other: "name event ids or --file",
  content: "reports",
  tooLarge: "send at most 10000 reports at once",
};

/** The command `ack`: keeps what consumers report, or lists what they did. */
export async function runAck(
  invocation: Invocation,
  options: AckOptions,
  eventIds: readonly string[],
): Promise<number> {
  assertMeant(options, eventIds);
  if (options.list === true) return listRemaps(invocation, options);
  const config = await invocation.loadConfig();
  assertRehearsable(config, invocation.nowMs);
  const reports = await readReports(invocation, options, eventIds);
  const { openDatabase, openDatabaseReadOnly } = await import("../database/index.ts");
  // Only a look: it refuses what is missing, older or not ours, where opening for writing would make or
  // migrate it.
  openDatabaseReadOnly(config.databasePath, config).close();
  const database = openDatabase(config.databasePath, config);
  try {
    const outcome = await keepReports(invocation, config, database, options, reports);
    await printOutcome(invocation, outcome);
    return outcome.unknown.length > 0 ? 7 : 0;
  } finally {
    database.close();
  }
}

type Reports = Parameters<typeof import("../acknowledgement/index.ts").applyReports>[1];

async function keepReports(
  { clock }: Invocation,
  config: Config,
  database: Database,
  { through }: AckOptions,
  reports: Reports,
): Promise<AckOutcome> {
  const { applyReports, applyThrough } = await import("../acknowledgement/index.ts");
  if (through === undefined) return applyReports(database, reports, clock.now());
  const { toIsWanted } = await import("./overdue.ts");
  const { acknowledgedBy } = config;
  return applyThrough(database, {
    zones: config,
    acknowledgedBy,
    isWanted: toIsWanted(config),
    throughSequence: through,
    nowMs: clock.now(),
  });
}

/** Words that do not go together are refused, each with what to say instead. */
function assertMeant(options: AckOptions, eventIds: readonly string[]): void {
  const { applied, rejected, reason, file, through, list, state, limit } = options;
  const isSaid = applied === true || rejected === true;
  const sources = [eventIds.length > 0, file !== undefined, through !== undefined].filter(Boolean).length;
  const refuse = (message: string): never => {
    throw new Failure("usage", message);
  };
  if (list === true && (isSaid || reason !== undefined || sources > 0))
    refuse("--list only lists: leave out the rest, or --list");
  if (list !== true && (state !== undefined || limit !== undefined))
    refuse("--state and --limit go with --list");
  if (sources > 1) refuse("ack takes event ids, or --file, or --through: one of them at a time");
  if (eventIds.length > 0 && !isSaid) refuse("say what became of them: --applied, or --rejected");
  if (through !== undefined && applied !== true)
    refuse("--through goes with --applied: what was rejected is named by its event id");
  if (file !== undefined && isSaid) refuse("a file says itself what was applied or rejected: leave it out");
  if (isSaid && sources === 0) refuse("which remaps? Name their event ids, or --through and a sequence");
  if (reason !== undefined && rejected !== true) refuse("--reason goes with --rejected");
}

async function readReports(
  invocation: Invocation,
  options: AckOptions,
  eventIds: readonly string[],
): Promise<Reports> {
  if (options.through !== undefined) return [];
  const { parseReports } = await import("../acknowledgement/index.ts");
  const text =
    eventIds.length > 0 ? toReportText(options, eventIds) : await readText(invocation, options.file, input);
  const { reports, problems } = parseReports(text);
  if (problems.length === 0) return reports;
  throw new Failure("usage", "cannot read the reports, and has kept none of them", { fields: { problems } });
}

/** What is said by arguments goes the same way as any other report. */
function toReportText({ rejected, reason }: AckOptions, eventIds: readonly string[]): string {
  const payload =
    rejected === true ? { payloadType: "GroupRemapRejected", reason } : { payloadType: "GroupRemapApplied" };
  return JSON.stringify(eventIds.map((eventId) => ({ eventId, payloads: [payload] })));
}

async function printOutcome({ output, format, surroundings }: Invocation, outcome: AckOutcome) {
  const { unknown, ...counts } = outcome;
  const isShort = format !== "table" || unknown.length <= shownUnknownMax;
  const shown = isShort ? unknown : [...unknown.slice(0, shownUnknownMax), `… ${unknown.length} in all`];
  await printRecord(output, format, { ...counts, unknown: shown });
  if (unknown.length === 0) return;
  const ids = unknown.length === 1 ? "one event id is" : `${unknown.length} event ids are`;
  await tell(surroundings, `${ids} of no remap told here; what was said of others is kept`);
}

const columns = [
  "sequence",
  "event_id",
  "meter_id",
  "partner_reference",
  "program",
  "from_market_group_ids",
  "to_market_group_ids",
  "effective_from",
  "effective_to",
  "state",
  "is_overdue",
  "told_at",
  "due_at",
  "reported_at",
  "reason",
  "overdue_at",
] as const;

const tableColumns = [
  "sequence",
  "effective_from",
  "due_at",
  "state",
  "is_overdue",
  "meter",
  "event_id",
] as const;

async function listRemaps(invocation: Invocation, { state, limit }: AckOptions): Promise<number> {
  const { loadRemapStates } = await import("../reader/index.ts");
  await withReader(invocation, async (reader, config) => {
    const nowMs = invocation.clock.now();
    const view = toAcknowledgementView(config, nowMs);
    const filter = { ...(state === undefined ? {} : { state }), ...(limit === undefined ? {} : { limit }) };
    const { output, format } = invocation;
    const remaps = loadRemapStates(reader, view, filter);
    await printListing(output, format, {
      columns,
      tableColumns,
      rows: format === "table" ? toTableRows(remaps) : remaps,
      tableRowCountMax: tableRowCount(limit),
      empty: config.acknowledgedBy.length === 0 ? "no remaps: no sink is acknowledged" : "no remaps",
    });
  });
  return 0;
}

function* toTableRows(remaps: Iterable<RemapState>): Generator<Record<string, unknown>> {
  for (const remap of remaps) yield { ...remap, meter: remap.partner_reference ?? remap.meter_id };
}
