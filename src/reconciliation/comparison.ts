/** The types that Leap's webhooks and our change events share. */
export const comparedTypes = [
  "meter.created",
  "meter.enrollment.global-status.updated",
  "meter.enrollment.participation-status.updated",
  "meter.enrollment.required-actions.updated",
  "meter.enrollment.group.updated",
] as const;

export type ComparedType = (typeof comparedTypes)[number];

/** Leap's ladder: ten tries over about eight hours. */
export const deliveryMaxMs = 8 * 3_600_000;
/** The receiver's clock, Leap's and ours are not the same one. */
export const clockSlackMs = 5 * 60_000;
/** Later than that it is not taken for the webhook of a change any more. */
export const latenessMaxMs = 24 * 3_600_000;

/** What a sweep told of one meter or group, as far as a webhook could have said it, too. */
export type Change = {
  readonly type: ComparedType;
  readonly sequence: number;
  readonly eventId: string;
  readonly toldAtMs: number;
  /** It was not so yet when this reading began; `null` where none is known. */
  readonly earliestMs: number | null;
  /** When the reading that told it began. */
  readonly readFromMs: number;
  /** `webhook` where Leap must have sent one, `time` where time may have made it, `none` where not. */
  readonly expectation: "webhook" | "time" | "none";
  readonly before: string;
  readonly after: string;
  /** Of a group: the trade dates whose members changed. */
  readonly spans: readonly GroupSpan[];
};

/** Members of a group on some trade dates; sha-256 of ids as everywhere. */
export type GroupSpan = {
  /** The start of the first trade date, and the end of the last; `null` when it never ends. */
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly afterSha256: string;
  /** `null` where there are none. */
  readonly addedSha256: string | null;
  readonly removedSha256: string | null;
  readonly movedSha256: string;
};

/** A captured webhook, ready to be compared. */
export type Capture = {
  readonly webhookEventId: string;
  readonly type: string;
  /** The earliest, where a capture says so. */
  readonly receivedAtMs: number | null;
  readonly copyCount: number;
  /** What it says is so; `null` where it cannot be compared. */
  readonly state: string | null;
  /** Of a preference or a group: from when until when; `null` is for ever. */
  readonly startMs: number | null;
  readonly endMs: number | null;
};

/** What a group's `meter_ids` looks like: all members, or those that came or went. Leap does not say. */
export type Likeness = "full" | "delta" | "added" | "removed" | "full_or_delta" | "other";

/** How a webhook fits a change: it says the same; or it is of the same group and dates; or not at all. */
export function decideFit(change: Change, capture: Capture): "same" | "near" | null {
  if (capture.state === null || capture.type !== change.type) return null;
  if (change.type !== "meter.enrollment.group.updated") {
    return isSameState(change.after, capture.state) ? "same" : null;
  }
  const spans = change.spans.filter((span) => isOverlapping(span, capture));
  if (spans.length === 0) return null;
  if (decideLikeness(change, capture) !== "other") return "same";
  // Of many lists told before, that one is of it that begins or ends with it.
  return change.expectation !== "time" || spans.some((span) => isAtEdge(span, capture)) ? "near" : null;
}

/** A preference published without its window is compared by its name alone. */
export function isSameState(ours: string, told: string): boolean {
  return ours === told || (ours.endsWith("|") && told.startsWith(ours));
}

export function decideLikeness(change: Change, { state, ...window }: Capture): Likeness {
  if (state === null) return "other";
  const spans = change.spans.filter((span) => isOverlapping(span, window));
  const isFull = spans.some(({ afterSha256 }) => afterSha256 === state);
  const isDelta = spans.some(({ movedSha256 }) => movedSha256 === state);
  if (isFull) return isDelta ? "full_or_delta" : "full";
  if (isDelta) return "delta";
  if (spans.some(({ addedSha256 }) => addedSha256 === state)) return "added";
  return spans.some(({ removedSha256 }) => removedSha256 === state) ? "removed" : "other";
}

// A period ends with the day that begins at its end; its midnights may lie hours beside ours.
const midnightSlackMs = 3 * 3_600_000;
const dayMs = 86_400_000;

function isAtEdge({ fromMs }: GroupSpan, { startMs, endMs }: Pick<Capture, "startMs" | "endMs">): boolean {
  const isNear = (atMs: number | null) => atMs !== null && Math.abs(atMs - fromMs) <= midnightSlackMs;
  return isNear(startMs) || isNear(endMs === null ? null : endMs + dayMs);
}

function isOverlapping(span: GroupSpan, { startMs, endMs }: Pick<Capture, "startMs" | "endMs">): boolean {
  const isBegun = span.toMs === null || startMs === null || startMs < span.toMs - midnightSlackMs;
  return isBegun && (endMs === null || endMs + dayMs - midnightSlackMs > span.fromMs);
}
