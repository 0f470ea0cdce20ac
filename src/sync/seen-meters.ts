/** How often a sweep has seen each meter, a byte each: memory hardly grows with the portfolio. */
export type SeenMeters = {
  readonly has: (meterKey: number) => boolean;
  /** Notes a meter; false when it had been seen before. */
  readonly add: (meterKey: number) => boolean;
  /** Takes one sighting back: the window it was seen in is read again. */
  readonly remove: (meterKey: number) => void;
  /** Distinct meters. */
  readonly count: () => number;
  /** Sightings of meters that had been seen before. */
  readonly repeatedCount: () => number;
};

const sightingsMax = 255;

export function makeSeenMeters(): SeenMeters {
  let sightings = new Uint8Array(1 << 15);
  let count = 0;
  let total = 0;
  return {
    has: (meterKey) => (sightings[meterKey] ?? 0) > 0,
    count: () => count,
    repeatedCount: () => total - count,
    add: (meterKey) => {
      if (meterKey >= sightings.length) {
        const wider = new Uint8Array(Math.max(sightings.length * 2, meterKey + 1));
        wider.set(sightings);
        sightings = wider;
      }
      const before = sightings[meterKey] ?? 0;
      sightings[meterKey] = Math.min(before + 1, sightingsMax);
      total += 1;
      if (before === 0) count += 1;
      return before === 0;
    },
    remove: (meterKey) => {
      const before = sightings[meterKey] ?? 0;
      if (before === 0) return;
      sightings[meterKey] = before - 1;
      total -= 1;
      if (before === 1) count -= 1;
    },
  };
}
