import { loadPollStatus, type PollStatus } from "./poll-store.ts";
import { parseJsonColumn, type Reader } from "./reader.ts";
import { type HeldRun, loadHeldRun, loadRuns, type RunRow } from "./run-store.ts";
import { loadSinkStates, type SinkState } from "./sink-store.ts";

export type SnapshotInfo = {
  readonly api_version: string | null;
  readonly account: string | null;
  readonly stream_id: string;
  readonly last_sequence: number;
  /** From which on every change event is there: earlier ones may have been removed as old. */
  readonly first_sequence: number;
  /** Who was in which group is answered as known from this instant on; null: always. */
  readonly history_known_from: string | null;
  /** And for trade dates after this one; null: for all. */
  readonly history_gone_through: string | null;
  readonly published_at: string | null;
  /** First and last trade date per region. */
  readonly horizons: Readonly<Record<string, { readonly first: string; readonly last: string }>>;
};

export type SnapshotStatus = {
  /** `null` in a file that no run has begun in. */
  readonly info: SnapshotInfo | null;
  readonly last_run: RunRow | null;
  /** The run that waits for a person. */
  readonly held_run: HeldRun | null;
  /** When the last sweep, and the last poll, was published. */
  readonly last_sweep: string | null;
  readonly last_poll: string | null;
  readonly polls: PollStatus;
  readonly sinks: readonly SinkState[];
  readonly counts: {
    readonly meters: number;
    readonly dispatchable: number;
    readonly action_required: number;
    readonly archived: number;
    readonly missing: number;
  };
};

/** How things stand, in one look. */
export function loadStatus(reader: Reader): SnapshotStatus {
  const [lastRun] = loadRuns(reader, 1);
  return {
    info: loadInfo(reader) ?? null,
    last_run: lastRun ?? null,
    held_run: loadHeldRun(reader),
    last_sweep: loadLastPublished(reader, "sweep"),
    last_poll: loadLastPublished(reader, "poll"),
    polls: loadPollStatus(reader),
    sinks: loadSinkStates(reader),
    counts: loadCounts(reader),
  };
}

/** What this database is a snapshot of; undefined where no run has begun yet. */
export function loadInfo(reader: Reader): SnapshotInfo | undefined {
  const row = reader.database.prepare("SELECT * FROM snapshot_info").get();
  if (row === undefined) return undefined;
  return {
    api_version: row.api_version as string | null,
    account: row.account as string | null,
    stream_id: String(row.stream_id),
    last_sequence: Number(row.last_sequence),
    first_sequence: Number(row.first_sequence),
    history_known_from: row.history_known_from as string | null,
    history_gone_through: row.history_gone_through as string | null,
    published_at: row.published_at as string | null,
    horizons: (parseJsonColumn(row.horizons) ?? {}) as SnapshotInfo["horizons"],
  };
}

function loadLastPublished(reader: Reader, mode: "sweep" | "poll"): string | null {
  const row = reader.database
    .prepare("SELECT max(published_at) AS at FROM snapshot_runs WHERE status = 'published' AND mode = ?")
    .get(mode);
  return (row?.at ?? null) as string | null;
}

function loadCounts(reader: Reader): SnapshotStatus["counts"] {
  const row = reader.database
    .prepare(
      `SELECT count(*) AS meters, sum(dispatchable) AS dispatchable, sum(action_required) AS action_required,
         sum(is_archived) AS archived, sum(is_missing) AS missing FROM snapshot_meters`,
    )
    .get();
  const count = (name: string): number => Number(row?.[name] ?? 0);
  return {
    meters: count("meters"),
    dispatchable: count("dispatchable"),
    action_required: count("action_required"),
    archived: count("archived"),
    missing: count("missing"),
  };
}
