/** What a chart shows by name, each with its colour; the rest are one. */
export type Largest = {
  readonly entries: readonly { readonly name: string; readonly value: number; readonly color: number }[];
  /** The entry that something of this name is counted in. */
  readonly placeOf: (name: string) => string;
};

/** The last of the page's colours is that of the rest. */
const restColor = 6;

/** The largest by name, the others merged; one that would be alone among them is shown instead. */
export function toLargest(tally: ReadonlyMap<string, number>, max: number, rest: string): Largest {
  const sorted = [...tally].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  const shown = sorted.slice(0, sorted.length === max + 1 ? max + 1 : max);
  const named = new Set(shown.map(([name]) => name));
  const left = sorted.slice(shown.length);
  // A name from outside may be what we call the rest.
  const restName = named.has(rest) ? `${rest} (all)` : rest;
  const entries = shown.map(([name, value], place) => ({
    name,
    value,
    color: Math.min(place + 1, restColor),
  }));
  const sum = left.reduce((total, [, value]) => total + value, 0);
  return {
    entries: left.length === 0 ? entries : [...entries, { name: restName, value: sum, color: restColor }],
    placeOf: (name) => (named.has(name) ? name : restName),
  };
}

/** Meters by what they have in common. */
export function toTally<Row extends { readonly meters: number }>(
  rows: readonly Row[],
  toName: (row: Row) => string,
): ReadonlyMap<string, number> {
  const tally = new Map<string, number>();
  for (const row of rows) tally.set(toName(row), (tally.get(toName(row)) ?? 0) + row.meters);
  return tally;
}
