import { Failure } from "../failure/index.ts";
import {
  type AsOf,
  loadGroupMembers,
  loadGroupMembersAsOf,
  loadGroups,
  loadGroupsAsOf,
  loadMeterGroups,
  loadMeterGroupsAsOf,
  type Reader,
} from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Group, TradeDateAssignment } from "./rows.ts";
import type { TradeDateOptions } from "./snapshot.ts";
import { SnapshotError } from "./snapshot-error.ts";

/** A trade date, or all of the horizon; as known now, or at an instant. */
type Question = { readonly tradeDate: string | null; readonly asOf: AsOf | null };

export function askGroups(reader: Reader, options: TradeDateOptions): readonly Group[] {
  const { tradeDate, asOf } = toQuestion(options);
  return asOf === null
    ? [...loadGroups(reader, tradeDate)]
    : withKept(() => [...loadGroupsAsOf(reader, asOf)]);
}

export function askMembers(
  reader: Reader,
  marketGroupId: string,
  options: TradeDateOptions,
): readonly TradeDateAssignment[] {
  const { tradeDate, asOf } = toQuestion(options);
  return asOf === null
    ? [...loadGroupMembers(reader, marketGroupId.toLowerCase(), tradeDate)]
    : withKept(() => [...loadGroupMembersAsOf(reader, marketGroupId, asOf)]);
}

export function askGroupsOf(
  reader: Reader,
  meterId: string,
  options: TradeDateOptions,
): readonly TradeDateAssignment[] {
  const { tradeDate, asOf } = toQuestion(options);
  if (asOf !== null) return withKept(() => [...loadMeterGroupsAsOf(reader, meterId, asOf)]);
  const rows = [...loadMeterGroups(reader, meterId)];
  return tradeDate === null ? rows : rows.filter((row) => row.trade_date === tradeDate);
}

function toQuestion({ tradeDate: day, knownAtMs }: TradeDateOptions): Question {
  const tradeDate = day ?? null;
  // Dates are compared as text: one that no calendar has would be after others all the same.
  if (tradeDate !== null && parseInstant(`${tradeDate}T00:00Z`) === undefined) {
    throw new SnapshotError("argument", `a trade date is a day, written YYYY-MM-DD, not ${tradeDate}`);
  }
  if (knownAtMs === undefined) return { tradeDate, asOf: null };
  if (!Number.isSafeInteger(knownAtMs)) {
    throw new SnapshotError("argument", `knownAtMs takes whole epoch milliseconds, not ${knownAtMs}`);
  }
  if (tradeDate !== null) return { tradeDate, asOf: { tradeDate, knownAtMs } };
  throw new SnapshotError(
    "argument",
    "knownAtMs needs a tradeDate beside it, as which ones were shown then is not kept: give both",
  );
}

/** What is not kept any more is a matter of what was asked, not of the file. */
function withKept<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new SnapshotError("argument", error.message, { cause: error });
  }
}
