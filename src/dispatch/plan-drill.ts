import type { TradeDate } from "../market/index.ts";
import { formatInstant } from "../time/index.ts";
import { type AskedSlot, type DrillSlot, isUuid, parseDrillSlot, toDrillSlot } from "./drill-slot.ts";

/** A market group as the snapshot has it on the trade date, and what it is to be sent. */
export type DrillGroup = {
  readonly marketGroupId: string;
  readonly tradeDate: TradeDate;
  /** The trade date as instants, start inclusive, end exclusive. */
  readonly dayStartMs: number;
  readonly dayEndMs: number;
  readonly members: readonly { readonly meterId: string; readonly partnerReference: string | null }[];
  /** None in v1 of the API. */
  readonly programs: readonly string[];
  /** As asked for, in Leap's own words. */
  readonly timeslots: readonly unknown[];
};

export type DrillDispatch = {
  readonly market_group_id: string;
  readonly meter_ids: readonly string[];
  readonly partner_references?: readonly string[];
  readonly timeslots: readonly DrillSlot[];
};

/** The body of Leap's integration test for group dispatches. */
export type DrillBody = { readonly group_dispatches: readonly DrillDispatch[] };

export type DrillPlan = { readonly body: DrillBody } | { readonly problems: readonly string[] };

/** Timeslots of one group: more than a day of five-minute events. */
export const timeslotCountMax = 1000;

/** Timeslots of all groups together (I8): they are sent, and come back, as one document. */
const totalCountMax = 20_000;

const problemCountMax = 30;

/**
 * The test notification for these groups and their timeslots; or everything that is wrong with them. Programs
 * that a timeslot does not name are its group's. `makeId` gives a new uuid each time.
 */
export function planDrill(groups: readonly DrillGroup[], makeId: () => string): DrillPlan {
  const tooMany = toTotalProblems(groups);
  if (tooMany.length > 0) return { problems: tooMany };
  const read = groups.map((group) => ({ group, slots: group.timeslots.map(parseDrillSlot) }));
  const asked = read.map(({ group, slots }) => ({ group, slots: slots.filter(isAsked) }));
  const found = [
    ...(groups.length === 0 ? ["there is no group to drill"] : []),
    ...read.flatMap(({ slots }) => [...toCountProblems(slots.length), ...toSlotProblems(slots)]),
    ...toEventIdProblems(asked),
    ...asked.flatMap(({ group, slots }) => toGroupProblems(group, slots)),
  ];
  // What is wrong with timeslots of several groups is the same in each of them.
  const problems = [...new Set(found)];
  if (problems.length > problemCountMax) {
    const more = `and ${problems.length - problemCountMax} problems more`;
    return { problems: [...problems.slice(0, problemCountMax), more] };
  }
  if (problems.length > 0) return { problems };
  return { body: { group_dispatches: asked.map(({ group, slots }) => toDispatch(group, slots, makeId)) } };
}

function toDispatch(group: DrillGroup, slots: readonly AskedSlot[], makeId: () => string): DrillDispatch {
  const references = group.members.flatMap(({ partnerReference }) => partnerReference ?? []);
  const own = toPrograms(group);
  return {
    market_group_id: group.marketGroupId,
    meter_ids: toDistinct(group.members.map(({ meterId }) => meterId)),
    ...(references.length === 0 ? {} : { partner_references: toDistinct(references) }),
    timeslots: slots.map((slot) =>
      toDrillSlot(slot, slot.programs ?? own, slot.market_group_event_id?.toLowerCase() ?? makeId()),
    ),
  };
}

function toTotalProblems(groups: readonly DrillGroup[]): readonly string[] {
  const total = groups.reduce((sum, { timeslots }) => sum + timeslots.length, 0);
  if (total <= totalCountMax) return [];
  const most = `a drill takes at most ${totalCountMax}`;
  return [`${groups.length} groups have ${total} timeslots together: ${most}, so drill fewer at once`];
}

function toCountProblems(slotCount: number): readonly string[] {
  if (slotCount === 0) return ["there is no timeslot: at least one is needed"];
  if (slotCount <= timeslotCountMax) return [];
  return [`there are ${slotCount} timeslots: a drill takes at most ${timeslotCountMax}`];
}

/** What is wrong with timeslots, the same thing once for all that have it. */
function toSlotProblems(slots: readonly (AskedSlot | readonly string[])[]): readonly string[] {
  const byProblem = new Map<string, number[]>();
  for (const [index, slot] of slots.entries()) {
    if (isAsked(slot)) continue;
    for (const problem of slot) byProblem.set(problem, [...(byProblem.get(problem) ?? []), index + 1]);
  }
  return [...byProblem].map(([problem, numbers]) => `${toSlotWords(numbers, slots.length)}: ${problem}`);
}

function toSlotWords(numbers: readonly number[], count: number): string {
  if (numbers.length === count && count > 1) return "each timeslot";
  const shown = numbers.slice(0, 10).join(", ");
  const more = numbers.length > 10 ? ` and ${numbers.length - 10} more` : "";
  return `timeslot ${shown}${more}`;
}

type Asked = { readonly group: DrillGroup; readonly slots: readonly AskedSlot[] };

/** An event id is one group's and one timeslot's: a later one of the same id would replace the earlier. */
function toEventIdProblems(asked: readonly Asked[]): readonly string[] {
  return asked.flatMap(({ slots }) => {
    const ids = slots.flatMap(({ market_group_event_id: id }) => id?.toLowerCase() ?? []);
    const isRepeated = new Set(ids).size < ids.length;
    return [
      ...(isRepeated ? ["two timeslots have the same market_group_event_id: each needs its own"] : []),
      ...(ids.length > 0 && asked.length > 1
        ? ["a market_group_event_id is one group's alone: leave it out, or drill one group"]
        : []),
    ];
  });
}

function toGroupProblems(group: DrillGroup, slots: readonly AskedSlot[]): readonly string[] {
  const { marketGroupId, members, tradeDate } = group;
  const oddIds = members.map(({ meterId }) => meterId).filter((id) => !isUuid(id));
  const lacksPrograms =
    toPrograms(group).length === 0 && slots.some(({ programs }) => programs === undefined);
  const isOff = slots.some(({ start_time: at }) => at < group.dayStartMs || at >= group.dayEndMs);
  const day = `${formatInstant(group.dayStartMs)} to ${formatInstant(group.dayEndMs)}`;
  const problems = [
    ...(isUuid(marketGroupId) ? [] : ["its id is no uuid, which is what Leap takes"]),
    ...(members.length === 0 ? [`it has no members on ${tradeDate}`] : []),
    ...(oddIds.length === 0
      ? []
      : [`${oddIds.length} of its members have an id that is no uuid: ${oddIds[0]}`]),
    ...(lacksPrograms ? ["the snapshot has no program of it: name one or more"] : []),
    ...(isOff
      ? [`a timeslot does not start on the trade date ${tradeDate} (${day}), whose members these are`]
      : []),
  ];
  return problems.map((problem) => `group ${marketGroupId}: ${problem}`);
}

/** A row without a program is published as `unknown`, which is none that Leap could know. */
function toPrograms({ programs }: DrillGroup): readonly string[] {
  return toDistinct(programs.filter((program) => program !== "unknown"));
}

function toDistinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function isAsked(slot: AskedSlot | readonly string[]): slot is AskedSlot {
  return !Array.isArray(slot);
}
