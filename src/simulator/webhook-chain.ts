import type { MeterState } from "./meter-state.ts";
import type { Portfolio } from "./portfolio.ts";

/** What became of one meter at one instant. */
export type MeterChange = {
  readonly atMs: number;
  /** `null` where it was added at that instant. */
  readonly before: MeterState | null;
  readonly after: MeterState;
};

/**
 * The changes of a meter after `fromMs`, up to `toMs`, oldest first; what the calendar alone brings is none.
 * A meter knows when it changed last, so its past is walked backwards from one change to the one before.
 */
export function changesOf(
  portfolio: Portfolio,
  index: number,
  fromMs: number,
  toMs: number,
): readonly MeterChange[] {
  const changes: MeterChange[] = [];
  let { modifiedMs: atMs, basics } = portfolio.stateOf(index, toMs);
  const addedMs = Math.floor(basics.addedUs / 1000);
  while (atMs > fromMs) {
    const after = portfolio.stateOf(index, atMs);
    if (atMs <= addedMs) {
      changes.push({ atMs, before: null, after });
      break;
    }
    const before = portfolio.stateOf(index, atMs - 1);
    changes.push({ atMs, before, after });
    atMs = before.modifiedMs;
  }
  return changes.reverse();
}
