import { parseJsonColumn, type Reader } from "./reader.ts";

export type RunRow = {
  readonly run_id: string;
  readonly mode: string;
  readonly status: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly published_at: string | null;
  readonly is_certified: boolean;
  /** Distinct meters that Leap returned, as far as the run came. */
  readonly meters_returned: number | null;
  /** Change events of all types; those about the run itself left out. */
  readonly change_count: number | null;
  readonly error: string | null;
};

export type RunDocument = RunRow & { readonly report: unknown };

/** A run that waits for a person, with the rules that hold it back. */
export type HeldRun = RunRow & {
  readonly trips: readonly {
    readonly rule: string;
    readonly explanation: string;
    readonly numbers: Readonly<Record<string, number>>;
  }[];
};

/** How many remaps of one kind and basis a run told. */
export type RemapCount = { readonly kind: string; readonly basis: string; readonly count: number };

/** The latest first, by the order they were started in. */
export function* loadRuns(reader: Reader, limit = -1): Generator<RunRow> {
  const rows = reader.database
    .prepare(
      "SELECT v.* FROM snapshot_runs v JOIN run r ON r.run_id = v.run_id ORDER BY r.run_key DESC LIMIT ?",
    )
    .iterate(limit);
  for (const row of rows) yield toRunRow(row);
}

/** Runs that go by another name than their id; at most one is held at a time. */
const calledRuns: Readonly<Record<string, string>> = {
  latest: "SELECT run_id FROM run ORDER BY run_key DESC LIMIT 1",
  held: "SELECT run_id FROM run WHERE status = 'held' ORDER BY run_key DESC LIMIT 1",
};

/** One run by id; the latest for `latest`, and for `held` the one that waits for a person. */
export function loadRun(reader: Reader, runId: string): RunDocument | undefined {
  const called = Object.hasOwn(calledRuns, runId) ? calledRuns[runId] : undefined;
  const row =
    called === undefined
      ? reader.database.prepare("SELECT * FROM snapshot_runs WHERE run_id = ?").get(runId)
      : reader.database.prepare(`SELECT * FROM snapshot_runs WHERE run_id = (${called})`).get();
  return row === undefined ? undefined : { ...toRunRow(row), report: parseJsonColumn(row.report) };
}

/** The run that waits for a person, or null. */
export function loadHeldRun(reader: Reader): HeldRun | null {
  const run = loadRun(reader, "held");
  if (run === undefined) return null;
  const { report, ...row } = run;
  return { ...row, trips: (report as Partial<Pick<HeldRun, "trips">> | null)?.trips ?? [] };
}

/** A run's remaps, counted by kind and basis. */
export function loadRemapCounts(reader: Reader, runId: string): readonly RemapCount[] {
  return reader.database
    .prepare(
      `SELECT json_extract(event, '$.data.kind') AS kind, json_extract(event, '$.data.basis') AS basis,
         count(*) AS count
       FROM snapshot_events WHERE run_id = ? AND type = 'meter.group.remapped' GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all(runId)
    .map((row) => ({ kind: String(row.kind), basis: String(row.basis), count: Number(row.count) }));
}

function toRunRow(row: Record<string, unknown>): RunRow {
  const report = parseJsonColumn(row.report) as {
    readonly meters?: { readonly returned?: number };
    readonly changes?: Readonly<Record<string, number>>;
    readonly error?: string | null;
  } | null;
  const changes = report?.changes;
  return {
    run_id: String(row.run_id),
    mode: String(row.mode),
    status: String(row.status),
    started_at: String(row.started_at),
    finished_at: row.finished_at as string | null,
    published_at: row.published_at as string | null,
    is_certified: row.is_certified === 1,
    meters_returned: report?.meters?.returned ?? null,
    change_count:
      changes === undefined ? null : Object.values(changes).reduce((sum, count) => sum + count, 0),
    error: report?.error ?? null,
  };
}
