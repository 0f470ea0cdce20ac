/** A rule that holds a run back, with the numbers that tripped it, its thresholds among them. */
export type Trip = {
  readonly rule: string;
  readonly explanation: string;
  readonly numbers: Readonly<Record<string, number>>;
};

/** A whole percentage from 0 to 100 and a count. What each of them binds is said where a rule uses it. */
export type Share = { readonly percent: number; readonly count: number };

/** The rules of the breaker; `null` (for `empty`: false) switches one off. */
export type BreakerRules = {
  /** A sweep that returns nothing. */
  readonly empty: boolean;
  /** Known meters that were not returned: more than the percentage and more than the count. */
  readonly absent: Share | null;
  /** The same for the known meters of one region. */
  readonly region: Share | null;
  /** The same for the meters of one program that lose all of its groups. */
  readonly program: Share | null;
  /** The same for the assigned meters that suffer a loss. */
  readonly loss: Share | null;
  /** A group that falls to zero, from `count` members on, with more than the percentage of them losing. */
  readonly group: Share | null;
  /** Another host or account; from `count` known meters on, less than the percentage of them returned. */
  readonly account: Share | null;
};

/** Some meters, and those of them that are lost to the rule in question. */
export type Loser = { readonly of: number; readonly lost: number };

/** So many trips one rule makes at most; the last of them says how many more there are (I8). */
const tripsPerRuleMax = 20;

/** Names come from outside and have no limit of their own. */
const nameLengthMax = 80;

/** More than the percentage, exactly: both sides are whole numbers. */
export function isOverPercent({ of, lost }: Loser, percent: number): boolean {
  return lost * 100 > percent * of;
}

/** More than the percentage and more than the count. */
export function isOver(loser: Loser, share: Share): boolean {
  return isOverPercent(loser, share.percent) && loser.lost > share.count;
}

/** The largest losses first, a trip each; those beyond the limit are counted in the last trip (I8). */
export function toBoundedTrips<T extends Loser & { readonly name: string }>(
  losers: readonly T[],
  toTrip: (loser: T) => Trip,
): Trip[] {
  const sorted = losers.toSorted(
    (left, right) => right.lost - left.lost || (left.name < right.name ? -1 : 1),
  );
  const trips = sorted.slice(0, tripsPerRuleMax).map(toTrip);
  const more = sorted.length - trips.length;
  const last = trips.at(-1);
  if (more === 0 || last === undefined) return trips;
  const verb = more === 1 ? "trips" : "trip";
  const explanation = `${last.explanation} ${more} more ${verb} this rule, not listed.`;
  return [...trips.slice(0, -1), { ...last, explanation, numbers: { ...last.numbers, more } }];
}

/** The losers of a map by name that are over a share. */
export function toLosersOver(
  losers: ReadonlyMap<string, Loser>,
  share: Share,
): (Loser & { readonly name: string })[] {
  return [...losers].map(([name, loser]) => ({ name, ...loser })).filter((loser) => isOver(loser, share));
}

/** A part of a whole, such as `12 of 80 known meters (15 %)`. */
export function toShareText({ of, lost }: Loser, noun: string): string {
  const percent = of === 0 ? 0 : Number(((lost * 100) / of).toFixed(2));
  return `${lost} of ${of} ${noun} (${percent} %)`;
}

/** The variable that sets a rule, and what it says. */
export function toRuleText(variable: string, { percent, count }: Share): string {
  return `Rule ${variable}: more than ${percent} % and more than ${count}.`;
}

/** A name from outside, cut where it is too long for a line. */
export function toShortName(name: string): string {
  if (name === "") return "(no name)";
  return name.length <= nameLengthMax ? name : `${name.slice(0, nameLengthMax - 1)}…`.toWellFormed();
}
