import type { Database } from "../database/index.ts";
import { addDays } from "../market/index.ts";
import { toReader } from "../reader/index.ts";
import { formatInstant } from "../time/index.ts";
import { type CheckOptions, openTelling, within } from "./check-dispatches.ts";
import type { CheckRow } from "./check-row.ts";
import { loadUnsettledRows, saveCheckRow } from "./check-store.ts";
import { decideVerdict, type Known } from "./decide-verdict.ts";
import { openFacts } from "./facts.ts";
import { toStepAt } from "./known-steps.ts";
import { planCheck } from "./plan-check.ts";

/** How far back a drift is looked at again, and how many rows at most, the newest (I8). */
const daysBack = 60;
const rowCountDefault = 20_000;
const chunkCount = 50;

/**
 * Looks again at what had not been as published to this day, without the dispatches themselves: what was
 * learned since makes a drift one that was told late. Returns how many became so.
 */
export function recheckUnsettled(
  database: Database,
  options: CheckOptions,
  rowCountMax = rowCountDefault,
): number {
  const fromDate = addDays(formatInstant(options.nowMs).slice(0, 10), -daysBack);
  // Above every date.
  let before: Pick<CheckRow, "tradeDate" | "level" | "eventId"> = {
    tradeDate: "~",
    level: "group",
    eventId: "",
  };
  let late = 0;
  for (let looked = 0; looked < rowCountMax; ) {
    const place = before;
    const countMax = Math.min(chunkCount, rowCountMax - looked);
    const rows = within(database, options, () => {
      const some = loadUnsettledRows(database, fromDate, place, countMax);
      late += recheckRows(database, some, options);
      return some;
    });
    looked += rows.length;
    before = rows.at(-1) ?? before;
    if (rows.length < countMax) break;
  }
  return late;
}

function recheckRows(database: Database, rows: readonly CheckRow[], options: CheckOptions): number {
  const facts = openFacts(toReader(database), options.zones);
  const tell = openTelling(database, facts, options);
  let late = 0;
  for (const kept of rows) {
    const { sentAtMs, sentBasis, tradeDate, contentSha256 } = kept;
    const known = facts.knownOf({ ...kept, meterIds: [] }, tradeDate, sentAtMs);
    const meterIds = toDispatched(kept, known);
    if (meterIds === null) continue;
    const dispatch = { ...kept, meterIds };
    const judgement = decideVerdict(dispatch, known);
    if (judgement.verdict === kept.verdict) continue;
    const sent = { sentAtMs, sentBasis };
    const plan = planCheck({ dispatch, contentSha256, tradeDate, sent, judgement, kept }, options.nowMs);
    if (!options.isDryRun) saveCheckRow(database, plan.row);
    if (plan.isTold) tell.add(plan.row, judgement);
    if (judgement.verdict === "late") late += 1;
  }
  tell.close();
  return late;
}

/** Who was dispatched, from who was published and where they differ; `null` where that is not kept whole. */
function toDispatched(kept: CheckRow, known: Known): readonly string[] | null {
  const { missingHere, missingHereCount, missingThere, missingThereCount } = kept;
  if (known.obstacle !== null) return null;
  if (missingHere.length < missingHereCount || missingThere.length < missingThereCount) return null;
  const published = toStepAt(known.steps, kept.sentAtMs).toMeterIds();
  const gone = new Set(missingThere);
  const meterIds = [...[...published].filter((id) => !gone.has(id)), ...missingHere].sort();
  return new Set(meterIds).size === kept.dispatchedCount ? meterIds : null;
}
