import type { Certificate, Trip } from "../guard/index.ts";

/** What was judged of a run, and found out beside reading the portfolio. */
export type Verdicts = {
  /** Null for a poll: it says nothing of the whole. */
  readonly certificate: Certificate | null;
  readonly trips: readonly Trip[];
  /** Held because of what was not returned: a release is one of these absences, too. */
  readonly isAbsenceHeld: boolean;
  readonly lookup: Lookup;
  /** Meters that the windows hide, where an unfiltered chain was read. */
  readonly hidden: Hidden | null;
  readonly pollAudit: PollAudit | null;
};

/** Whether absent meters were looked up by id, and if not, why. */
export type Lookup = {
  readonly isDone: boolean;
  /** In words, where nothing could be concluded though it should have been; null otherwise. */
  readonly problem: string | null;
};

/** Meters that Leap has and windows of date added do not return. */
export type Hidden = {
  readonly meterKeys: readonly number[];
  /** The first of them by id, for people. */
  readonly examples: readonly string[];
  /** False where it could not be told of the new ones: all of them may be hidden. */
  readonly isCertain: boolean;
};

/** What a sweep found out about the polls before it. snake_case: it is part of the run report. */
export type PollAudit = {
  /** Published polls since the last sweep. */
  readonly polls: number;
  /** Meters that they found new or changed. */
  readonly found: number;
  /** Meters of which this sweep tells something new, and a poll asked now would have answered with. */
  readonly caught: number;
  /** The same, and a poll would not have: changes that polls miss. */
  readonly missed: number;
  /** Of all these changes, the share that polls find, rounded down; null where there never was any. */
  readonly trust_percent: number | null;
};
