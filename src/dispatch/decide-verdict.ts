import { toMembersSha256 } from "../meter/index.ts";
import { type KnownStep, toStepAt } from "./known-steps.ts";

/** How a dispatch compares with what had been published when it was sent. */
export type Verdict = "agreed" | "late" | "drift" | "unknown_group" | "unknown_meter" | "not_judged";

/** What is known here of the group, or of the meter, on the trade date. */
export type Known = {
  readonly steps: readonly KnownStep[];
  /** Since when it is known at all; `null` where it is not. */
  readonly sinceMs: number | null;
  /** From when on all that was known is kept; `null` where nothing has gone. */
  readonly keptFromMs: number | null;
  /** Why nothing can be said of what was known then, in words; `null` where it can. */
  readonly obstacle: string | null;
};

export type Question = {
  readonly level: "group" | "meter";
  readonly meterIds: readonly string[];
  readonly sentAtMs: number;
};

export type Judgement = {
  readonly verdict: Verdict;
  /** Why it was not judged. */
  readonly reason: string | null;
  readonly publishedCount: number;
  readonly publishedSha256: string;
  readonly dispatchedSha256: string;
  /** Dispatched and not published, as known then; sorted. */
  readonly missingHere: readonly string[];
  /** Published and not dispatched. */
  readonly missingThere: readonly string[];
  /** Since when, without a break, what was dispatched had been, or has been, what is published. */
  readonly toldAtMs: number | null;
};

/**
 * Holds who was dispatched against who was published when it was sent, and, where they differ, against who is
 * published now: what was learned too late is another thing than what is not known to this day.
 */
export function decideVerdict({ level, meterIds, sentAtMs }: Question, known: Known): Judgement {
  const then = toStepAt(known.steps, sentAtMs);
  const dispatchedSha256 = toMembersSha256([...meterIds].sort());
  const base = { reason: null, dispatchedSha256, publishedSha256: then.sha256 };
  if (known.obstacle !== null) {
    const nothing = { publishedCount: 0, missingHere: [], missingThere: [], toldAtMs: null };
    return { ...base, ...nothing, verdict: "not_judged", reason: known.obstacle };
  }
  const isKnownThen = known.sinceMs !== null && known.sinceMs <= sentAtMs;
  if (isKnownThen && then.sha256 === dispatchedSha256) {
    const alike = { publishedCount: then.count, missingHere: [], missingThere: [] };
    return { ...base, ...alike, verdict: "agreed", toldAtMs: toToldAt(then, known) };
  }
  const compared = { ...base, publishedCount: then.count, ...compare(meterIds, then.toMeterIds()) };
  const now = known.steps.at(-1) ?? then;
  if (known.sinceMs !== null && now.sha256 === dispatchedSha256) {
    return { ...compared, verdict: "late", toldAtMs: toToldAt(now, known) };
  }
  const unknown = level === "group" ? "unknown_group" : "unknown_meter";
  return { ...compared, verdict: isKnownThen ? "drift" : unknown, toldAtMs: null };
}

/** Whether it is a difference that has to be told. */
export function isTrouble(verdict: Verdict): boolean {
  return verdict !== "agreed" && verdict !== "not_judged";
}

function compare(dispatched: readonly string[], published: ReadonlySet<string>) {
  const there = new Set(dispatched);
  return {
    missingHere: dispatched.filter((id) => !published.has(id)),
    missingThere: [...published].filter((id) => !there.has(id)).sort(),
  };
}

/** Of what is not kept, what can be said is that it was told by then. Nobody was told of nobody. */
function toToldAt({ fromMs }: KnownStep, { keptFromMs }: Known): number | null {
  const toldAtMs = Math.max(fromMs, keptFromMs ?? fromMs);
  return Number.isFinite(toldAtMs) ? toldAtMs : null;
}
