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
export function weighPlan(counts: { readonly returned: number; readonly known: number }): Verdict {
  const trips: Trip[] = [];
  if (counts.returned === 0 && counts.known > 0) {
    trips.push({
      rule: "empty_sweep",
      explanation:
        `Leap returned no meter at all, and ${counts.known} are known: ` +
        "check the key, the account and the host",
      numbers: { returned: 0, known: counts.known },
    });
  }
  return { verdict: trips.length === 0 ? "publish" : "hold", trips };
}
