import { Cron } from "croner";
import { Failure } from "../failure/index.ts";

/** The slots of a cron expression in a zone. Instants are epoch milliseconds. */
export type Calendar = {
  /** The last slot at or before this instant; null where there was none in living memory. */
  readonly lastSlotMs: (atMs: number) => number | null;
  /** The first one after it. */
  readonly nextSlotMs: (afterMs: number) => number | null;
};

/**
 * Days on which the clock is set forward or back go as in cron(8). A time without wildcard or step is there
 * exactly once: when the hour that holds it is left out, at that hour's end; in an hour that comes twice, the
 * first time. Others follow the clock: nothing in the hour left out, and both hours of the repeated one. Day
 * of month and day of week, where both are restricted, must both hold, as node-cron has it.
 */
export function openCalendar(cron: string, timezone: string): Calendar {
  const slots = parseSlots(cron, timezone);
  return {
    // Croner looks for what lies before an instant: the slot at the instant itself counts, too.
    lastSlotMs: (atMs) => slots.previousRuns(1, new Date(atMs + 1))[0]?.getTime() ?? null,
    nextSlotMs: (afterMs) => slots.nextRuns(1, new Date(afterMs))[0]?.getTime() ?? null,
  };
}

function parseSlots(cron: string, timezone: string): Cron {
  const options = { mode: "5-or-6-parts", domAndDow: true, fixedTimeRule: "no-wildcard" } as const;
  const fail = (advice: string, cause?: unknown): never => {
    throw new Failure("usage", `the cron expression "${cron}" cannot be used: ${advice}`, { cause });
  };
  try {
    const slots = new Cron(cron.trim(), { ...options, timezone, paused: true });
    // Croner takes a date, too.
    if (slots.getPattern() === undefined) return fail("it is one instant");
    return slots.nextRun(new Date(0)) === null ? fail("there is no day that it names") : slots;
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    return fail(`write ranges from low to high, months and days with three letters (${why})`, cause);
  }
}
