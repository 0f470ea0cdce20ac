import { loadGroupNames } from "./group-store.ts";
import type { BaselineFacts, PlanFacts, PlanGroup } from "./plan-facts.ts";
import type { Reader } from "./reader.ts";

const standingCountMax = 50;

/** What a first publication shows, right after it: of its meters and groups nothing need be told. */
export function loadBaselineFacts({ database }: Reader): BaselineFacts {
  const standings = database
    .prepare(
      `SELECT transmission_region, enrollment_status, count(*) AS meters, sum(count(*)) OVER () AS total
       FROM meter WHERE head_revision_id IS NOT NULL GROUP BY 1, 2 ORDER BY meters DESC, 1, 2 LIMIT ?`,
    )
    .all(standingCountMax);
  const dates = database
    .prepare(
      `SELECT trade_date, count(*) AS groups, sum(member_count) AS members FROM snapshot_groups
       GROUP BY trade_date ORDER BY trade_date`,
    )
    .all();
  return {
    meters: Number(standings[0]?.total ?? 0),
    standings: standings.map((row) => ({
      transmission_region: String(row.transmission_region),
      enrollment_status: row.enrollment_status as string | null,
      meters: Number(row.meters),
    })),
    dates: dates.map((row) => ({
      trade_date: String(row.trade_date),
      groups: Number(row.groups),
      members: Number(row.members),
    })),
  };
}

/** The groups of a first publication as updates of groups that had no members. */
export function loadBaselineGroups(
  reader: Reader,
  groupCountMax: number,
): Pick<PlanFacts, "groups" | "groups_left_out"> {
  const updates = loadUpdates(reader).sort(
    (one, other) => other.added - one.added || (one.market_group_id < other.market_group_id ? -1 : 1),
  );
  const shown = updates.slice(0, groupCountMax);
  const count = (those: readonly PlanGroup[]) => new Set(those.map((group) => group.market_group_id)).size;
  const sum = (those: readonly PlanGroup[]) => those.reduce((total, { added }) => total + added, 0);
  return {
    groups: shown,
    groups_left_out: {
      groups: count(updates) - count(shown),
      updates: updates.length - shown.length,
      added: sum(updates) - sum(shown),
      removed: 0,
    },
  };
}

/** Spans that differ in programs or regions alone are one update, as its events would tell it. */
function loadUpdates(reader: Reader): PlanGroup[] {
  const names = loadGroupNames(reader);
  const spans = reader.database
    .prepare(
      `SELECT *, date(effective_to, '+1 day') AS next_from FROM group_span WHERE member_count > 0
       ORDER BY market_group_id, effective_from`,
    )
    .iterate();
  const updates: PlanGroup[] = [];
  let before: Record<string, unknown> = {};
  for (const span of spans) {
    const isSameGroup = span.market_group_id === before.market_group_id;
    const isSame = isSameGroup && span.members_sha256 === before.members_sha256;
    const update = toUpdate(span, names);
    const last = updates.at(-1);
    if (isSame && last !== undefined && span.effective_from === before.next_from) {
      updates[updates.length - 1] = { ...last, effective_to: update.effective_to };
    } else updates.push(update);
    before = span;
  }
  return updates;
}

function toUpdate(span: Record<string, unknown>, names: ReadonlyMap<string, string>): PlanGroup {
  return {
    market_group_id: String(span.market_group_id),
    market_group_name: names.get(String(span.market_group_id)) ?? null,
    effective_from: String(span.effective_from),
    effective_to: span.effective_to as string | null,
    members_before: 0,
    members_after: Number(span.member_count),
    added: Number(span.member_count),
    removed: 0,
    from: [],
    to: [],
  };
}
