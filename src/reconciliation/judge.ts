import { type Capture, type Change, clockSlackMs, deliveryMaxMs } from "./comparison.ts";
import {
  type Course,
  findAround,
  findContradicting,
  findShortlyBefore,
  isKnownAt,
  isPassing,
  isSwept,
  openNear,
  toDueMs,
  toStateAt,
} from "./course.ts";
import { isNearby, matchInTime, matchLate } from "./match.ts";

export type ChangeFinding =
  | "matched"
  | "no_webhook"
  | "by_time"
  | "not_sent_by_leap"
  | "outside_capture"
  | "not_compared"
  | "pending";

export type WebhookFinding =
  | "matched"
  | "overtaken"
  | "already_known"
  | "no_change"
  | "not_swept_yet"
  | "unknown_meter"
  | "not_compared";

/** What the captures cover. `null`: nothing. */
export type Coverage = { readonly fromMs: number; readonly toMs: number } | null;

export type Judged = {
  /** Each change and its webhook, or what became of it. */
  readonly changes: readonly {
    readonly change: Change;
    readonly finding: ChangeFinding;
    readonly capture: Capture | null;
  }[];
  readonly webhooks: readonly { readonly capture: Capture; readonly finding: WebhookFinding }[];
  /** Those that came after one that tells of a later change. */
  readonly outOfOrder: ReadonlySet<Capture>;
};

/** Changes and webhooks of one meter or group and one type, held against each other. */
export function judgeCourse(course: Course, coverage: Coverage, nowMs: number): Judged {
  const { changes, captures } = course;
  const inTime = matchInTime(changes, captures);
  const toNearLeft = openNear(toLeft(captures, inTime));
  const matching = matchLate(changes, captures, inTime, (each) => isPassing(course, each, toNearLeft(each)));
  const unmatched = toLeft(captures, matching);
  const toNear = openNear(unmatched);
  const webhooks = unmatched.map((capture) => ({
    capture,
    finding: decideWebhook(course, capture, toNear(capture)),
  }));
  return {
    changes: changes.map((change) => {
      const capture = matching.get(change) ?? null;
      if (capture !== null) return { change, finding: "matched", capture };
      const finding = decideChange(change, coverage, nowMs);
      // Of a group one list may be of several changes: where any came, nobody can say that one is missing.
      const isVague = finding === "no_webhook" && captures.some((each) => isNearby(change, each));
      return { change, finding: isVague ? "not_compared" : finding, capture };
    }),
    webhooks,
    outOfOrder: findOutOfOrder(course, matching, webhooks),
  };
}

function toLeft(captures: readonly Capture[], matching: ReadonlyMap<Change, Capture>): readonly Capture[] {
  const taken = new Set(matching.values());
  return captures.filter((capture) => !taken.has(capture));
}

/** What became of a change that no webhook fits. */
export function decideChange(change: Change, coverage: Coverage, nowMs: number): ChangeFinding {
  const { expectation, earliestMs, toldAtMs } = change;
  if (expectation === "none") return "not_sent_by_leap";
  if (expectation === "time") return "by_time";
  if (coverage === null || earliestMs === null) return "outside_capture";
  if (earliestMs < coverage.fromMs || earliestMs >= coverage.toMs) return "outside_capture";
  const isOver = toldAtMs + deliveryMaxMs + clockSlackMs <= Math.min(coverage.toMs, nowMs);
  return isOver ? "no_webhook" : "pending";
}

function decideWebhook(course: Course, capture: Capture, unmatched: readonly Capture[]): WebhookFinding {
  const { state, receivedAtMs } = capture;
  if (state === null) return "not_compared";
  if (receivedAtMs === null) return decideTimeless(course, capture);
  const isLookedAt = isSwept(course, capture) && !isBeyondHorizon(course, capture);
  if (!course.isKnown) return isLookedAt ? "unknown_meter" : "not_swept_yet";
  const isKnown = isKnownAt(course, capture, receivedAtMs);
  if (receivedAtMs < course.comparableFromMs) return isKnown ? "already_known" : "not_compared";
  const around = findAround(course, capture);
  if (around.some(({ readFromMs }) => isLookedAt || receivedAtMs < readFromMs)) return "overtaken";
  if (isPassing(course, capture, unmatched)) return isLookedAt ? "overtaken" : "not_swept_yet";
  if (isKnown) return "already_known";
  if (!isLookedAt) return "not_swept_yet";
  if (findShortlyBefore(course, capture).length > 0) return "overtaken";
  if (isPast(course, capture)) return "overtaken";
  // Its list may say anything about its meters: nothing a sweep sees contradicts it.
  return course.type === "meter.enrollment.group.updated" ? "not_compared" : "no_change";
}

/** Of one that came nobody knows when, only what it says can be held against what is published. */
function decideTimeless(course: Course, capture: Capture): WebhookFinding {
  return isKnownAt(course, capture, Number.POSITIVE_INFINITY) ? "already_known" : "not_compared";
}

/** A group's period that begins after all trade dates looked at so far. */
function isBeyondHorizon({ type, lookedThroughMs }: Course, { startMs }: Capture): boolean {
  if (type !== "meter.enrollment.group.updated") return false;
  return lookedThroughMs === null || (startMs ?? 0) >= lookedThroughMs;
}

/** A preference whose window was over, or inside of a later one, before the next reading. */
function isPast(course: Course, capture: Capture): boolean {
  if (course.type !== "meter.enrollment.participation-status.updated") return false;
  const dueMs = toDueMs(capture);
  const next = course.sweeps.find(({ startMs }) => startMs >= dueMs);
  if (next === undefined) return false;
  if (capture.endMs !== null && capture.endMs <= next.startMs) return true;
  const inForce = toStateAt(course, next.publishedMs)?.split("|").at(-1) ?? "";
  return inForce !== "" && Number(inForce) >= (capture.startMs ?? 0);
}

/** Told in one order, received in another. What was set before it began may come in any order. */
function findOutOfOrder(
  course: Course,
  matching: ReadonlyMap<Change, Capture>,
  webhooks: Judged["webhooks"],
): ReadonlySet<Capture> {
  const found = new Set<Capture>();
  // Lists of different periods stand beside each other, and some are of days that no sweep looks at yet.
  if (course.type === "meter.enrollment.group.updated") return found;
  let earliestLaterMs = Number.POSITIVE_INFINITY;
  for (const change of course.changes.toReversed()) {
    const capture = change.expectation === "webhook" ? matching.get(change) : undefined;
    const receivedAtMs = capture?.receivedAtMs ?? null;
    if (capture === undefined || receivedAtMs === null) continue;
    if (receivedAtMs > earliestLaterMs) found.add(capture);
    earliestLaterMs = Math.min(earliestLaterMs, receivedAtMs);
  }
  const toNear = openNear(webhooks.map(({ capture }) => capture));
  for (const { capture, finding } of webhooks) {
    if (finding !== "overtaken") continue;
    if (isAfterItsSuccessor(course, matching, toNear(capture), capture)) found.add(capture);
  }
  return found;
}

/** Whether the webhook of what took its place was there before it. */
function isAfterItsSuccessor(
  course: Course,
  matching: ReadonlyMap<Change, Capture>,
  unmatched: readonly Capture[],
  capture: Capture,
): boolean {
  const { receivedAtMs, state } = capture;
  if (receivedAtMs === null || state === null || receivedAtMs < course.comparableFromMs) return false;
  const isBehindOne = (changes: readonly Change[]) =>
    changes.some((change) => isBehind(capture, matching.get(change), change));
  const around = findAround(course, capture);
  if (around.length > 0) return isBehindOne(around);
  if (isKnownAt(course, capture, receivedAtMs)) return false;
  const returns = findContradicting(course, capture, unmatched).filter((other) =>
    isKnownAt(course, other, receivedAtMs),
  );
  if (returns.length > 0) return returns.every((each) => (each.receivedAtMs ?? 0) < receivedAtMs);
  return isBehindOne(findShortlyBefore(course, capture));
}

function isBehind(capture: Capture, successor: Capture | undefined, change: Change): boolean {
  if (successor === undefined || change.expectation !== "webhook") return false;
  if (capture.state === successor.state) return false;
  return (successor.receivedAtMs ?? Number.POSITIVE_INFINITY) < (capture.receivedAtMs ?? 0);
}
