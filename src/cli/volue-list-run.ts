import { Failure } from "../failure/index.ts";
import { formatInstant } from "../time/index.ts";
import type { KeptReport, ReportState } from "../volue/index.ts";
import { printListing, printRecord } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { tableRowCount } from "./reading.ts";
import {
  acquireVolueLock,
  assertNoVolueExport,
  assertVolueRehearsable,
  openVolueFile,
} from "./volue-file.ts";

export type VolueListOptions = {
  readonly state?: ReportState;
  readonly id?: string;
  readonly limit?: number;
};
export type VolueSettleOptions = { readonly reported?: boolean; readonly unsent?: boolean };

const columns = [
  "report_id",
  "host",
  "event_id",
  "kind",
  "state",
  "attempts",
  "made_at",
  "sent_at",
  "answered_at",
  "status",
  "volue_id",
  "problem",
] as const;

const tableColumns = ["report_id", "event_id", "kind", "state", "sent_at", "status", "volue_id"] as const;

/** The command `volue list`. */
export async function runVolueList(invocation: Invocation, options: VolueListOptions): Promise<number> {
  const { id, ...filter } = options;
  if (id !== undefined && (filter.state !== undefined || filter.limit !== undefined))
    throw new Failure("usage", "--id names one report: leave out --state and --limit");
  const config = await invocation.loadConfig();
  const { openDatabaseReadOnly } = await import("../database/index.ts");
  const { loadReports } = await import("../volue/index.ts");
  await assertNoVolueExport(config);
  const database = openDatabaseReadOnly(config.databasePath, config);
  try {
    const { output, format } = invocation;
    if (id !== undefined) {
      const { body, ...kept } = await loadOne(database, id);
      await printRecord(output, format, { ...toRow(kept), body: JSON.parse(body) as unknown });
      return 0;
    }
    await printListing(output, format, {
      columns,
      tableColumns,
      rows: toRows(loadReports(database, filter), format === "table"),
      tableRowCountMax: tableRowCount(filter.limit),
      empty: "no reports",
    });
    return 0;
  } finally {
    database.close();
  }
}

/** The command `volue settle`: only what is uncertain is decided by a person. */
export async function runVolueSettle(
  invocation: Invocation,
  { reported, unsent }: VolueSettleOptions,
  [id = ""]: readonly string[],
): Promise<number> {
  if (reported !== true && unsent !== true)
    throw new Failure("usage", "what became of it? Say --reported, or --unsent");
  const config = await invocation.loadConfig();
  assertVolueRehearsable(config, invocation.nowMs);
  // Only a look: it refuses what is missing, older or not ours, where opening for writing would make it.
  const file = await openVolueFile(config);
  if (file === null) throw new Failure("usage", `no database at ${config.databasePath}, so no report in it`);
  file.database.close();
  const { openDatabase } = await import("../database/index.ts");
  const { settleInterrupted, settleReport } = await import("../volue/index.ts");
  const lock = await acquireVolueLock(config);
  try {
    const database = openDatabase(config.databasePath, config);
    try {
      settleInterrupted(database);
      const kept = await loadOne(database, id);
      if (kept.state !== "uncertain") {
        const message = `${kept.report_id.slice(0, 12)} is ${kept.state}: only uncertain reports are settled`;
        throw new Failure("usage", message);
      }
      const state = reported === true ? "reported" : "unsent";
      const problem = state === "reported" ? null : kept.problem;
      const settlement = { state, status: kept.status, volueId: null, problem } as const;
      settleReport(database, kept.report_id, settlement, invocation.clock.now());
      const { body: _, ...settled } = await loadOne(database, kept.report_id);
      await printRecord(invocation.output, invocation.format, toRow(settled));
      return 0;
    } finally {
      database.close();
    }
  } finally {
    lock.release();
  }
}

async function loadOne(database: Parameters<typeof import("../volue/index.ts").loadReports>[0], id: string) {
  const { loadReportsById } = await import("../volue/index.ts");
  const isId = /^[0-9a-f]{6,64}$/i.test(id);
  const [kept, other] = isId ? loadReportsById(database, id) : [];
  if (kept !== undefined && other === undefined) return kept;
  const what = kept === undefined ? `no report ${id.slice(0, 70)}` : `several reports begin with ${id}`;
  throw new Failure("usage", `${what}: \`meter-sync volue list\` has their ids; six signs or more will do`);
}

function* toRows(reports: Iterable<KeptReport>, isTable: boolean): Generator<Record<string, unknown>> {
  for (const kept of reports) {
    const row = toRow(kept);
    yield isTable ? { ...row, report_id: kept.report_id.slice(0, 12) } : row;
  }
}

function toRow(kept: KeptReport): Readonly<Record<string, unknown>> {
  const { attempt_count, made_at_ms, sent_at_ms, answered_at_ms, problem, ...facts } = kept;
  const toText = (ms: number | null) => (ms === null ? null : formatInstant(ms));
  return {
    ...facts,
    attempts: attempt_count,
    made_at: toText(made_at_ms),
    sent_at: toText(sent_at_ms),
    answered_at: toText(answered_at_ms),
    problem: problem === null ? null : (JSON.parse(problem) as unknown),
  };
}
