/** What is to become of the last slot of a job. */
export type SlotDecision =
  /** Nothing: it was started, or passed over on purpose, or there is none. */
  | { readonly kind: "settled" }
  /** To be started. Late: while it came and went, nobody was there to see it. */
  | { readonly kind: "due"; readonly slotMs: number; readonly isLate: boolean }
  /** Never started, and too old for a job that is not made up for. */
  | { readonly kind: "passed"; readonly slotMs: number };

export type SlotQuestion = {
  /** The last slot at or before now. Those before it are not asked for: one run makes up for all of them. */
  readonly lastSlotMs: number | null;
  /** Slots up to this instant are settled; null where nothing is known of any. */
  readonly settledThroughMs: number | null;
  readonly nowMs: number;
  readonly isMadeUpFor: boolean;
};

/** Sooner than this a slot is seen by whoever looks every few seconds. */
export const lateMsMin = 10_000;
/** A job that is not made up for still runs so much later: a machine may stand still for a moment. */
export const lateMsMax = 600_000;

/** The one decision that every look at the time asks: at most once for each slot, whatever woke us. */
export function decideSlot({ lastSlotMs, settledThroughMs, nowMs, isMadeUpFor }: SlotQuestion): SlotDecision {
  if (lastSlotMs === null) return { kind: "settled" };
  if (settledThroughMs !== null && settledThroughMs >= lastSlotMs) return { kind: "settled" };
  const lateMs = nowMs - lastSlotMs;
  if (!isMadeUpFor && lateMs > lateMsMax) return { kind: "passed", slotMs: lastSlotMs };
  return { kind: "due", slotMs: lastSlotMs, isLate: lateMs >= lateMsMin };
}

const dayMs = 24 * 3_600_000;

/**
 * What is left of a memory when the clock says it lies in the future. A clock that was set back by an hour
 * may come to the same slot again, which stays settled. One that was wrong by days must not keep a job from
 * running until it has caught up.
 */
export function toBelieved(
  settledThroughMs: number | null,
  { nowMs, isMadeUpFor }: Pick<SlotQuestion, "nowMs" | "isMadeUpFor">,
): number | null {
  if (settledThroughMs === null) return null;
  if (isMadeUpFor) return settledThroughMs > nowMs + dayMs ? null : settledThroughMs;
  // It comes every few minutes: an hour without it would be worse than a slot that is there twice.
  return settledThroughMs > nowMs + lateMsMax ? nowMs : settledThroughMs;
}
