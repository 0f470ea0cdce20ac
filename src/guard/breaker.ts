/** A rule that holds a run back, with the numbers that tripped it. */
export type Trip = {
  readonly rule: string;
  readonly explanation: string;
  readonly numbers: Readonly<Record<string, number>>;
};

export type Verdict = { readonly verdict: "publish" | "hold"; readonly trips: readonly Trip[] };

/**
 * Whether the plan may be published, or waits for a person: an empty answer never reads as "all meters gone".
 */
export function weighPlan(counts: {
  readonly returned: number;
  readonly known: number;
  /** Answers without an id. */
  readonly rejected: number;
}): Verdict {
  const { returned, known, rejected } = counts;
  if (returned > 0 || known === 0) return { verdict: "publish", trips: [] };
  const explanation =
    rejected > 0
      ? `none of the ${rejected} meters that Leap returned carries an id, and ${known} are known: ask Leap`
      : `Leap returned no meter at all, and ${known} are known: check the key, the account and the host`;
  const numbers = { returned, known, rejected };
  return { verdict: "hold", trips: [{ rule: "empty_sweep", explanation, numbers }] };
}
