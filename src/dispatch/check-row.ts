import type { Dispatch, DispatchLevel } from "../leap/index.ts";
import type { Sent } from "./decide-sent.ts";
import type { Verdict } from "./decide-verdict.ts";

/** One timeslot on one trade date, as it is kept. */
export type CheckRow = Sent & {
  readonly level: DispatchLevel;
  readonly eventId: string;
  readonly tradeDate: string;
  readonly targetId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly isCancelled: boolean;
  readonly isVoluntary: boolean;
  readonly test: Dispatch["test"];
  readonly eventTypes: readonly string[];
  readonly programs: readonly string[];
  readonly verdict: Verdict;
  /** Whether it counts in the score: no test, not cancelled, and judged. */
  readonly isCounted: boolean;
  readonly dispatchedCount: number;
  readonly publishedCount: number;
  readonly missingHereCount: number;
  readonly missingThereCount: number;
  /** Cut off beyond `idCountMax`. */
  readonly missingHere: readonly string[];
  readonly missingThere: readonly string[];
  readonly toldAtMs: number | null;
  readonly contentSha256: string;
  /** Of the drift told last; `null` where none was, or it has been agreed since. */
  readonly driftSha256: string | null;
  readonly firstCheckedAtMs: number;
  readonly checkedAtMs: number;
};

/** So many ids a list are kept and told: the counts say how many there are. */
export const idCountMax = 1000;
