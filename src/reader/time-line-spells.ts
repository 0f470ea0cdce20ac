/** What one change event says of one thing: the value before it and after it. */
export type Told<V> = {
  /** When it was published. */
  readonly at: string;
  readonly sequence: number;
  /** Left out where there was nothing to have a value. */
  readonly before?: V;
  readonly after: V;
};

/** How long a value was the one known. */
export type Spell<V> = {
  readonly value: V;
  /** `null` where it was known before what is told here begins. */
  readonly from: string | null;
  /** Exclusive; `null` when it is known still. */
  readonly to: string | null;
  /** The event that told it; `null` where none did. */
  readonly sequence: number | null;
};

export type Bounds = {
  /** Since when it is known what held before the first event; `null` where that is not kept. */
  readonly beginsAt: string | null;
  /** The last publication. */
  readonly publishedAt: string;
  /**
   * Publications that read all meters in another way than the one before, in order: what only reads
   * differently was not told.
   */
  readonly readAnewAt: readonly string[];
  /** Those of them that read another version of the API: what was not told before is not what it is after. */
  readonly switchedAt: readonly string[];
};

/**
 * One value through time, from the events about it in their order and from what is known now. Where an event
 * does not go on from what the one before had said, the value changed without being told: when all meters
 * were read anew, if that was in between, else when it shows first. What was never known is left out.
 */
export function toSpells<V>(
  told: readonly Told<V>[],
  present: { readonly value: V } | null,
  bounds: Bounds,
): Spell<V>[] {
  const starts: Omit<Spell<V>, "to">[] = [];
  const begin = (value: V, from: string | null, sequence: number | null) => {
    const last = starts.at(-1);
    if (last === undefined || !isSame(last.value, value)) starts.push({ value, from, sequence });
  };
  const beginUntold = (value: V, shownAt: string) => {
    const last = starts.at(-1);
    if (last === undefined) {
      const switchedAt = bounds.switchedAt.findLast((at) => at <= shownAt);
      return begin(value, switchedAt ?? bounds.beginsAt, null);
    }
    // Several publications may be of one instant.
    const readAnewAt = bounds.readAnewAt.findLast((at) => at >= (last.from ?? "") && at <= shownAt);
    begin(value, readAnewAt ?? shownAt, null);
  };
  for (const { at, sequence, before, after } of told) {
    if (before !== undefined) beginUntold(before, at);
    begin(after, at, sequence);
  }
  if (present !== null) beginUntold(present.value, bounds.publishedAt);
  return starts
    .map((start, place) => ({ ...start, to: starts[place + 1]?.from ?? null }))
    .filter(({ from, to }) => from === null || to === null || from < to);
}

/** Ends at the first of these instants what was known, as nothing more of the kind was told from then on. */
export function toCutSpells<V>(spells: readonly Spell<V>[], instants: readonly string[]): Spell<V>[] {
  return spells.map((spell) => {
    const end = instants.find((at) => at > (spell.from ?? "") && (spell.to === null || at < spell.to));
    return end === undefined ? spell : { ...spell, to: end };
  });
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
