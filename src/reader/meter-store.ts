import { formatInstant } from "../time/index.ts";
import { toActiveSinceCondition } from "./active-store.ts";
import { type EventRow, toEventRow } from "./event-store.ts";
import type { GroupMember } from "./group-store.ts";
import { parseJsonColumn, type Reader } from "./reader.ts";

export type MeterRow = {
  readonly meter_id: string;
  readonly partner_reference: string | null;
  readonly transmission_region: string;
  readonly meter_type: string | null;
  readonly tags: readonly string[];
  readonly enrollment_status: string | null;
  readonly dispatchable: boolean;
  readonly participation_preference: string | null;
  readonly action_required: boolean;
  readonly required_actions: readonly Readonly<Record<string, unknown>>[];
  readonly is_archived: boolean;
  readonly is_missing: boolean;
  readonly added_at: string | null;
  readonly last_changed_at: string | null;
};

/** With the document as Leap sent it. */
export type MeterDocument = MeterRow & { readonly document: unknown };

export type AssignmentRow = {
  readonly program: string | null;
  readonly market_group_id: string;
  readonly effective_from: string;
  /** Inclusive; `null` when open. */
  readonly effective_to: string | null;
  readonly known_from: string;
  /** Exclusive; `null` when current. */
  readonly known_to: string | null;
};

/** What is left out does not narrow; what is given narrows together. */
export type MeterFilter = {
  /** Can be dispatched. */
  readonly isActive?: boolean;
  readonly isActionRequired?: boolean;
  readonly isMissing?: boolean;
  readonly isArchived?: boolean;
  readonly partnerReference?: string;
  /** In this group on any trade date of the horizon. */
  readonly marketGroupId?: string;
  /** Can be dispatched, and was told to have become so at this instant or later, epoch milliseconds. */
  readonly activeSinceMs?: number;
  readonly limit?: number;
};

const columns = `meter_id, partner_reference, transmission_region, meter_type, tags, enrollment_status,
  dispatchable, participation_preference, action_required, required_actions, is_archived, is_missing,
  added_at, last_changed_at`;

/** The portfolio in the order of meter ids. */
export function* loadMeters(reader: Reader, filter: MeterFilter = {}): Generator<MeterRow> {
  const { sql, values } = toCondition(reader, filter);
  const rows = reader.database
    .prepare(`SELECT ${columns} FROM snapshot_meters ${sql} ORDER BY meter_id LIMIT ?`)
    .iterate(...values, filter.limit ?? -1);
  for (const row of rows) yield toMeterRow(row);
}

/** One meter, by its id in any case, or undefined where the snapshot has none. */
export function loadMeter(reader: Reader, meterId: string): MeterDocument | undefined {
  const row = reader.database
    .prepare(`SELECT ${columns}, document FROM snapshot_meters WHERE meter_id = ?`)
    .get(meterId.toLowerCase());
  return row === undefined ? undefined : { ...toMeterRow(row), document: parseJsonColumn(row.document) };
}

/** Its groups on each trade date of the horizon. */
export function* loadMeterGroups(reader: Reader, meterId: string): Generator<GroupMember> {
  yield* reader.database
    .prepare(
      `SELECT trade_date, market_group_id, market_group_name, program, meter_id, partner_reference,
         transmission_region
       FROM snapshot_group_members WHERE meter_id = ? ORDER BY trade_date, program, market_group_id`,
    )
    .iterate(meterId.toLowerCase()) as Iterable<GroupMember>;
}

/** Every assignment ever published for it, in the order it became known. */
export function* loadMeterHistory(reader: Reader, meterId: string): Generator<AssignmentRow> {
  for (const { market_group_name: _, ...row } of loadNamedHistory(reader, meterId)) yield row;
}

/** The same with the names that the groups have now. */
export function* loadNamedHistory(
  { database }: Reader,
  meterId: string,
): Generator<AssignmentRow & { readonly market_group_name: string | null }> {
  const rows = database.prepare(historyQuery).iterate({ meterId: meterId.toLowerCase() });
  for (const { known_from_ms: from, known_to_ms: to, ...row } of rows) {
    const known = {
      known_from: formatInstant(Number(from)),
      known_to: to === null ? null : formatInstant(Number(to)),
    };
    yield { ...(row as Omit<AssignmentRow, keyof typeof known> & NamedGroup), ...known };
  }
}

type NamedGroup = { readonly market_group_name: string | null };

// What is current and what is history each have an index of their own, which the view of both cannot use.
const ofMeter = "meter_key = (SELECT meter_key FROM meter WHERE meter_id = @meterId)";
const historyQuery = `SELECT a.program, a.market_group_id, g.market_group_name, a.effective_from,
    a.effective_to, a.known_from_ms, a.known_to_ms
  FROM (
    SELECT * FROM assignment INDEXED BY assignment_current_meter WHERE ${ofMeter} AND known_to_ms IS NULL
    UNION ALL
    SELECT * FROM assignment INDEXED BY assignment_history_meter WHERE ${ofMeter} AND known_to_ms IS NOT NULL
  ) a LEFT JOIN market_group g ON g.market_group_id = a.market_group_id
  ORDER BY a.known_from_ms, a.program, a.effective_from, a.market_group_id`;

/** The change events about it, oldest first; of more than `limit` the latest. */
export function* loadMeterTimeLine(reader: Reader, meterId: string, limit = -1): Generator<EventRow> {
  const rows = reader.database
    .prepare(
      `SELECT * FROM (
         SELECT sequence, id, type, subject, partitionkey, time, run_id, event FROM snapshot_events
         WHERE subject = ? ORDER BY sequence DESC LIMIT ?) ORDER BY sequence`,
    )
    .iterate(meterId.toLowerCase(), limit);
  for (const row of rows) yield toEventRow(row);
}

function toCondition(
  reader: Reader,
  filter: MeterFilter,
): { readonly sql: string; readonly values: readonly unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const flags = [
    ["dispatchable", filter.isActive],
    ["action_required", filter.isActionRequired],
    ["is_missing", filter.isMissing],
    ["is_archived", filter.isArchived],
  ] as const;
  for (const [column, isWanted] of flags) {
    if (isWanted !== undefined) conditions.push(`${column} = ${isWanted ? 1 : 0}`);
  }
  if (filter.partnerReference !== undefined) {
    conditions.push("partner_reference = ?");
    values.push(filter.partnerReference);
  }
  if (filter.marketGroupId !== undefined) {
    conditions.push("meter_id IN (SELECT meter_id FROM snapshot_group_members WHERE market_group_id = ?)");
    values.push(filter.marketGroupId);
  }
  if (filter.activeSinceMs !== undefined) {
    const became = toActiveSinceCondition(reader, filter.activeSinceMs);
    conditions.push("dispatchable = 1", became.condition);
    values.push(...became.values);
  }
  return { sql: conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`, values };
}

function toMeterRow(row: Record<string, unknown>): MeterRow {
  const list = (text: unknown): readonly never[] => {
    const value = parseJsonColumn(text);
    return Array.isArray(value) ? (value as never[]) : [];
  };
  return {
    meter_id: String(row.meter_id),
    partner_reference: row.partner_reference as string | null,
    transmission_region: String(row.transmission_region),
    meter_type: row.meter_type as string | null,
    tags: list(row.tags),
    enrollment_status: row.enrollment_status as string | null,
    dispatchable: row.dispatchable === 1,
    participation_preference: row.participation_preference as string | null,
    action_required: row.action_required === 1,
    required_actions: list(row.required_actions),
    is_archived: row.is_archived === 1,
    is_missing: row.is_missing === 1,
    added_at: row.added_at as string | null,
    last_changed_at: row.last_changed_at as string | null,
  };
}
