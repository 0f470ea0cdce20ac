import type { ReportFacts, SinkState } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { formatAge, formatCount, formatDistance, formatSpan, toPhrase } from "./wording.ts";

/** One thing that a person should see to. */
export type Concern = {
  /** A few words, for the line at the top. */
  readonly short: string;
  readonly sentence: string;
  /** What someone else said of it; foreign text. */
  readonly quote: string | null;
  /** The command that shows more. */
  readonly command: string;
};

export type Verdict = {
  readonly state: "good" | "nothing" | "person";
  readonly line: string;
  readonly concerns: readonly Concern[];
};

/** A portfolio is read daily, and a run may take its time. */
export const freshMsDefault = 26 * 3_600_000;

/**
 * Whether everything is as it should be, in one line, and if not what there is to see to. Of the instant the
 * report is of, and said so: it may be looked at much later. `freshMs`: as old a sweep may be.
 */
export function decideVerdict(facts: ReportFacts, freshMs = freshMsDefault): Verdict {
  const publishedAt = facts.status.info?.published_at ?? null;
  const concerns = [
    ...weighHeld(facts),
    ...weighLastRun(facts),
    ...weighFreshness(facts, freshMs),
    ...weighSinks(facts.status.sinks),
    ...weighRemaps(facts),
  ];
  if (concerns.length > 0) {
    const line = `This needs a person: ${concerns.map(({ short }) => short).join("; ")}.`;
    return { state: "person", line, concerns };
  }
  if (publishedAt === null) {
    const what = facts.status.last_run === null ? "No run has begun yet" : "Nothing has been published yet";
    return { state: "nothing", line: `${what}: the first sweep fills this report.`, concerns };
  }
  const age = formatDistance(publishedAt, facts.generated_at);
  const nothing = facts.acknowledged_by.length === 0 ? "nothing was held" : "nothing was held or overdue";
  const line = `Fresh when this was made: published ${age}; ${nothing}.`;
  return { state: "good", line, concerns };
}

function weighHeld({ status: { held_run: held }, generated_at }: ReportFacts): readonly Concern[] {
  if (held === null) return [];
  const since = formatAge(held.finished_at ?? held.started_at, generated_at);
  return [
    {
      short: "a run is held back",
      sentence: `A run was held back ${since}: nothing of it is published until it is released or discarded.`,
      quote: held.trips[0]?.explanation ?? null,
      command: "meter-sync run held",
    },
  ];
}

function weighLastRun({ status: { last_run: last }, generated_at }: ReportFacts): readonly Concern[] {
  if (last?.status !== "failed") return [];
  const since = formatAge(last.finished_at ?? last.started_at, generated_at);
  return [
    {
      short: "the last run failed",
      sentence: `The last run failed ${since}.`,
      quote: last.error,
      command: "meter-sync run latest",
    },
  ];
}

/** Polls may go on publishing where no sweep does: what they do not see stays as it was. */
function weighFreshness({ status, generated_at }: ReportFacts, freshMs: number): readonly Concern[] {
  const nowMs = parseInstant(generated_at) ?? 0;
  const toOld = (what: string, at: string | null | undefined): readonly Concern[] => {
    const ageMs = nowMs - (parseInstant(at ?? "") ?? nowMs);
    if (ageMs <= freshMs) return [];
    const short = `the last ${what} is ${formatSpan(ageMs)} old`;
    const most = `more than ${formatSpan(freshMs)} are too many`;
    const sentence = `The${short.slice(3)}; ${most}.`;
    return [{ short, sentence, quote: null, command: "meter-sync runs" }];
  };
  const old = toOld("publication", status.info?.published_at);
  return old.length > 0 ? old : toOld("sweep", status.last_sweep);
}

function weighSinks(sinks: readonly SinkState[]): readonly Concern[] {
  const deadLetters = sinks.reduce((sum, sink) => sum + sink.set_aside, 0);
  const down = sinks.filter((sink) => sink.disabled_at !== null || sink.failure_count > 0);
  const undelivered = down.reduce((sum, sink) => sum + sink.undelivered, 0);
  const concerns: Concern[] = [];
  if (down.length > 0) {
    const what = down.length === 1 ? "a sink takes nothing" : `${down.length} sinks take nothing`;
    concerns.push({
      short: what,
      sentence:
        down.length === 1
          ? `A sink takes nothing; ${toPhrase(undelivered, "event")} ${isOrAre(undelivered)} still to come.`
          : `${down.length} sinks take nothing; ${formatCount(undelivered)} deliveries are still to come.`,
      quote: down[0]?.error ?? null,
      command: "meter-sync sinks",
    });
  }
  if (deadLetters > 0) {
    const what = `${toPhrase(deadLetters, "dead letter")} ${deadLetters === 1 ? "waits" : "wait"}`;
    concerns.push({
      short: what,
      sentence: `${what} to be sent again or dropped: refused by a receiver.`,
      quote: null,
      command: "meter-sync dead-letters",
    });
  }
  return concerns;
}

function weighRemaps({ acknowledgement: { overdue } }: ReportFacts): readonly Concern[] {
  if (overdue === 0) return [];
  const what = `${toPhrase(overdue, "remap")} ${isOrAre(overdue)} overdue`;
  return [
    {
      short: what,
      sentence: `${what}: told, due, and not reported as applied.`,
      quote: null,
      command: "meter-sync status",
    },
  ];
}

function isOrAre(count: number): string {
  return count === 1 ? "is" : "are";
}
