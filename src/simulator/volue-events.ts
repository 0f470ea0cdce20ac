import { hashOf, toFraction, toUuid } from "./hash.ts";
import type { VolueEvent, VolueEventPayload } from "./volue-book.ts";
import { hourMs, toOsloDay, toOsloInstant } from "./volue-oslo.ts";
import { toLocationLimit, toPriceCurve, toResourceLimit, toUserEligibility } from "./volue-payloads.ts";
import { priceAreas } from "./volue-places.ts";

/** The events there are by the simulated clock: those of every day, made when looked at, and added ones. */
export type EventArchive = {
  readonly seed: number;
  readonly nowMs: () => number;
  readonly list: () => readonly VolueEvent[];
  /** Newest first, as all of this. */
  readonly page: (from: number, count: number) => { events: readonly VolueEvent[]; totalCount: number };
  readonly find: (id: string) => VolueEvent | undefined;
  readonly add: (payload: VolueEventPayload, createdAtMs?: number) => VolueEvent;
};

/** An event that is not made yet. */
type Draft = { readonly id: string; readonly createdAtMs: number; readonly make: () => VolueEvent };

/** What may happen on a day: when, how likely, and what. */
type Happening = {
  readonly hour: number;
  readonly minute: number;
  readonly chance: number;
  readonly toPayload: (seed: number, day: number, createdAtMs: number) => VolueEventPayload;
};

const happenings: readonly Happening[] = [
  { hour: 8, minute: 10, chance: 0.5, toPayload: toUserEligibility },
  {
    hour: 9,
    minute: 0,
    chance: 0.6,
    toPayload: (seed, day) => toLocationLimit(seed, "LPCReservation", day + 2, [16, 20]),
  },
  {
    hour: 10,
    minute: 0,
    chance: 0.6,
    toPayload: (seed, day) => toLocationLimit(seed, "LocationLPC", day + 1, [17, 20]),
  },
  { hour: 10, minute: 30, chance: 0.6, toPayload: toResourceLimit },
  ...priceAreas.map((_, areaIndex): Happening => {
    const toPayload: Happening["toPayload"] = (seed, day) => toPriceCurve(seed, areaIndex, day + 1);
    return { hour: 13, minute: areaIndex, chance: 1, toPayload };
  }),
];

const purpose = { generated: 101, added: 102, chance: 103 };
/** Events there were before the portfolio's first day. */
const earlierDays = 45;

export function createEventArchive(seed: number, startDay: number, nowMs: () => number): EventArchive {
  const added: Draft[] = [];
  const addedById = new Map<string, VolueEvent>();
  const firstDay = startDay - earlierDays;

  function drafts(): Draft[] {
    // Of two that were added in the same moment the later one is newer.
    const drafted = added.toReversed();
    const lastDay = toOsloDay(nowMs());
    for (let day = firstDay; day <= lastDay; day += 1) drafted.push(...draftDay(seed, day));
    const visible = drafted.filter(({ createdAtMs }) => createdAtMs <= nowMs());
    return visible.sort((left, right) => right.createdAtMs - left.createdAtMs);
  }

  function add(payload: VolueEventPayload, createdAtMs = nowMs()): VolueEvent {
    const id = toUuid(hashOf(seed, added.length, purpose.added), seed, purpose.added);
    const event = { id, createdAt: toCreatedAt(createdAtMs), payload };
    added.push({ id, createdAtMs, make: () => event });
    addedById.set(id, event);
    return event;
  }

  return {
    seed,
    nowMs,
    list: () => drafts().map(({ make }) => make()),
    page: (from, count) => {
      const all = drafts();
      return { events: all.slice(from, from + count).map(({ make }) => make()), totalCount: all.length };
    },
    find: (id) => {
      const event = addedById.get(id) ?? findGenerated(seed, [firstDay, toOsloDay(nowMs())], id);
      return event !== undefined && Date.parse(event.createdAt) <= nowMs() ? event : undefined;
    },
    add,
  };
}

function draftDay(seed: number, day: number): Draft[] {
  return happenings.flatMap((happening, slot) => {
    const draw = toFraction(hashOf(seed, day, slot, purpose.chance));
    if (draw >= happening.chance) return [];
    const createdAtMs = toOsloInstant(day, happening.hour) + (happening.minute * hourMs) / 60;
    const id = toUuid(day * 32 + slot, seed, purpose.generated);
    const createdAt = toCreatedAt(createdAtMs);
    const make = () => ({ id, createdAt, payload: happening.toPayload(seed, day, createdAtMs) });
    return [{ id, createdAtMs, make }];
  });
}

/** The id says which day to make; whether it is one of ours shows once it is made. */
function findGenerated(
  seed: number,
  [firstDay, lastDay]: readonly [number, number],
  id: string,
): VolueEvent | undefined {
  const day = Number.parseInt(id.slice(0, 8), 16) >>> 5;
  if (!(day >= firstDay && day <= lastDay)) return undefined;
  return draftDay(seed, day)
    .find((draft) => draft.id === id)
    ?.make();
}

/** As .NET writes an instant: seven fraction digits, and an offset. */
function toCreatedAt(createdAtMs: number): string {
  return `${new Date(createdAtMs).toISOString().slice(0, -1)}0000+00:00`;
}
