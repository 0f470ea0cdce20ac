import { h, type JSX } from "preact";
import type { GroupFacts } from "../reader/index.ts";
import { Foreign } from "./foreign-text.ts";
import { Day, formatCount } from "./wording.ts";

/** Groups and meters of one trade date. */
export type Total = {
  readonly day: string;
  readonly groups: number;
  readonly meters: number;
  /** Whether it is of all regions: around midnight they are not on the same day. */
  readonly isWhole: boolean;
  readonly regions: readonly string[];
  /** From the date before, where both are of the same regions. */
  readonly change: number | null;
};

export function toTotals({ trade_dates, totals }: GroupFacts): readonly Total[] {
  const regionCount = new Set(totals.flatMap(({ regions }) => regions)).size;
  return trade_dates.map((day, place) => {
    const [before, total] = [totals[place - 1], totals[place]];
    const { groups = 0, meters = 0, regions = [] } = total ?? {};
    const isAlike = before !== undefined && isSame(before.regions, regions);
    const change = isAlike ? meters - before.meters : null;
    return { day, groups, meters, regions, isWhole: regions.length === regionCount, change };
  });
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((region) => right.includes(region));
}

/** Why dates are not compared. */
export function toPartialNote(
  left: readonly string[],
  isNoneWhole: boolean,
): readonly (string | JSX.Element)[] {
  const why = "regions are not on the same day";
  if (isNoneWhole) return [` No date is of all regions (${why}): they are not compared.`];
  if (left.length === 0) return [];
  const days = left.map((day, place) => h("span", null, place === 0 ? "" : ", ", h(Day, { day })));
  return [` Left out of the chart, being of some regions only (${why}): `, ...days, "."];
}

/** As many regions of a date are named. */
const regionMax = 3;

export function Regions({ total: { regions, isWhole } }: { total: Total }): JSX.Element {
  if (isWhole) return h("span", null, "all");
  const left = regions.length - regionMax;
  return h(
    "span",
    null,
    regions.slice(0, regionMax).map((text, place) => [place === 0 ? "" : ", ", h(Foreign, { text })]),
    left > 0 ? ` and ${formatCount(left)} more` : "",
  );
}
