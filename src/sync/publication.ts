import type { Database } from "../database/index.ts";
import { addDays, type PublishedHorizon, toLatest } from "../market/index.ts";
import { type HeldPlan, loadStream, saveHidden, savePublication } from "../snapshot/index.ts";

/** Moves the snapshot forward by a staged plan, within the caller's transaction (I1). */
export function savePlanned(
  database: Database,
  run: { readonly runKey: number; readonly runId: string },
  plan: HeldPlan,
  publishedAtMs: number,
): void {
  const horizons = new Map(plan.horizons);
  savePublication(database, {
    ...plan,
    runKey: run.runKey,
    runId: run.runId,
    publication: plan.publication + 1,
    publishedAtMs,
    lastSequence: loadStream(database)?.lastSequence ?? 0,
    horizons,
    days: toDays(horizons),
    fields: new Map(plan.fields),
  });
  if (plan.hiddenMeterKeys !== null) saveHidden(database, plan.hiddenMeterKeys);
}

/** The trade dates the views show: from today to the last one really known. */
function toDays(horizons: ReadonlyMap<string, PublishedHorizon>): Map<string, string[]> {
  return new Map(
    [...horizons].map(([region, { today, lastLookedAt, knownThrough }]) => {
      const last = toLatest(lastLookedAt, knownThrough);
      const days: string[] = [];
      for (let date = today; date <= last; date = addDays(date, 1)) days.push(date);
      return [region, days];
    }),
  );
}
