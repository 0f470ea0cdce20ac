import type { BreakerRules } from "./breaker.ts";

/** What a poll asked for is judged by. */
export type PollFacts = {
  readonly apiVersion: string;
  /** Of the last publication; null before the first. */
  readonly publishedApiVersion: string | null;
  readonly heldRunId: string | null;
  /** Whether the last run left a time to go on from. */
  readonly hasCursor: boolean;
  /** The share of changes that polls find, by the last audit; null where there was none to judge by. */
  readonly trustPercent: number | null;
  readonly trustPercentMin: number;
};

/** Why a poll asked for is carried out as a sweep, in words; null where it can be a poll. */
export function toPollObstacle(facts: PollFacts): string | null {
  const { publishedApiVersion, heldRunId, trustPercent, trustPercentMin } = facts;
  if (publishedApiVersion === null) return "nothing is published yet";
  if (publishedApiVersion !== facts.apiVersion) return `the last publication read ${publishedApiVersion}`;
  // A poll would pass, and take the plan that a person is to decide on out of the way.
  if (heldRunId !== null) return `run ${heldRunId} is held back, and only a sweep says whether it still is`;
  if (!facts.hasCursor) return "the last run left no time to go on from";
  if (trustPercent === null || trustPercent >= trustPercentMin) return null;
  return (
    `polls found ${trustPercent} % of the changes that the last audit knew of, less than ` +
    `${trustPercentMin} % (METER_SYNC_POLL_TRUST)`
  );
}

/**
 * Whether a poll was answered mostly with meters that are not known: another account's, or many new ones.
 * Only a sweep can tell which.
 */
export function isStrangePoll(
  counts: { readonly returned: number; readonly known: number },
  rules: BreakerRules,
): boolean {
  if (rules.account === null || counts.returned < rules.account.count) return false;
  return counts.known * 100 < counts.returned * rules.account.percent;
}
