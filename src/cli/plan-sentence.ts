import type { PlanFacts, RemappedMeters } from "../reader/index.ts";
import { count } from "./report-lines.ts";

/** A plan in one sentence: the numbers that matter, those about groups first. */
export function toPlanSentence(facts: PlanFacts): string {
  if (facts.baseline !== null) return toBaselineSentence(facts, facts.baseline);
  if (facts.events === 0) return "nothing would change";
  const clauses = [toMeterClause(facts), toActionClause(facts)].filter((clause) => clause !== "");
  if (clauses.length === 0) clauses.push("no group, status or required action would change");
  return `${clauses.join("; ")}; ${count(facts.events, "event")} in all`;
}

function toBaselineSentence(
  { events, groups, groups_left_out: others }: PlanFacts,
  { meters }: NonNullable<PlanFacts["baseline"]>,
): string {
  const groupCount = new Set(groups.map((group) => group.market_group_id)).size + others.groups;
  const told = events === 0 ? "no event tells them" : `${count(events, "event")} in all`;
  return `${count(meters, "meter")} and ${count(groupCount, "group")} would be the first snapshot; ${told}`;
}

/** "would" stands once, before the first verb, and holds for those that follow. */
function toMeterClause({ remaps, meters }: PlanFacts): string {
  const { moved, assigned, unassigned } = remaps;
  const dates = openDates();
  const parts: (readonly [number: number, what: string])[] = [
    [moved.meters, `move between groups${dates(moved)}`],
    [assigned.meters, `join a group${dates(assigned)}`],
    [unassigned.meters, `lose a group${dates(unassigned)}`],
    [meters.activated, "become active"],
    [meters.deactivated, "become inactive"],
    [meters.created, "appear for the first time"],
    [meters.missing, "go missing"],
    [meters.reappeared, "come back"],
    [meters.archived, "go into the archive"],
    [meters.restored, "come out of the archive"],
  ];
  const [first, ...others] = parts.filter(([number]) => number > 0);
  if (first === undefined) return "";
  const [number, what] = first;
  return [`${count(number, "meter")} would ${what}`, ...others.map(([many, does]) => `${many} ${does}`)].join(
    ", ",
  );
}

function toActionClause({ meters }: PlanFacts): string {
  const counts = [
    [meters.actions_added, "added"],
    [meters.actions_changed, "changed"],
    [meters.actions_resolved, "resolved"],
  ] as const;
  const told = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return told.length === 0 ? "" : `required actions: ${told.join(", ")}`;
}

/** The dates of remaps, where they are not those said just before. */
function openDates(): (remapped: RemappedMeters) => string {
  let said = "";
  return (remapped) => {
    if (remapped.meters === 0) return "";
    const words = describeDates(remapped);
    if (words.dates === said) return "";
    said = words.dates;
    return words.text;
  };
}

function describeDates({ first_dates: dates, later_meters: later }: RemappedMeters) {
  const [one, two, ...others] = dates;
  const days = dates.map((date) => date.effective_from).join();
  if (one === undefined) return { dates: days, text: "" };
  const from = one.effective_from;
  if (two === undefined) return { dates: days, text: ` on ${from}` };
  if (others.length > 0 || later > 0) return { dates: days, text: ` from ${from} on` };
  return { dates: days, text: ` on ${from} (${one.meters}) and ${two.effective_from} (${two.meters})` };
}
