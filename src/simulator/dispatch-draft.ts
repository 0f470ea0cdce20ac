import { midnightMsOf } from "./calendar.ts";
import { hashOf, toFraction } from "./hash.ts";
import type { RegionFacts } from "./programs.ts";
import type { MarketGroup } from "./world.ts";

/** The groups that some programs of a region share. */
export type DispatchPool = {
  readonly name: string;
  readonly facts: RegionFacts;
  readonly groups: readonly MarketGroup[];
};

export type DispatchTarget =
  | { readonly level: "group"; readonly id: string; readonly pool: DispatchPool }
  | { readonly level: "meter"; readonly id: string; readonly index: number };

export type DispatchKind = "day-ahead" | "hour-ahead" | "5m" | "standard" | "capacity-test";

export type Slot = {
  readonly startMs: number;
  readonly endMs: number;
  /** Whether it is among those that are cancelled, where some are. */
  readonly isCancelled: boolean;
};

/** A dispatch before anyone has looked at who is in the group: cheap, and there may be no one. */
export type DispatchDraft = {
  /** What its details are drawn from. */
  readonly key: number;
  /** What its event ids are made of beside the key. */
  readonly idSeed: number;
  readonly target: DispatchTarget;
  readonly zone: string;
  /** The local day its first slot begins on. */
  readonly day: number;
  readonly kind: DispatchKind;
  readonly test: null | "communication";
  /** One after the other. Never empty. */
  readonly slots: readonly Slot[];
  /** When it is sent, and when sent anew with other contents. */
  readonly sentAtMs: readonly number[];
  readonly cancelledAtMs: number | null;
  readonly lateRevision: { readonly meterId: string; readonly revisedAtMs: number } | null;
};

/** What a draft is made for; the times follow from it and the key. */
export type DispatchCause = Pick<
  DispatchDraft,
  "key" | "idSeed" | "target" | "zone" | "day" | "kind" | "test" | "lateRevision"
>;

export const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const slotMinutes = [15, 30, 60, 60, 120, 240];
const slotCounts = [1, 1, 1, 2, 3, 4];

/** A dispatch on its day, sent as early as its kind asks for. */
export function toDraft(cause: DispatchCause): DispatchDraft {
  const slots = toSlots(cause);
  return completeDraft(cause, slots, toSentMs(cause, slots[0]?.startMs ?? 0));
}

/** Some are sent anew with other contents, and some are cancelled, before they begin or soon after. */
export function completeDraft(
  cause: DispatchCause,
  slots: readonly Omit<Slot, "isCancelled">[],
  firstSentMs: number,
  updatedAtMs: number | null = toUpdatedMs(cause, slots[0]?.startMs ?? 0, firstSentMs),
): DispatchDraft {
  const { key } = cause;
  const sentAtMs = updatedAtMs === null ? [firstSentMs] : [firstSentMs, updatedAtMs];
  const lastSentMs = updatedAtMs ?? firstSentMs;
  const leadMs = Math.max(0, (slots[0]?.startMs ?? 0) - lastSentMs);
  const isCancelled = hashOf(key, 1) % 10 === 0;
  const isAll = hashOf(key, 2) % 3 > 0;
  return {
    ...cause,
    slots: slots.map((slot, position) => ({
      ...slot,
      isCancelled: isCancelled && (isAll || position === slots.length - 1),
    })),
    sentAtMs,
    cancelledAtMs: isCancelled
      ? lastSentMs + minuteMs + Math.floor(1.1 * leadMs * toFraction(hashOf(key, 3)))
      : null,
  };
}

/** Within the local day; but one in forty runs over its midnight. */
function toSlots({ key, zone, day, kind }: DispatchCause): readonly Omit<Slot, "isCancelled">[] {
  const endOfDayMs = midnightMsOf(zone, day + 1);
  if (kind !== "5m" && hashOf(key, 4) % 40 === 0) {
    const startMs = endOfDayMs - (1 + (hashOf(key, 5) % 2)) * 30 * minuteMs;
    return [{ startMs, endMs: startMs + 2 * hourMs }];
  }
  const startMs = midnightMsOf(zone, day) + 6 * hourMs + (hashOf(key, 6) % 60) * 15 * minuteMs;
  const lengthMs = (kind === "5m" ? 5 : pick(slotMinutes, hashOf(key, 7))) * minuteMs;
  const count = kind === "5m" ? 1 + (hashOf(key, 8) % 6) : pick(slotCounts, hashOf(key, 8));
  return toConsecutive(startMs, lengthMs, count, endOfDayMs);
}

/** Slots one after the other, the last one cut off at an instant. */
export function toConsecutive(
  startMs: number,
  lengthMs: number,
  count: number,
  notAfterMs: number,
): readonly Omit<Slot, "isCancelled">[] {
  const starts = Array.from({ length: count }, (_, position) => startMs + position * lengthMs);
  return starts
    .filter((start) => start < notAfterMs)
    .map((start) => ({ startMs: start, endMs: Math.min(notAfterMs, start + lengthMs) }));
}

function toSentMs({ key, zone, day, kind }: DispatchCause, startMs: number): number {
  const part = toFraction(hashOf(key, 9));
  switch (kind) {
    case "day-ahead":
    case "capacity-test":
      return midnightMsOf(zone, day - 1) + 13 * hourMs + Math.floor(part * 4 * hourMs);
    case "hour-ahead":
      return startMs - Math.floor((50 + 25 * part) * minuteMs);
    case "5m":
      return startMs - Math.floor((2.5 + 4.5 * part) * minuteMs);
    case "standard":
      return startMs - Math.floor((30 + 1_170 * part * part) * minuteMs);
  }
}

function toUpdatedMs({ key, kind }: DispatchCause, startMs: number, sentMs: number): number | null {
  if (kind === "5m" || hashOf(key, 10) % 8 > 0) return null;
  const part = 0.1 + 0.7 * toFraction(hashOf(key, 11));
  return sentMs + Math.max(minuteMs, Math.floor(part * (startMs - sentMs)));
}

/** The one that a roll falls on. */
export function pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[], roll: number): Item {
  const item = items[roll % items.length];
  if (item === undefined) throw new RangeError("there is nothing to pick from");
  return item;
}
