import { formatInstant } from "../time/index.ts";
import { parseJsonColumn, type Reader } from "./reader.ts";

/** A remap is never due sooner than this after it was told: nobody can have applied it before. */
export const acknowledgementGraceMs = 15 * 60_000;

/** By whose reports, how long before the trade date, and as of when. */
export type AcknowledgementView = {
  /** Names of sinks; those that are not registered count for nothing. */
  readonly acknowledgedBy: readonly string[];
  readonly marginMs: number;
  readonly nowMs: number;
};

/** `delivered` is a remap that every acknowledging sink has got, and that nobody has reported on. */
const remapStates = ["told", "delivered", "applied", "rejected", "superseded"] as const;

export type RemapState = {
  readonly sequence: number;
  readonly event_id: string;
  readonly meter_id: string;
  readonly partner_reference: string | null;
  readonly program: string | null;
  readonly from_market_group_ids: readonly string[];
  readonly to_market_group_ids: readonly string[];
  readonly effective_from: string;
  readonly effective_to: string | null;
  readonly state: (typeof remapStates)[number];
  /** Not applied, not superseded, and due. */
  readonly is_overdue: boolean;
  readonly told_at: string;
  readonly due_at: string;
  /** When the consumer last said something new of it. */
  readonly reported_at: string | null;
  readonly reason: string | null;
  /** When `group.remap.overdue` was told. */
  readonly overdue_at: string | null;
};

/** Each remap counts once among the first five; overdue are some of the told, delivered and rejected. */
export type AcknowledgementStatus = {
  readonly told: number;
  readonly delivered: number;
  readonly applied: number;
  readonly rejected: number;
  readonly superseded: number;
  readonly overdue: number;
  /** The first of them, by when they are due. */
  readonly first_overdue: readonly RemapState[];
};

const firstCount = 20;

/**
 * What became of the remaps that acknowledging sinks are to get. All counts are 0 where no sink is
 * acknowledged.
 */
export function loadAcknowledgementStatus(reader: Reader, view: AcknowledgementView): AcknowledgementStatus {
  const counts = reader.database
    .prepare(
      // Once for each remap, not once for each count.
      `WITH seen AS MATERIALIZED (SELECT shown, is_overdue FROM (${seen("")}) WHERE sequence > @start)
       SELECT ${remapStates.map((state) => `coalesce(sum(shown = '${state}'), 0) AS ${state}`).join(", ")},
         coalesce(sum(is_overdue), 0) AS overdue
       FROM seen`,
    )
    .get(toValues(reader, view));
  const count = (name: string): number => Number(counts?.[name] ?? 0);
  const overdue = count("overdue");
  return {
    told: count("told"),
    delivered: count("delivered"),
    applied: count("applied"),
    rejected: count("rejected"),
    superseded: count("superseded"),
    overdue,
    first_overdue: overdue === 0 ? [] : loadFirstOverdue(reader, view),
  };
}

/** Remaps with what became of them, in the order they were told; `overdue` is of any state. */
export function* loadRemapStates(
  reader: Reader,
  view: AcknowledgementView,
  filter: { readonly state?: RemapState["state"] | "overdue"; readonly limit?: number } = {},
): Generator<RemapState> {
  const rows = reader.database
    .prepare(
      `WITH seen AS (${seen(open(filter.state))})
       SELECT seen.*, e.event FROM seen LEFT JOIN event e USING (sequence)
       WHERE @state IS NULL OR shown = @state OR (@state = 'overdue' AND is_overdue = 1)
       ORDER BY sequence LIMIT @limit`,
    )
    .iterate({ ...toValues(reader, view), state: filter.state ?? null, limit: filter.limit ?? -1 });
  for (const row of rows) yield toRemapState(row);
}

/** Where the first of the acknowledging sinks begins: it gets what comes after; null where there is none. */
export function loadAcknowledgementStart(reader: Reader, acknowledgedBy: readonly string[]): number | null {
  const row = reader.database
    .prepare("SELECT min(start_sequence) AS start FROM sink WHERE name IN (SELECT value FROM json_each(?))")
    .get(JSON.stringify(acknowledgedBy));
  return (row?.start ?? null) as number | null;
}

function loadFirstOverdue(reader: Reader, view: AcknowledgementView): readonly RemapState[] {
  return reader.database
    .prepare(
      `WITH seen AS (${seen(open("overdue"))})
       SELECT seen.*, e.event FROM seen LEFT JOIN event e USING (sequence)
       WHERE is_overdue = 1 ORDER BY due_at_ms, sequence LIMIT ${firstCount}`,
    )
    .all(toValues(reader, view))
    .map(toRemapState);
}

/** Remaps as they are shown. Being delivered is not kept: it follows from the sinks' places. */
export function seen(condition: string): string {
  const mine = "s.name IN (SELECT value FROM json_each(@names)) AND s.start_sequence < t.sequence";
  return `SELECT t.*, max(t.starts_at_ms - @marginMs, t.told_at_ms + @graceMs) AS due_at_ms,
    CASE WHEN t.state = 'told'
      AND EXISTS (SELECT 1 FROM sink s WHERE ${mine})
      AND NOT EXISTS (SELECT 1 FROM sink s WHERE ${mine} AND (s.settled_sequence < t.sequence
        OR EXISTS (SELECT 1 FROM delivery d WHERE d.sink = s.name AND d.sequence = t.sequence)))
      THEN 'delivered' ELSE t.state END AS shown,
    coalesce(t.state IN ('told', 'rejected') AND t.sequence > @start
      AND t.starts_at_ms <= @nowMs + @marginMs AND t.told_at_ms <= @nowMs - @graceMs, 0) AS is_overdue
    FROM told_remap t ${condition}`;
}

/** What can be said by an index before anything is looked at: few are open, most are applied. */
function open(state: RemapState["state"] | "overdue" | undefined): string {
  if (state === "overdue") return "WHERE t.state IN ('told', 'rejected')";
  if (state === "told" || state === "delivered") return "WHERE t.state = 'told'";
  return state === undefined ? "" : `WHERE t.state = '${state}'`;
}

/** What `seen` is asked with; `start` is null where no sink is acknowledged. */
export function toValues(reader: Reader, { acknowledgedBy, marginMs, nowMs }: AcknowledgementView) {
  return {
    names: JSON.stringify(acknowledgedBy),
    start: loadAcknowledgementStart(reader, acknowledgedBy),
    marginMs,
    graceMs: acknowledgementGraceMs,
    nowMs,
  };
}

function toRemapState(row: Record<string, unknown>): RemapState {
  const data = (parseJsonColumn(row.event) as { readonly data?: Partial<RemapState> } | null)?.data;
  return {
    sequence: Number(row.sequence),
    event_id: String(row.event_id),
    meter_id: String(row.meter_id),
    partner_reference: data?.partner_reference ?? null,
    program: row.program === "" ? null : String(row.program),
    from_market_group_ids: data?.from_market_group_ids ?? [],
    to_market_group_ids: data?.to_market_group_ids ?? [],
    effective_from: String(row.effective_from),
    effective_to: data?.effective_to ?? null,
    state: row.shown as RemapState["state"],
    is_overdue: row.is_overdue === 1,
    told_at: formatInstant(Number(row.told_at_ms)),
    due_at: formatInstant(Number(row.due_at_ms)),
    reported_at: toInstant(row.reported_at_ms),
    reason: row.reason as string | null,
    overdue_at: toInstant(row.overdue_at_ms),
  };
}

function toInstant(epochMs: unknown): string | null {
  return typeof epochMs === "number" ? formatInstant(epochMs) : null;
}
