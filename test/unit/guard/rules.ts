import type { BreakerRules, Loser } from "../../../src/guard/index.ts";

/** The thresholds that a run has unless it is told otherwise. */
export const defaultRules: BreakerRules = {
  empty: true,
  absent: { percent: 5, count: 10 },
  region: { percent: 50, count: 10 },
  program: { percent: 50, count: 10 },
  loss: { percent: 20, count: 10 },
  group: { percent: 50, count: 5 },
  account: { percent: 50, count: 10 },
};

/** Every rule off. */
export const noRules: BreakerRules = {
  empty: false,
  absent: null,
  region: null,
  program: null,
  loss: null,
  group: null,
  account: null,
};

/** "More than so many percent, and more than so many", by long division. */
export function isMoreThan({ of, lost }: Loser, percent: number, count: number): boolean {
  const whole = BigInt(of) * BigInt(percent);
  const [quotient, remainder] = [whole / 100n, whole % 100n];
  const isOverShare = remainder === 0n ? BigInt(lost) > quotient : BigInt(lost) >= quotient + 1n;
  return isOverShare && !(lost <= count);
}
