import { midnightMsOf } from "./calendar.ts";
import {
  completeDraft,
  type DispatchCause,
  type DispatchDraft,
  type DispatchPool,
  type DispatchTarget,
  minuteMs,
  pick,
  toConsecutive,
  toDraft,
} from "./dispatch-draft.ts";
import type { LateRevision } from "./dispatch-revisions.ts";
import { hashOf, toFraction } from "./hash.ts";

const share = 0.6;

/**
 * A dispatch of the group that was left or joined, or of the meter itself, sent two to ten minutes after the
 * change was told; `null` where there is none.
 */
export function toLateDraft(
  revision: LateRevision,
  poolOf: (groupId: string) => DispatchPool | undefined,
  worldSeed: number,
  rate: number,
): DispatchDraft | null {
  const seed = hashOf(worldSeed, 204);
  const { zone, day, revisedAtMs, meterId } = revision;
  const key = hashOf(seed, revision.index, Math.floor(revisedAtMs / 1000));
  const target = toTarget(revision, poolOf, key);
  if (toFraction(hashOf(key, 30)) >= share * rate || target === null) return null;
  const sentMs = revisedAtMs + Math.floor((2 + 8 * toFraction(hashOf(key, 33))) * minuteMs);
  const planned = planSlots(revision, sentMs, key, isOfCaiso(target));
  if (planned === null) return null;
  const cause: DispatchCause = {
    key,
    idSeed: hashOf(seed, day),
    target,
    zone,
    day,
    kind: planned.kind,
    test: null,
    lateRevision: { meterId, revisedAtMs },
  };
  const slots = planned.slots ?? toDraft(cause).slots;
  // Every third was sent before the change, and is sent anew after it.
  if (hashOf(key, 34) % 3 > 0) return completeDraft(cause, slots, sentMs, null);
  const earlierMs = revisedAtMs - Math.floor((10 + 60 * toFraction(hashOf(key, 35))) * minuteMs);
  return completeDraft(cause, slots, earlierMs, sentMs);
}

function toTarget(
  { index, meterId, left, joined }: LateRevision,
  poolOf: (groupId: string) => DispatchPool | undefined,
  key: number,
): DispatchTarget | null {
  const roll = hashOf(key, 31) % 8;
  if (roll === 0) return { level: "meter", id: meterId, index };
  const preferred = roll % 2 === 0 ? left : joined;
  const id = pick(preferred.length > 0 ? preferred : [...left, ...joined], hashOf(key, 32));
  const pool = poolOf(id);
  return pool === undefined ? null : { level: "group", id, pool };
}

function isOfCaiso(target: DispatchTarget): boolean {
  return target.level === "group" && target.pool.facts.region === "CAISO";
}

type PlannedSlots = Pick<DispatchCause, "kind"> & {
  /** `null` for the usual ones of the day. */
  readonly slots: ReturnType<typeof toConsecutive> | null;
};

/** For tomorrow at any time; for today in an hour, or in minutes; `null` where the day is over. */
function planSlots(
  { zone, day, isTomorrow }: LateRevision,
  sentMs: number,
  key: number,
  isCaiso: boolean,
): PlannedSlots | null {
  if (isTomorrow) return { kind: isCaiso ? "day-ahead" : "standard", slots: null };
  const endOfDayMs = midnightMsOf(zone, day + 1);
  const hourAheadMs = toFiveMinutes(sentMs + (50 + (hashOf(key, 36) % 20)) * minuteMs);
  const isRealTime = isCaiso && hashOf(key, 37) % 5 === 0;
  if (hourAheadMs + 30 * minuteMs <= endOfDayMs && !isRealTime) {
    const lengthMs = pick([15, 30, 60], hashOf(key, 38)) * minuteMs;
    const slots = toConsecutive(hourAheadMs, lengthMs, 1 + (hashOf(key, 39) % 2), endOfDayMs);
    return { kind: isCaiso ? "hour-ahead" : "standard", slots };
  }
  const soonMs = toFiveMinutes(sentMs + 2 * minuteMs);
  if (soonMs + 5 * minuteMs > endOfDayMs) return null;
  return { kind: isCaiso ? "5m" : "standard", slots: toConsecutive(soonMs, 5 * minuteMs, 2, endOfDayMs) };
}

/** The next instant on a five-minute mark. */
function toFiveMinutes(instantMs: number): number {
  return Math.ceil(instantMs / (5 * minuteMs)) * 5 * minuteMs;
}
