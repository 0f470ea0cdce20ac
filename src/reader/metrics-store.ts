import { acknowledgementGraceMs, loadAcknowledgementStart } from "./acknowledgement-store.ts";
import { loadPollStatus } from "./poll-store.ts";
import { parseJsonColumn, type Reader } from "./reader.ts";

/**
 * What can be said of a database of any size in a moment: it is asked for every few seconds. Instants are
 * epoch milliseconds.
 */
export type DatabaseLook = {
  /** The same as long as nothing is published: counts over the portfolio stay true for so long. */
  readonly streamId: string | null;
  readonly publicationCount: number;
  readonly lastSequence: number;
  readonly publishedAtMs: number | null;
  readonly sweptAtMs: number | null;
  readonly polledAtMs: number | null;
  readonly unfinishedRuns: readonly { readonly mode: string; readonly startedAtMs: number }[];
  readonly endedRuns: readonly EndedRunLook[];
  readonly heldSinceMs: number | null;
  readonly polls: {
    readonly cursor: string | null;
    readonly auditedAt: string | null;
    readonly trustPercent: number | null;
  };
  readonly unusedBytes: number;
};

export type EndedRunLook = {
  readonly mode: string;
  readonly status: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly isCertified: boolean;
  readonly report: Readonly<Record<string, unknown>>;
};

export type SinkLook = {
  readonly name: string;
  readonly undelivered: number;
  readonly setAside: number;
  readonly oldestUndeliveredAtMs: number | null;
  readonly settledSequence: number;
  readonly settledAtMs: number | null;
  readonly failureCount: number;
  readonly isDisabled: boolean;
};

export type PortfolioPart = {
  /** `null` where there were no further meters. */
  readonly lastKey: number | null;
  readonly meters: number;
  readonly dispatchable: number;
  readonly actionRequired: number;
  readonly archived: number;
  readonly missing: number;
};

export function loadDatabaseLook(reader: Reader): DatabaseLook {
  const stream = one(reader, "SELECT stream_id, publication, published_at_ms, last_sequence FROM stream");
  const polls = loadPollStatus(reader);
  return {
    streamId: stream.stream_id === undefined ? null : String(stream.stream_id),
    publicationCount: Number(stream.publication ?? 0),
    lastSequence: Number(stream.last_sequence ?? 0),
    publishedAtMs: toNumber(stream.published_at_ms),
    sweptAtMs: loadPublishedAt(reader, "sweep"),
    polledAtMs: loadPublishedAt(reader, "poll"),
    ...loadRunLooks(reader),
    polls: {
      cursor: polls.cursor,
      auditedAt: polls.last_audit?.audited_at ?? null,
      trustPercent: polls.last_audit?.trust_percent ?? null,
    },
    unusedBytes: toNumber(one(reader, unusedBytes).bytes) ?? 0,
  };
}

const unusedBytes =
  "SELECT freelist_count * page_size AS bytes FROM pragma_freelist_count(), pragma_page_size()";

/**
 * The sinks as `loadSinkStates` gives them, without counting what they have to get one by one: sequences have
 * no gap beyond what was ever removed. Only a sink that was to start with something removed has less to get.
 */
export function loadSinkLooks(reader: Reader): readonly SinkLook[] {
  // Asked for apart, each is a single step in the table.
  const first = toNumber(one(reader, "SELECT min(sequence) AS n FROM event").n) ?? 1;
  const last = toNumber(one(reader, "SELECT max(sequence) AS n FROM event").n) ?? 0;
  const pruned = toNumber(one(reader, "SELECT pruned_sequence AS n FROM stream").n) ?? 0;
  const removed = Math.max(first - 1, pruned);
  return reader.database
    .prepare("SELECT * FROM sink ORDER BY name")
    .all()
    .map((row) => {
      const name = String(row.name);
      const settledSequence = Number(row.settled_sequence);
      const left = Number(one(reader, leftCount, settledSequence, removed).n);
      const beyond = Math.max(0, last - Math.max(settledSequence, removed)) + left;
      const setAside = Number(one(reader, setAsideCount, name).n);
      return {
        name,
        undelivered: beyond + Number(one(reader, passedCount, name).n) - setAside,
        setAside,
        oldestUndeliveredAtMs: toNumber(one(reader, oldestTime, name, settledSequence).time_ms),
        settledSequence,
        settledAtMs: toNumber(row.settled_at_ms),
        failureCount: Number(row.failure_count),
        isDisabled: row.disabled_at_ms !== null,
      };
    });
}

const leftCount = "SELECT count(*) AS n FROM event WHERE sequence > ? AND sequence <= ?";
const passedCount = "SELECT count(*) AS n FROM delivery WHERE sink = ?";
const setAsideCount = "SELECT count(*) AS n FROM delivery WHERE sink = ? AND state = 'set_aside'";
/** What its place has passed is always older than what is beyond. */
const oldestTime = `SELECT time_ms FROM event WHERE sequence = coalesce(
  (SELECT sequence FROM delivery WHERE sink = ? AND state <> 'set_aside' ORDER BY sequence LIMIT 1),
  (SELECT e.sequence FROM event e WHERE e.sequence > ? ORDER BY e.sequence LIMIT 1))`;

export type RemapLook = {
  readonly unacknowledged: number;
  readonly applied: number;
  readonly rejected: number;
  readonly superseded: number;
  readonly overdue: number;
};

/** How many remaps are in which state, as `loadAcknowledgementStatus` counts them. */
export function loadRemapLook(
  reader: Reader,
  acknowledgedBy: readonly string[],
  { marginMs, nowMs }: { readonly marginMs: number; readonly nowMs: number },
): RemapLook {
  const start = loadAcknowledgementStart(reader, acknowledgedBy);
  // The index holds all that is asked for; by the sequence alone the planner would read the table.
  const rows = reader.database
    .prepare("SELECT state, count(*) AS n FROM told_remap WHERE +sequence > ? GROUP BY state")
    .all(start);
  const counts = new Map(rows.map(({ state, n }) => [String(state), Number(n)]));
  const overdue = one(
    reader,
    `SELECT count(*) AS n FROM told_remap WHERE state IN ('told', 'rejected') AND +sequence > ?
       AND starts_at_ms <= ? AND told_at_ms <= ?`,
    start,
    nowMs + marginMs,
    nowMs - acknowledgementGraceMs,
  );
  return {
    unacknowledged: counts.get("told") ?? 0,
    applied: counts.get("applied") ?? 0,
    rejected: counts.get("rejected") ?? 0,
    superseded: counts.get("superseded") ?? 0,
    overdue: Number(overdue.n),
  };
}

/** Counts over the next so many meters: all at once take seconds where there are many. */
export function loadPortfolioPart(reader: Reader, afterKey: number, meterCount: number): PortfolioPart {
  const row = one(
    reader,
    `SELECT max(meter_key) AS last_key, count(*) AS meters, total(dispatchable) AS dispatchable,
       total(action_required) AS action_required, total(is_archived) AS archived,
       total(is_missing) AS missing
     FROM (SELECT m.meter_key, r.dispatchable, r.action_required, r.is_archived, m.is_missing
       FROM meter m CROSS JOIN revision r ON r.revision_id = m.head_revision_id
       WHERE m.meter_key > ? ORDER BY m.meter_key LIMIT ?)`,
    afterKey,
    meterCount,
  );
  return {
    lastKey: toNumber(row.last_key),
    meters: Number(row.meters),
    dispatchable: Number(row.dispatchable),
    actionRequired: Number(row.action_required),
    archived: Number(row.archived),
    missing: Number(row.missing),
  };
}

function loadPublishedAt(reader: Reader, mode: string): number | null {
  const sql = "SELECT max(published_at_ms) AS at FROM run WHERE status = 'published' AND mode = ?";
  return toNumber(one(reader, sql, mode).at);
}

function loadRunLooks(reader: Reader): Pick<DatabaseLook, "unfinishedRuns" | "endedRuns" | "heldSinceMs"> {
  const last = (condition: string) => (mode: string) =>
    reader.database
      .prepare(`SELECT * FROM run WHERE mode = ? ${condition} ORDER BY run_key DESC LIMIT 1`)
      .all(mode);
  const modes = ["sweep", "poll"];
  const held = one(
    reader,
    `SELECT coalesce(finished_at_ms, started_at_ms) AS at FROM run WHERE status = 'held'
     ORDER BY run_key DESC LIMIT 1`,
  );
  return {
    unfinishedRuns: modes
      .flatMap(last(""))
      .filter(({ status }) => status === "running")
      .map((row) => ({ mode: String(row.mode), startedAtMs: Number(row.started_at_ms) })),
    endedRuns: modes.flatMap(last("AND status <> 'running'")).map((row) => ({
      mode: String(row.mode),
      status: String(row.status),
      startedAtMs: Number(row.started_at_ms),
      finishedAtMs: toNumber(row.finished_at_ms),
      isCertified: row.is_certified === 1,
      report: (parseJsonColumn(row.report) ?? {}) as EndedRunLook["report"],
    })),
    heldSinceMs: toNumber(held.at),
  };
}

function one(reader: Reader, sql: string, ...values: readonly unknown[]): Readonly<Record<string, unknown>> {
  return reader.database.prepare(sql).get(...values) ?? {};
}

function toNumber(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
