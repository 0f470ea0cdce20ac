import { expect } from "vitest";
import {
  loadGroupAsOf,
  loadGroupMembersAsOf,
  loadGroupsAsOf,
  loadMeterGroupsAsOf,
  type Reader,
  toReader,
} from "../../src/reader/index.ts";
import { type AsOfWalk, liveAsOf, type Shown, type Stay } from "./as-of-history.ts";
import { addDays, datesFrom } from "./calendar.ts";
import { digestOf } from "./oracle-views.ts";
import { openDays } from "./run-days.ts";
import { openScriptedLeap } from "./scripted-leap.ts";

/** From one publication until the next the same is known: the instants asked of it, and what was shown. */
type Knowledge = { readonly instants: readonly number[]; readonly was: Shown | null };

/** Every group and every meter that there ever was: asked about too where nothing is known of them yet. */
type Ids = { readonly groups: readonly string[]; readonly meters: readonly string[] };

/**
 * Lives through a history, notes what was shown at each publication, and then asks about all of it again:
 * every trade date from before the first publication until after the last horizon, as known at every instant
 * that matters. What is known changes by publications alone. So the instants fall into one class before the
 * first publication, one from each until the next, and one from the last on; of each its first millisecond,
 * its last and one between are asked about, as it is at the two ends that an answer may be off by one.
 * Returns how many pairs of trade date and instant were asked, and how much stood in the answers.
 */
export async function walkAsOf(walk: AsOfWalk) {
  const leap = await openScriptedLeap();
  const days = openDays(leap, { concurrency: 1 });
  try {
    const { shown, ...counts } = await liveAsOf(walk, leap, days);
    const first = new Date(shown[0]!.atMs - 5 * 86_400_000).toISOString().slice(0, 10);
    const dates = datesFrom(first, addDays(new Date(shown.at(-1)!.atMs).toISOString().slice(0, 10), 10));
    const stays = shown.flatMap((one) => one.stays);
    const ids: Ids = {
      groups: [...new Set(stays.map(({ group }) => group))].sort(),
      meters: [...new Set(stays.map(({ meterId }) => meterId))].sort(),
    };
    const known = toKnowledge(shown);
    let rows = 0;
    // One transaction for all the looks: they would each begin one.
    days.database.execute("BEGIN");
    for (const { instants, was } of known) {
      for (const tradeDate of dates) {
        const expected = toAnswers(was?.stays ?? [], tradeDate, ids);
        if (was !== null) inspectShown(was, tradeDate, expected, `${walk.portfolio}, seed ${walk.seed}`);
        for (const knownAtMs of instants) {
          const found = askAll(toReader(days.database), { tradeDate, knownAtMs }, ids);
          const instant = new Date(knownAtMs).toISOString();
          const about = `${walk.portfolio}, seed ${walk.seed}: ${tradeDate} as known at ${instant}`;
          if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found, about).toEqual(expected);
          rows += found.members.length;
        }
      }
    }
    days.database.execute("COMMIT");
    const asked = known.flatMap(({ instants }) => instants).length;
    return { publications: shown.length, pairs: asked * dates.length, rows, ...counts };
  } finally {
    days.close();
    await leap.close();
  }
}

/** Of several publications as of one instant the last is what was known. */
function toKnowledge(shown: readonly Shown[]): Knowledge[] {
  const dayMs = 86_400_000;
  const told = shown.filter(({ atMs }, place) => atMs !== shown[place + 1]?.atMs);
  const after = told.map((was, place): Knowledge => {
    const { atMs } = was;
    const endMs = told[place + 1]?.atMs ?? atMs + 400 * dayMs;
    return { instants: [...new Set([atMs, Math.floor((atMs + endMs) / 2), endMs - 1])], was };
  });
  const firstMs = told[0]!.atMs;
  return [{ instants: [firstMs - dayMs, firstMs - 1], was: null }, ...after];
}

/** What is said of a trade date; every row as JSON, in the order in which it is to be given. */
type Answers = {
  /** Those that had members: date, group, programs, count, digest. */
  readonly groups: readonly string[];
  /** Each group by itself, with members or without. */
  readonly eachGroup: readonly string[];
  /** date, group, program, meter: group by group, and meter by meter. */
  readonly members: readonly string[];
  readonly byMeter: readonly string[];
};

function askAll(
  reader: Reader,
  asOf: { readonly tradeDate: string; readonly knownAtMs: number },
  ids: Ids,
): Answers {
  type Counted = NonNullable<ReturnType<typeof loadGroupAsOf>>;
  const toGroup = (row: Counted) =>
    JSON.stringify([row.trade_date, row.market_group_id, row.programs, row.member_count, row.members_sha256]);
  type Member = { trade_date: string; market_group_id: string; program: string | null; meter_id: string };
  const toMember = (row: Member) =>
    JSON.stringify([row.trade_date, row.market_group_id, row.program ?? "", row.meter_id]);
  const each = (id: string) => loadGroupAsOf(reader, id, asOf);
  return {
    // Ordered by names, which the documents give as they like.
    groups: [...loadGroupsAsOf(reader, asOf)].map(toGroup).sort(),
    eachGroup: ids.groups.map((id) => {
      const row = each(id);
      return row === undefined ? `no ${id}` : toGroup(row);
    }),
    members: ids.groups.flatMap((id) => [...loadGroupMembersAsOf(reader, id, asOf)].map(toMember)),
    byMeter: ids.meters.flatMap((id) => [...loadMeterGroupsAsOf(reader, id, asOf)].map(toMember)),
  };
}

/** The same by hand, from what was published as known then. */
function toAnswers(stays: readonly Stay[], tradeDate: string, ids: Ids): Answers {
  const held = stays.filter(({ from, to }) => from <= tradeDate && (to === null || tradeDate <= to));
  const toMember = ({ group, program, meterId }: Stay) =>
    JSON.stringify([tradeDate, group, program, meterId]);
  const inOrder = (some: readonly Stay[], toKey: (stay: Stay) => string) =>
    [...some].sort((a, b) => (toKey(a) < toKey(b) ? -1 : 1)).map(toMember);
  const eachGroup = ids.groups.map((id) => {
    const own = held.filter(({ group }) => group === id);
    const meters = new Set(own.map(({ meterId }) => meterId));
    const programs = new Set(own.flatMap(({ program }) => (program === "" ? [] : [program])));
    const row = [tradeDate, id, [...programs].sort(), meters.size, digestOf(meters)];
    return { count: meters.size, text: JSON.stringify(row) };
  });
  return {
    groups: eachGroup.flatMap(({ count, text }) => (count === 0 ? [] : [text])).sort(),
    eachGroup: eachGroup.map(({ text }) => text),
    members: inOrder(held, ({ group, meterId, program }) => `${group} ${meterId} ${program}`),
    byMeter: inOrder(held, ({ meterId, program, group }) => `${meterId} ${program} ${group}`),
  };
}

/** A view shows fewer days than are known; what it showed is said still, and of its groups nothing more. */
function inspectShown(was: Shown, tradeDate: string, { groups, members }: Answers, where: string): void {
  const about = `${where}: ${tradeDate} as shown at ${new Date(was.atMs).toISOString()}`;
  const ofDay = (rows: readonly string[]) => rows.filter((row) => row.startsWith(`["${tradeDate}"`));
  const shownGroups = ofDay(was.groups);
  const shownMembers = ofDay(was.members);
  expectWithin(shownGroups, groups, about);
  expectWithin(shownMembers, members, about);
  const shownIds = new Set(shownGroups.map((row) => JSON.parse(row)[1]));
  const whole = members.filter((row) => shownIds.has(JSON.parse(row)[1]));
  expectWithin(whole, shownMembers, about);
}

function expectWithin(some: readonly string[], all: readonly string[], about: string): void {
  const known = new Set(all);
  const more = some.filter((row) => !known.has(row));
  if (more.length > 0) expect(more, about).toEqual([]);
}
