import { LeapUnreachable } from "./failures.ts";
import type { LeapClientOptions, ReadLimits } from "./leap.ts";

export type Budget = {
  /**
   * Takes one request out of the budget, for the purpose named. Throws `LeapUnreachable` where none is left,
   * or where the time is up: the windows read so far are kept, so that the next run ends the work (I8).
   */
  readonly spend: (purpose: string) => void;
};

/** What one client may spend, from the moment it is opened. */
export function openBudget(
  limits: Pick<ReadLimits, "requestCountMax" | "runTimeMaxMs">,
  clock: LeapClientOptions["clock"],
): Budget {
  const openedAtMs = clock.now();
  let requestCount = 0;

  function spend(purpose: string): void {
    if (requestCount >= limits.requestCountMax) {
      const spent = `this run has sent ${requestCount} requests to Leap, which is all it may`;
      throw toSpentFailure(purpose, spent, "METER_SYNC_REQUESTS_MAX", "requests");
    }
    if (clock.now() - openedAtMs >= limits.runTimeMaxMs) {
      const spent = `this run has been reading for ${toDuration(limits.runTimeMaxMs)}, which is all it may`;
      throw toSpentFailure(purpose, spent, "METER_SYNC_RUN_TIME_MAX", "run_time");
    }
    requestCount += 1;
  }

  return { spend };
}

function toSpentFailure(purpose: string, spent: string, variable: string, budget: string): LeapUnreachable {
  return new LeapUnreachable(
    `Could not ${purpose}: ${spent}. Finished windows are kept: the next run goes on from there. ` +
      `If runs keep ending like this, raise ${variable}.`,
    { fields: { purpose, budget, variable } },
  );
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** As one would write it in the variable. */
function toDuration(durationMs: number): string {
  const unit = units.find(([, unitMs]) => durationMs >= unitMs && durationMs % unitMs === 0);
  return unit === undefined ? `${durationMs}ms` : `${durationMs / unit[1]}${unit[0]}`;
}
