import type { PeriodStatus } from "../leap/index.ts";
import { toTradeDate } from "../market/index.ts";

/** A program's status for a trade date. */
export type ProgramStatusOn = {
  readonly program: string;
  readonly periods: readonly string[];
  /** As Leap spells them, all that it gives for that day. */
  readonly statuses: readonly string[];
};

/** What Leap said of each program on a trade date: its periods hold on their first and last day, too. */
export function toProgramStatusesOn(
  date: string,
  rows: readonly PeriodStatus[],
  zone: string,
): ProgramStatusOn[] {
  const covering = rows.filter(({ startMs, endMs }) => {
    if (toTradeDate(startMs, zone).date > date) return false;
    return endMs === null || date <= toTradeDate(endMs, zone).date;
  });
  return [...Map.groupBy(covering, ({ program }) => program)].map(([program, own]) => ({
    program,
    periods: toDistinct(own.map(({ deliveryPeriod }) => deliveryPeriod)),
    statuses: toDistinct(own.map(({ status }) => status)),
  }));
}

/**
 * What stands in no program of its own way: programs by which it is in a group on that day, though none of
 * their statuses is an active one; of a meter in no group all of them.
 */
export function describeInactivePrograms(
  date: string,
  statuses: readonly ProgramStatusOn[],
  programsOfGroups: readonly (string | null)[],
): string[] {
  return statuses
    .filter(({ program }) => programsOfGroups.length === 0 || programsOfGroups.includes(program))
    .filter((one) => !one.statuses.includes("ACTIVE"))
    .map(({ program, periods, statuses: own }) => {
      const period = periods.length === 0 ? "" : ` (${periods.join(" and ")})`;
      const status = own.length === 0 ? "not given" : own.join(" and ");
      return `its status in ${program}${period} is ${status} on ${date}`;
    });
}

function toDistinct(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.filter((text) => text !== null))];
}
