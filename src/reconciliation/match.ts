import {
  type Capture,
  type Change,
  clockSlackMs,
  decideFit,
  deliveryMaxMs,
  latenessMaxMs,
} from "./comparison.ts";

/** Change → its webhook. No webhook is of two changes, and no change has two. */
export type Matching = ReadonlyMap<Change, Capture>;

/** What one pass looks for: so far are a change and a webhook from each other at most. */
type Pass = {
  readonly fit: "same" | "near";
  readonly isFor: (change: Change) => boolean;
  readonly isInTime: (change: Change, receivedAtMs: number) => boolean;
};

/**
 * The webhooks of one meter's or group's changes of one type, by what they say and nearest in time: first
 * those that came when they should have, the latest change with the latest webhook that fits; then those of
 * what was set before it began. `changes` come in the order told, `captures` in the order received.
 */
export function matchInTime(changes: readonly Change[], captures: readonly Capture[]): Map<Change, Capture> {
  const matching = new Map<Change, Capture>();
  const taken = new Set<Capture>();
  for (const pass of passesInTime) {
    for (const change of changes.toReversed()) {
      if (matching.has(change) || !pass.isFor(change)) continue;
      const found = captures.findLast((capture) => isFitting(pass, change, capture, taken));
      if (found === undefined) continue;
      matching.set(change, found);
      taken.add(found);
    }
  }
  return matching;
}

/**
 * Then what is left: webhooks later than Leap's last try, of changes that would have none, and webhooks of
 * which nobody knows when they came.
 */
export function matchLate(
  changes: readonly Change[],
  captures: readonly Capture[],
  matching: Matching,
  isSpared: (capture: Capture) => boolean,
): Map<Change, Capture> {
  const result = new Map(matching);
  const taken = new Set(matching.values());
  for (const change of changes) {
    if (result.has(change) || change.expectation === "none") continue;
    const late = captures.find((each) => isFitting(latePass, change, each, taken) && !isSpared(each));
    const found = late ?? captures.find((each) => isTimeless(change, each, taken));
    if (found === undefined) continue;
    result.set(change, found);
    taken.add(found);
  }
  return result;
}

function isFitting(pass: Pass, change: Change, capture: Capture, taken: ReadonlySet<Capture>): boolean {
  const { receivedAtMs } = capture;
  if (receivedAtMs === null || taken.has(capture) || !pass.isInTime(change, receivedAtMs)) return false;
  return decideFit(change, capture) === pass.fit;
}

function isTimeless(change: Change, capture: Capture, taken: ReadonlySet<Capture>): boolean {
  return capture.receivedAtMs === null && !taken.has(capture) && decideFit(change, capture) === "same";
}

/** Whether a webhook came then between the two readings that the change lies between. */
function isBetween({ earliestMs, toldAtMs }: Change, receivedAtMs: number): boolean {
  const isAfter = earliestMs === null || receivedAtMs > earliestMs - clockSlackMs;
  return isAfter && receivedAtMs <= toldAtMs;
}

/** Whether it came then after we had told of it, by one of Leap's later tries. */
function isOnLadder({ toldAtMs }: Change, receivedAtMs: number): boolean {
  return receivedAtMs > toldAtMs && receivedAtMs <= toldAtMs + deliveryMaxMs + clockSlackMs;
}

/** Whether it may be of a group's change by dates and, where known, time, whatever it was matched with. */
export function isNearby(change: Change, capture: Capture): boolean {
  const { receivedAtMs } = capture;
  if (change.type !== "meter.enrollment.group.updated") return false;
  const isInTime =
    receivedAtMs === null || isBetween(change, receivedAtMs) || isOnLadder(change, receivedAtMs);
  return isInTime && decideFit(change, capture) !== null;
}

const isExpected = ({ expectation }: Change): boolean => expectation === "webhook";
const isByTime = ({ expectation }: Change): boolean => expectation === "time";
/** A meter is created once, and may be long in coming: before its first reading nobody misses it. */
const isCreation = ({ type }: Change): boolean => type === "meter.created";
/** What time brings may have been set, and told by Leap, long before. */
const isBefore = ({ toldAtMs }: Change, receivedAtMs: number): boolean => receivedAtMs <= toldAtMs;

const passesInTime: readonly Pass[] = [
  { fit: "same", isFor: isExpected, isInTime: isBetween },
  { fit: "near", isFor: isExpected, isInTime: isBetween },
  { fit: "same", isFor: isExpected, isInTime: isOnLadder },
  { fit: "same", isFor: isCreation, isInTime: isBefore },
  { fit: "same", isFor: isByTime, isInTime: isBefore },
  { fit: "near", isFor: isByTime, isInTime: isBefore },
];

/** Lists of a group may well be the same twice within days: one that comes later is of something else. */
const latePass: Pass = {
  fit: "same",
  isFor: isExpected,
  isInTime: (change, receivedAtMs) =>
    isExpected(change) &&
    change.type !== "meter.enrollment.group.updated" &&
    receivedAtMs > change.toldAtMs + deliveryMaxMs &&
    receivedAtMs <= change.toldAtMs + latenessMaxMs,
};
