import {
  type Capture,
  type Change,
  type ComparedType,
  clockSlackMs,
  deliveryMaxMs,
  isSameState,
} from "./comparison.ts";

/** A complete reading of the portfolio that was published. */
export type Sweep = { readonly startMs: number; readonly publishedMs: number };

/** All that is known of one meter or group and one type: what sweeps told, and what webhooks said. */
export type Course = {
  readonly type: ComparedType;
  readonly subject: string;
  /** In the order they were told. */
  readonly changes: readonly Change[];
  /** In the order they were received, those without a time last. */
  readonly captures: readonly Capture[];
  /** Those that saw it, oldest first. */
  readonly sweeps: readonly Sweep[];
  /** What is published now; `null` where that is nothing that a webhook could say. */
  readonly current: string | null;
  /** Whether a sweep ever returned it. */
  readonly isKnown: boolean;
  /** What was told before is not kept, or was told by the first publication as a whole. */
  readonly comparableFromMs: number;
  /** Where the trade dates end that were looked at so far. */
  readonly lookedThroughMs: number | null;
};

/** What the snapshot said at an instant. */
export function toStateAt({ changes, current }: Course, atMs: number): string | null {
  const last = changes.findLast(({ toldAtMs }) => toldAtMs <= atMs);
  return last?.after ?? changes[0]?.before ?? current;
}

export function isKnownAt(course: Course, { state }: Capture, atMs: number): boolean {
  const known = toStateAt(course, atMs);
  return known !== null && state !== null && isSameState(known, state);
}

/** When it takes effect: a preference may be set before it begins. */
export function toDueMs({ type, receivedAtMs, startMs }: Capture): number {
  const isEarly = type === "meter.enrollment.participation-status.updated";
  return Math.max(receivedAtMs ?? 0, isEarly ? (startMs ?? 0) : 0);
}

/** Whether a complete reading began after it took effect. */
export function isSwept({ sweeps }: Course, capture: Capture): boolean {
  return (sweeps.at(-1)?.startMs ?? Number.NEGATIVE_INFINITY) >= toDueMs(capture) + clockSlackMs;
}

/** The changes between whose two readings it took effect. */
export function findAround({ changes }: Course, capture: Capture): readonly Change[] {
  const dueMs = toDueMs(capture);
  return changes.filter(
    ({ earliestMs, toldAtMs }) =>
      (earliestMs === null || earliestMs - clockSlackMs < dueMs) && dueMs <= toldAtMs,
  );
}

/** The changes that it may be about, had it come by one of Leap's later tries. */
export function findShortlyBefore({ changes }: Course, capture: Capture): readonly Change[] {
  const dueMs = toDueMs(capture);
  return changes.filter(
    ({ earliestMs, toldAtMs }) =>
      (earliestMs === null || earliestMs < dueMs) && toldAtMs >= dueMs - deliveryMaxMs - clockSlackMs,
  );
}

/** Anyone may send webhooks: among many of one meter those nearest in time are looked at. */
const nearCountMax = 50;

/** Gives for each of these captures those of them that came nearest. */
export function openNear(captures: readonly Capture[]): (capture: Capture) => readonly Capture[] {
  if (captures.length <= nearCountMax) return () => captures;
  const places = new Map(captures.map((capture, place) => [capture, place]));
  return (capture) => {
    const place = places.get(capture) ?? 0;
    return captures.slice(Math.max(0, place - nearCountMax), place + nearCountMax + 1);
  };
}

/** Others, unmatched too, that may be of the same time between two readings and say something else. */
export function findContradicting(
  course: Course,
  capture: Capture,
  unmatched: readonly Capture[],
): readonly Capture[] {
  if (capture.receivedAtMs === null || capture.state === null || !canReturn(course)) return [];
  const own = toGaps(course, capture.receivedAtMs);
  return unmatched.filter(({ receivedAtMs, state }) => {
    if (receivedAtMs === null || state === null || state === capture.state) return false;
    const other = toGaps(course, receivedAtMs);
    return Math.max(own.first, other.first) <= Math.min(own.last, other.last);
  });
}

/**
 * Whether it tells of a state that no reading saw, because another took its place before: it went there and
 * back between two readings, or on to something else.
 */
export function isPassing(course: Course, capture: Capture, unmatched: readonly Capture[]): boolean {
  const { receivedAtMs } = capture;
  if (receivedAtMs === null) return false;
  const others = findContradicting(course, capture, unmatched);
  if (others.length === 0) return false;
  if (isKnownAt(course, capture, receivedAtMs)) return true;
  return others.some(
    (other) => isKnownAt(course, other, receivedAtMs) || (other.receivedAtMs ?? 0) > receivedAtMs,
  );
}

/** A meter is created once, and of groups' lists nobody knows what they say of the rest. */
function canReturn({ type }: Course): boolean {
  return type !== "meter.created" && type !== "meter.enrollment.group.updated";
}

/** The times between two readings in which it may have become so, by their numbers. */
function toGaps({ sweeps }: Course, receivedAtMs: number): { readonly first: number; readonly last: number } {
  const fromMs = receivedAtMs - deliveryMaxMs - clockSlackMs;
  const first = sweeps.findIndex(({ publishedMs }) => publishedMs >= fromMs);
  const last = sweeps.findLastIndex(({ startMs }) => startMs < receivedAtMs + clockSlackMs);
  return { first: first === -1 ? sweeps.length - 1 : first - 1, last };
}
