import {
  type BreakerRules,
  isOver,
  isOverPercent,
  type Loser,
  type Share,
  type Trip,
  toBoundedTrips,
  toLosersOver,
  toRuleText,
  toShareText,
  toShortName,
} from "./breaker.ts";

/** A group that the plan leaves without members. */
export type EmptiedGroup = {
  readonly marketGroupId: string;
  /** Published members. */
  readonly members: number;
  /** Those of them that are left without any group by a loss. */
  readonly losing: number;
};

/**
 * What a plan takes away. A loss is a day on which the published data gives a meter a group and the new data
 * gives it none; losses whose absence was released are not counted in.
 */
export type LossCounts = {
  /** Assigned meters, and those of them that suffer a loss. */
  readonly assigned: Loser;
  /** By program: its meters, and those of them that losses leave without that program's groups. */
  readonly programs: ReadonlyMap<string, Loser>;
  /** Groups that fall to zero; one that does so on several dates stands here more than once. */
  readonly groups: readonly EmptiedGroup[];
};

/** Whether a plan takes away more than a month roll ever does; no trip where it does not. */
export function weighLosses(counts: LossCounts, rules: BreakerRules): readonly Trip[] {
  const trips: Trip[] = [];
  if (rules.loss !== null) trips.push(...weighAssigned(counts.assigned, rules.loss));
  if (rules.program !== null) trips.push(...weighPrograms(counts.programs, rules.program));
  if (rules.group !== null) trips.push(...weighGroups(counts.groups, rules.group));
  return trips;
}

function weighAssigned(assigned: Loser, share: Share): Trip[] {
  if (!isOver(assigned, share)) return [];
  const explanation =
    `${toShareText(assigned, "assigned meters")} would be left without any group on a day for which they ` +
    "were published with one. A month roll moves meters and does not do this; Leap may have answered " +
    "without its groups: look one of them up at Leap. " +
    toRuleText("METER_SYNC_HOLD_LOSS", share);
  return [{ rule: "lost_meters", explanation, numbers: toNumbers(assigned, "assigned", share) }];
}

function weighPrograms(programs: LossCounts["programs"], share: Share): Trip[] {
  return toBoundedTrips(toLosersOver(programs, share), (program) => ({
    rule: "lost_program",
    explanation:
      `${toShareText(program, "meters")} of the program ${toShortName(program.name)} would be left without ` +
      "any of its groups. Either the program ended early, or Leap answered without it: look one of them up " +
      `at Leap, and ask Leap whether the program goes on. ${toRuleText("METER_SYNC_HOLD_PROGRAM", share)}`,
    numbers: toNumbers(program, "meters", share),
  }));
}

function weighGroups(groups: readonly EmptiedGroup[], share: Share): Trip[] {
  const worst = new Map<string, Loser>();
  for (const { marketGroupId: name, members: of, losing: lost } of groups) {
    if (of < share.count || !isOverPercent({ of, lost }, share.percent)) continue;
    // A group may fall to zero on several dates; the one with the most losses speaks for it.
    if (lost > (worst.get(name)?.lost ?? 0)) worst.set(name, { of, lost });
  }
  const losers = [...worst].map(([name, loser]) => ({ name, ...loser }));
  return toBoundedTrips(losers, (group) => ({
    rule: "lost_group",
    explanation:
      `the group ${toShortName(group.name)} would fall to no member, and ${toShareText(group, "members")} ` +
      "would be left without any group. Either the group was dissolved and nothing follows it, or Leap " +
      "answered without it: look the group and one of its members up at Leap. Rule METER_SYNC_HOLD_GROUP: " +
      `more than ${share.percent} % of a group that falls to zero, from ${share.count} members on.`,
    numbers: toNumbers(group, "members", share),
  }));
}

function toNumbers({ of, lost }: Loser, whole: string, { percent, count }: Share): Record<string, number> {
  return { [whole]: of, losing: lost, percent, count };
}
