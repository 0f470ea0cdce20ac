import type { Finding, Flag } from "./finding.ts";
import type { ChangeFinding, WebhookFinding } from "./judge.ts";

/** Of one type, or of all. */
export type Tally = {
  readonly changes: number;
  /** Captured, copies aside. */
  readonly webhooks: number;
  /** Captured once more. */
  readonly copies: number;
} & Readonly<Record<ChangeFinding | WebhookFinding | Flag, number>>;

/** In seconds; `null` where there is nothing to tell it from. */
export type Spread = {
  readonly median: number | null;
  readonly percentile_95: number | null;
  readonly worst: number | null;
};

export type Summary = {
  readonly total: Tally;
  readonly by_type: Readonly<Record<string, Tally>>;
  /** Of webhooks whose change a sweep told: how long after the change they came. */
  readonly late_by_at_least_seconds: Spread;
  readonly late_by_at_most_seconds: Spread;
};

/** Counts findings as they come, so that none has to be kept. */
export function openSummary(): {
  readonly add: (finding: Finding) => void;
  readonly close: () => Summary;
} {
  const total = openTally();
  const byType = new Map<string, Record<keyof Tally, number>>();
  const atLeast: number[] = [];
  const atMost: number[] = [];
  return {
    add: (finding) => {
      const { type, late_by_at_least_seconds: least, late_by_at_most_seconds: most } = finding;
      const tally = byType.get(type) ?? openTally();
      // Types come from outside: a capture can make up only so many.
      if (byType.has(type) || byType.size < typeCountMax) byType.set(type, tally);
      for (const each of [total, tally]) addTo(each, finding);
      if (least !== null) atLeast.push(least);
      if (most !== null) atMost.push(most);
    },
    close: () => ({
      total,
      by_type: Object.fromEntries([...byType].sort(([a], [b]) => (a < b ? -1 : 1))),
      late_by_at_least_seconds: toSpread(atLeast),
      late_by_at_most_seconds: toSpread(atMost),
    }),
  };
}

const typeCountMax = 100;

function addTo(tally: Record<keyof Tally, number>, { about, finding, flags, copies }: Finding): void {
  if (about !== "webhook") tally.changes += 1;
  if (about !== "change") tally.webhooks += 1;
  tally.copies += Math.max(0, (copies ?? 1) - 1);
  tally[finding] += 1;
  for (const flag of flags) tally[flag] += 1;
}

function openTally(): Record<keyof Tally, number> {
  return {
    changes: 0,
    webhooks: 0,
    copies: 0,
    matched: 0,
    no_webhook: 0,
    by_time: 0,
    not_sent_by_leap: 0,
    outside_capture: 0,
    pending: 0,
    overtaken: 0,
    already_known: 0,
    no_change: 0,
    not_swept_yet: 0,
    unknown_meter: 0,
    not_compared: 0,
    doubled: 0,
    late: 0,
    out_of_order: 0,
  };
}

function toSpread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const toRank = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
  return { median: toRank(0.5), percentile_95: toRank(0.95), worst: toRank(1) };
}
