import { parseJsonColumn, type Reader } from "./reader.ts";

export type GroupRow = {
  readonly trade_date: string;
  readonly market_group_id: string;
  readonly market_group_name: string | null;
  readonly programs: readonly string[];
  /** Distinct meters. */
  readonly member_count: number;
  readonly members_sha256: string;
  readonly version: number;
};

/** One group on one trade date. */
export type GroupDay = GroupRow;

/** One assignment in the horizon. */
export type GroupMember = {
  readonly trade_date: string;
  readonly market_group_id: string;
  readonly market_group_name: string | null;
  readonly program: string | null;
  readonly meter_id: string;
  readonly partner_reference: string | null;
  readonly transmission_region: string;
};

const columns =
  "trade_date, market_group_id, market_group_name, programs, member_count, members_sha256, version";

/** The groups of one trade date, or of all in the horizon. */
export function* loadGroups(
  reader: Reader,
  tradeDate: string | null = null,
  limit = -1,
): Generator<GroupRow> {
  const rows = reader.database
    .prepare(
      `SELECT ${columns} FROM snapshot_groups WHERE ? IS NULL OR trade_date = ?
       ORDER BY trade_date, market_group_name, market_group_id LIMIT ?`,
    )
    .iterate(tradeDate, tradeDate, limit);
  for (const row of rows) yield toGroupRow(row);
}

/** One group, a row a trade date; empty where no trade date of the horizon has it. */
export function loadGroup(
  reader: Reader,
  marketGroupId: string,
  tradeDate: string | null = null,
): readonly GroupDay[] {
  return reader.database
    .prepare(
      `SELECT ${columns} FROM snapshot_groups
       WHERE market_group_id = ? AND (? IS NULL OR trade_date = ?) ORDER BY trade_date`,
    )
    .all(marketGroupId, tradeDate, tradeDate)
    .map(toGroupRow);
}

/** Who is in the group, by trade date and meter id. */
export function* loadGroupMembers(
  reader: Reader,
  marketGroupId: string,
  tradeDate: string | null = null,
  limit = -1,
): Generator<GroupMember> {
  yield* reader.database
    .prepare(
      `SELECT trade_date, market_group_id, market_group_name, program, meter_id, partner_reference,
         transmission_region
       FROM snapshot_group_members WHERE market_group_id = ? AND (? IS NULL OR trade_date = ?)
       ORDER BY trade_date, meter_id, program LIMIT ?`,
    )
    .iterate(marketGroupId, tradeDate, tradeDate, limit) as Iterable<GroupMember>;
}

/**
 * Names of groups by id, where they are known: of those published, and of those that a plan held back brings.
 */
export function loadGroupNames(reader: Reader): ReadonlyMap<string, string> {
  const rows = reader.database
    .prepare(
      `SELECT market_group_id, market_group_name FROM staged_group WHERE market_group_name IS NOT NULL
       UNION ALL
       SELECT market_group_id, market_group_name FROM market_group WHERE market_group_name IS NOT NULL`,
    )
    .all();
  return new Map(rows.map((row) => [String(row.market_group_id), String(row.market_group_name)]));
}

function toGroupRow(row: Record<string, unknown>): GroupRow {
  const programs = parseJsonColumn(row.programs);
  return {
    trade_date: String(row.trade_date),
    market_group_id: String(row.market_group_id),
    market_group_name: row.market_group_name as string | null,
    programs: Array.isArray(programs) ? programs : [],
    member_count: Number(row.member_count),
    members_sha256: String(row.members_sha256),
    version: Number(row.version),
  };
}
