import { type AbsenceCounts, type BreakerRules, type Trip, weighAbsence } from "../../../src/guard/index.ts";
import { defaultRules } from "./rules.ts";

export const here = { host: "api.example.test", account: "a-1" };

/** A sweep that returned all of 1000 known meters, from where the snapshot was read. */
function makeCounts(given: Partial<AbsenceCounts> = {}): AbsenceCounts {
  const quiet: AbsenceCounts = {
    mode: "sweep",
    returned: 1000,
    rejected: 0,
    known: 1000,
    absent: 0,
    regions: new Map(),
    published: here,
    asked: here,
  };
  return { ...quiet, ...given };
}

export function weigh(given: Partial<AbsenceCounts>, rules: BreakerRules = defaultRules): readonly Trip[] {
  return weighAbsence(makeCounts(given), rules);
}

export function ruleNames(given: Partial<AbsenceCounts>, rules: BreakerRules = defaultRules): string[] {
  return weigh(given, rules).map(({ rule }) => rule);
}
