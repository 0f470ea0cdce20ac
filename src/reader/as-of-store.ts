import { createHash } from "node:crypto";
import { Failure } from "../failure/index.ts";
import { formatInstant } from "../time/index.ts";
import type { GroupMember, GroupRow } from "./group-store.ts";
import type { Reader } from "./reader.ts";

/** The two times of a question: the day it is about, and the instant whose knowledge answers it. */
export type AsOf = {
  readonly tradeDate: string;
  /** An instant yet to come is answered with what is known now. */
  readonly knownAtMs: number;
};

/** The name is the one known now. Versions count what was told, and are kept for now alone. */
export type GroupAsOf = Omit<GroupRow, "version"> & { readonly version: null };

/**
 * The groups that had members on a trade date, as known at an instant: whatever the horizon was then. Throws
 * a `Failure` where what was known then is no longer kept.
 */
export function loadGroupsAsOf(reader: Reader, asOf: AsOf, limit = -1): Generator<GroupAsOf> {
  // At once: whoever prints rows has begun to when the first is asked for.
  assertKept(reader, asOf);
  return iterateGroups(reader, asOf, limit);
}

function* iterateGroups(reader: Reader, asOf: AsOf, limit: number): Generator<GroupAsOf> {
  const groups = reader.database
    .prepare(
      `SELECT market_group_id, market_group_name FROM market_group
       ORDER BY market_group_name, market_group_id`,
    )
    .iterate();
  let count = 0;
  for (const group of groups) {
    if (count === limit) return;
    const row = toGroupAsOf(reader, group, asOf);
    if (row.member_count === 0) continue;
    count += 1;
    yield row;
  }
}

/**
 * One group on a trade date, as known at an instant; without members where it had none, undefined where no
 * group of that id was ever published. Throws a `Failure` as `loadGroupsAsOf` does.
 */
export function loadGroupAsOf(reader: Reader, marketGroupId: string, asOf: AsOf): GroupAsOf | undefined {
  assertKept(reader, asOf);
  const group = reader.database
    .prepare("SELECT market_group_id, market_group_name FROM market_group WHERE market_group_id = ?")
    .get(marketGroupId.toLowerCase());
  return group === undefined ? undefined : toGroupAsOf(reader, group, asOf);
}

/**
 * Who was in the group on a trade date, as known at an instant, by meter id; partner references and regions
 * are those published now. Throws a `Failure` as `loadGroupsAsOf` does.
 */
export function loadGroupMembersAsOf(
  reader: Reader,
  marketGroupId: string,
  asOf: AsOf,
  limit = -1,
): Generator<GroupMember> {
  assertKept(reader, asOf);
  return iterateMembers(reader, groupMemberQuery, { ...asOf, key: marketGroupId.toLowerCase(), limit });
}

/**
 * Which groups a meter was in on a trade date, as known at an instant, by program; its id in any case.
 * Throws a `Failure` as `loadGroupsAsOf` does.
 */
export function loadMeterGroupsAsOf(reader: Reader, meterId: string, asOf: AsOf): Generator<GroupMember> {
  assertKept(reader, asOf);
  const meter = reader.database
    .prepare("SELECT meter_key FROM meter WHERE meter_id = ?")
    .get(meterId.toLowerCase());
  return iterateMembers(reader, meterGroupQuery, { ...asOf, key: meter?.meter_key ?? null });
}

function* iterateMembers(
  { database }: Reader,
  query: string,
  values: AsOf & Readonly<Record<string, unknown>>,
): Generator<GroupMember> {
  yield* database.prepare(query).iterate(values) as Iterable<GroupMember>;
}

/** When the first publication was: before it nothing was known. `null` before there is one. */
export function loadFirstPublished(reader: Reader): string | null {
  const firstMs = loadFirstPublishedMs(reader);
  return firstMs === null ? null : formatInstant(firstMs);
}

function loadFirstPublishedMs({ database }: Reader): number | null {
  // Retention keeps the first sweep for good.
  const row = database
    .prepare("SELECT min(published_at_ms) AS first FROM run WHERE status = 'published'")
    .get();
  return (row?.first ?? null) as number | null;
}

/**
 * Throws a `Failure` where what was known then of that date is not kept: half an answer would be taken for a
 * whole one. Before the first publication it is whole, and empty.
 */
export function assertKept(reader: Reader, { tradeDate, knownAtMs }: AsOf): void {
  const firstMs = loadFirstPublishedMs(reader);
  if (firstMs === null || knownAtMs < firstMs) return;
  const row = reader.database.prepare("SELECT pruned_known_at_ms, pruned_trade_date FROM stream").get();
  const goneUntilMs = row?.pruned_known_at_ms;
  if (typeof goneUntilMs === "number" && knownAtMs < goneUntilMs) {
    throw new Failure(
      "usage",
      `what was known at ${formatInstant(knownAtMs)} is not kept any more: ask as known at ` +
        `${formatInstant(goneUntilMs)} or later`,
    );
  }
  const goneThrough = row?.pruned_trade_date;
  if (typeof goneThrough === "string" && tradeDate <= goneThrough) {
    throw new Failure(
      "usage",
      `the groups of ${tradeDate} are not kept any more: ask for a trade date after ${goneThrough}`,
    );
  }
}

function toGroupAsOf({ database }: Reader, group: Record<string, unknown>, asOf: AsOf): GroupAsOf {
  const members = database
    .prepare(
      `SELECT m.meter_id, a.program FROM ${toHeld("group")} a
       CROSS JOIN meter m ON m.meter_key = a.meter_key ORDER BY m.meter_id`,
    )
    .iterate({ ...asOf, key: group.market_group_id });
  const digest = createHash("sha256");
  const programs = new Set<string>();
  let memberCount = 0;
  let last: unknown = null;
  for (const { meter_id: meterId, program } of members) {
    if (program !== null) programs.add(String(program));
    if (meterId === last) continue;
    digest.update(`${meterId}\n`);
    memberCount += 1;
    last = meterId;
  }
  return {
    trade_date: asOf.tradeDate,
    market_group_id: String(group.market_group_id),
    market_group_name: group.market_group_name as string | null,
    programs: [...programs].sort(),
    member_count: memberCount,
    members_sha256: digest.digest("hex"),
    version: null,
  };
}

const groupMemberQuery = toMemberQuery("group", "ORDER BY m.meter_id, a.program LIMIT @limit");
const meterGroupQuery = toMemberQuery("meter", "ORDER BY a.program, a.market_group_id");

function toMemberQuery(by: "group" | "meter", end: string): string {
  // The joins stay in this order: the assignments are few, the meters are not.
  return `SELECT @tradeDate AS trade_date, a.market_group_id, g.market_group_name, a.program, m.meter_id,
      r.partner_reference, r.transmission_region
    FROM ${toHeld(by)} a CROSS JOIN meter m ON m.meter_key = a.meter_key
    CROSS JOIN revision r ON r.revision_id = m.head_revision_id
    LEFT JOIN market_group g ON g.market_group_id = a.market_group_id ${end}`;
}

/**
 * The assignments of one group or one meter that held on the date as known at the instant. What is current
 * and what is history each have an index of their own; what is known from an instant on, and no longer from
 * that same instant on, was never known.
 */
function toHeld(by: "group" | "meter"): string {
  const held = (knownTo: string, index: string) =>
    `SELECT meter_key, market_group_id, program FROM assignment INDEXED BY ${index}
     WHERE ${by === "group" ? "market_group_id" : "meter_key"} = @key AND known_to_ms ${knownTo}
       AND known_from_ms <= @knownAtMs AND effective_from <= @tradeDate
       AND (effective_to IS NULL OR effective_to >= @tradeDate)`;
  return `(${held("IS NULL", `assignment_current_${by}`)} UNION ALL
    ${held("IS NOT NULL AND known_to_ms > @knownAtMs", `assignment_history_${by}`)})`;
}
