/** Which meters a sweep has seen, a bit each: memory hardly grows with the portfolio. */
export type SeenMeters = {
  readonly has: (meterKey: number) => boolean;
  /** Notes a meter; false when it had been seen before. */
  readonly add: (meterKey: number) => boolean;
  readonly count: () => number;
};

export function makeSeenMeters(): SeenMeters {
  let bits = new Uint8Array(1 << 12);
  let count = 0;
  function has(meterKey: number): boolean {
    return ((bits[meterKey >> 3] ?? 0) & (1 << (meterKey & 7))) !== 0;
  }
  return {
    has,
    count: () => count,
    add: (meterKey) => {
      if (has(meterKey)) return false;
      const index = meterKey >> 3;
      if (index >= bits.length) {
        const wider = new Uint8Array(Math.max(bits.length * 2, index + 1));
        wider.set(bits);
        bits = wider;
      }
      bits[index] = (bits[index] ?? 0) | (1 << (meterKey & 7));
      count += 1;
      return true;
    },
  };
}
