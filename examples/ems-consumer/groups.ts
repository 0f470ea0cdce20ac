/** Who is in which group on which trade date: changed by group updates, proven by digests. */
import { createHash } from "node:crypto";
import { forever, type Store } from "./store.ts";

type Digest = { readonly member_count: number; readonly members_sha256: string };
type Side = Digest & { readonly version: number };

/** The `data` of `meter.enrollment.group.updated`. */
export type GroupUpdate = {
  readonly market_group_id: string;
  readonly effective_from: string;
  /** Inclusive; null for ever. */
  readonly effective_to: string | null;
  readonly added_meter_ids: readonly string[];
  readonly removed_meter_ids: readonly string[];
  readonly part: number;
  readonly parts: number;
  readonly before: Side;
  readonly after: Side;
};

/** Applies one update, in the caller's transaction. Returns what does not fit, or null where all does. */
export function applyGroupUpdate(store: Store, update: GroupUpdate): string | null {
  const { market_group_id: group, before, after, part, parts } = update;
  const version = store
    .prepare("SELECT version FROM group_version WHERE market_group_id = ?")
    .pluck()
    .get(group);
  // Of a group that was empty all the time we know no version yet.
  if (version !== undefined && version !== before.version)
    return `group ${group} is at version ${version} here, and the update starts from ${before.version}`;
  const waiting = store
    .prepare("SELECT update_json FROM waiting_part WHERE market_group_id = ? ORDER BY part")
    .pluck()
    .all(group)
    .map((text) => JSON.parse(String(text)) as GroupUpdate);
  if (part !== waiting.length + 1) return `part ${part} of group ${group} came after part ${waiting.length}`;
  if (part < parts) {
    store.prepare("INSERT INTO waiting_part VALUES (?, ?, ?)").run(group, part, JSON.stringify(update));
    return null;
  }
  if (!isHeld(store, update, before)) return `group ${group} differs from before version ${after.version}`;
  for (const one of [...waiting, update]) changeMembers(store, one);
  if (!isHeld(store, update, after)) return `group ${group} differs after version ${after.version}`;
  store.prepare("DELETE FROM waiting_part WHERE market_group_id = ?").run(group);
  store.prepare("INSERT OR REPLACE INTO group_version VALUES (?, ?)").run(group, after.version);
  return null;
}

/** Members of a group on a trade date, sorted. */
export function loadMembers(store: Store, group: string, date: string): readonly string[] {
  return store
    .prepare(
      `SELECT meter_id FROM membership WHERE market_group_id = ? AND from_date <= ? AND to_date >= ?
       ORDER BY meter_id`,
    )
    .pluck()
    .all(group, date, date)
    .map(String);
}

/** sha-256 over the sorted member ids, each followed by a newline: as in `members_sha256`. */
export function loadDigest(store: Store, group: string, date: string): Digest {
  const members = loadMembers(store, group, date);
  const hash = createHash("sha256");
  for (const id of members) hash.update(`${id}\n`);
  return { member_count: members.length, members_sha256: hash.digest("hex") };
}

/** The digests of all groups that have members on a date. */
export function loadDigests(
  store: Store,
  date: string,
): readonly ({ readonly market_group_id: string } & Digest)[] {
  const groups = store
    .prepare(
      "SELECT DISTINCT market_group_id FROM membership WHERE from_date <= ? AND to_date >= ? ORDER BY 1",
    )
    .pluck()
    .all(date, date)
    .map(String);
  return groups.map((group) => ({ market_group_id: group, ...loadDigest(store, group, date) }));
}

/** Whether we hold what one side of an update says, on each of its dates on which our membership changes. */
function isHeld(store: Store, update: GroupUpdate, side: Side): boolean {
  const checkedFrom = String(store.prepare("SELECT checked_from FROM place").pluck().get());
  const from = update.effective_from > checkedFrom ? update.effective_from : checkedFrom;
  const to = update.effective_to ?? forever;
  if (from > to) return true;
  const steps = store.prepare(
    `SELECT from_date FROM membership
     WHERE market_group_id = @group AND from_date > @from AND from_date <= @to
     UNION
     SELECT date(to_date, '+1 day') FROM membership
     WHERE market_group_id = @group AND to_date >= @from AND to_date < @to`,
  );
  const dates = [from, ...steps.pluck().all({ group: update.market_group_id, from, to }).map(String)];
  return dates.every((date) => {
    const held = loadDigest(store, update.market_group_id, date);
    return held.member_count === side.member_count && held.members_sha256 === side.members_sha256;
  });
}

function changeMembers(store: Store, update: GroupUpdate): void {
  const { market_group_id: group, effective_from: from } = update;
  const to = update.effective_to ?? forever;
  const overlapping = store.prepare(
    `SELECT from_date, to_date FROM membership
     WHERE market_group_id = ? AND meter_id = ? AND from_date <= ? AND to_date >= ?`,
  );
  const remove = store.prepare(
    "DELETE FROM membership WHERE market_group_id = ? AND meter_id = ? AND from_date = ?",
  );
  const add = store.prepare("INSERT INTO membership VALUES (?, ?, ?, ?)");
  // Clears the dates of the update, and keeps what the meter holds before and after them.
  const clear = (meterId: string): void => {
    for (const held of overlapping.all(group, meterId, to, from) as {
      from_date: string;
      to_date: string;
    }[]) {
      remove.run(group, meterId, held.from_date);
      if (held.from_date < from) add.run(group, meterId, held.from_date, addDays(from, -1));
      if (held.to_date > to) add.run(group, meterId, addDays(to, 1), held.to_date);
    }
  };
  for (const meterId of update.removed_meter_ids) clear(meterId);
  for (const meterId of update.added_meter_ids) {
    clear(meterId);
    add.run(group, meterId, from, to);
  }
}

/** Trade dates are calendar days: no time zone comes into it. */
function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}
