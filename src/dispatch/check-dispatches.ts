import { type Database, inTransaction, toDatabaseFailure } from "../database/index.ts";
import { appendEvents, loadToldCount, toDriftEvent } from "../events/index.ts";
import { Failure } from "../failure/index.ts";
import type { Dispatch } from "../leap/index.ts";
import type { ZoneRules } from "../market/index.ts";
import { toReader } from "../reader/index.ts";
import { loadStream, saveLastSequence } from "../snapshot/index.ts";
import type { CheckRow } from "./check-row.ts";
import { loadKeptRows, loadLastPublishedRunId, saveCheckRow, saveDatesLeft } from "./check-store.ts";
import { toContentSha256 } from "./content.ts";
import { decideSent, toLatestVersions } from "./decide-sent.ts";
import { decideVerdict, type Judgement } from "./decide-verdict.ts";
import { type Facts, openFacts } from "./facts.ts";
import { planCheck } from "./plan-check.ts";
import { toDrift } from "./to-drift.ts";
import { toTradeDates } from "./trade-dates.ts";

export type CheckOptions = {
  readonly zones: ZoneRules;
  /** When all of them were sent that do not say so themselves; `null` where nobody knows. */
  readonly askedMs: number | null;
  readonly nowMs: number;
  /** Keeps and tells nothing. */
  readonly isDryRun: boolean;
};

/** A timeslot on one trade date, as it stands after the check. */
export type Checked = {
  readonly row: CheckRow;
  readonly marketGroupName: string | null;
  /** Why it was not judged, in words. */
  readonly reason: string | null;
};

export type CheckReport = {
  /** By start. */
  readonly checked: readonly Checked[];
  /** Drifts told now. */
  readonly told: number;
  /** Timeslots whose trade dates are those of the default zone: nothing of them is known here. */
  readonly zoneUnknown: number;
};

/** So few at once that nobody waits long to write, large as the groups may be (I8). */
const chunkCount = 50;

/**
 * Holds dispatches against what was published when they were sent, keeps what came of it, and tells each
 * drift once. Needs no run lock: what a publication in progress changes is seen before or after it. Throws a
 * `Failure` of kind `environment` where nothing has been published yet, or the database cannot be written.
 */
export function checkDispatches(
  database: Database,
  dispatches: readonly Dispatch[],
  options: CheckOptions,
): CheckReport {
  if (loadLastPublishedRunId(database) === null) {
    throw new Failure(
      "environment",
      "nothing has been published yet, so there is nothing to compare dispatches with: run `meter-sync sync`",
    );
  }
  const latest = [...toLatestVersions(dispatches)].sort(byTarget);
  const checked: Checked[] = [];
  let told = 0;
  let zoneUnknown = 0;
  try {
    for (let from = 0; from < latest.length; from += chunkCount) {
      const chunk = latest.slice(from, from + chunkCount);
      const outcome = within(database, options, () => checkChunk(database, chunk, options));
      checked.push(...outcome.checked);
      told += outcome.told;
      zoneUnknown += outcome.zoneUnknown;
    }
  } catch (error) {
    throw toDatabaseFailure(error, "cannot keep what became of dispatches");
  }
  return { checked: checked.sort(byStart), told, zoneUnknown };
}

/** A file that is only looked at cannot be locked for writing. */
export function within<T>(
  database: Database,
  { isDryRun }: Pick<CheckOptions, "isDryRun">,
  body: () => T,
): T {
  return isDryRun ? body() : (inTransaction(database, body as () => never) as T);
}

function checkChunk(database: Database, chunk: readonly Dispatch[], options: CheckOptions): CheckReport {
  const facts = openFacts(toReader(database), options.zones);
  const tell = openTelling(database, facts, options);
  let zoneUnknown = 0;
  const checked = chunk.flatMap((dispatch) => {
    const place = facts.placeOf(dispatch);
    if (!place.isKnown) zoneUnknown += 1;
    return checkOne(database, dispatch, { ...options, facts, tell, zone: place.zone });
  });
  return { checked, told: tell.close(), zoneUnknown };
}

type Bench = CheckOptions & {
  readonly facts: Facts;
  readonly tell: Telling;
  readonly zone: string;
};

function checkOne(database: Database, dispatch: Dispatch, bench: Bench): readonly Checked[] {
  const { facts, tell, nowMs } = bench;
  const contentSha256 = toContentSha256(dispatch);
  const kept = loadKeptRows(database, dispatch);
  const marketGroupName = dispatch.level === "group" ? facts.groupOf(dispatch.targetId).name : null;
  const sent = decideSent(dispatch, contentSha256, kept[0] ?? null, bench);
  if (sent === null) return kept.map((row) => ({ row, marketGroupName, reason: toReason(row, facts) }));
  const dates = toTradeDates(dispatch.startMs, dispatch.endMs, bench.zone);
  const checked = dates.map((tradeDate): Checked => {
    const known = facts.knownOf(dispatch, tradeDate, sent.sentAtMs);
    const judgement = decideVerdict({ ...dispatch, sentAtMs: sent.sentAtMs }, known);
    const before = kept.find((row) => row.tradeDate === tradeDate) ?? null;
    const plan = planCheck({ dispatch, contentSha256, tradeDate, sent, judgement, kept: before }, nowMs);
    if (!bench.isDryRun) saveCheckRow(database, plan.row);
    if (plan.isTold) tell.add(plan.row, judgement);
    return {
      row: plan.row,
      marketGroupName,
      reason: plan.row.verdict === "not_judged" ? judgement.reason : null,
    };
  });
  if (!bench.isDryRun && kept.length > 0) saveDatesLeft(database, dispatch, dates);
  return checked;
}

/** Why a row that stays as it is was not judged. */
function toReason(row: CheckRow, facts: Facts): string | null {
  if (row.verdict !== "not_judged") return null;
  return facts.knownOf({ ...row, meterIds: [] }, row.tradeDate, row.sentAtMs).obstacle;
}

type Telling = { readonly add: (row: CheckRow, judgement: Judgement) => void; readonly close: () => number };

/** Events and the rows that say what was told move in one transaction: each drift once (I1, I4). */
export function openTelling(
  database: Database,
  facts: Facts,
  { nowMs, isDryRun }: Pick<CheckOptions, "nowMs" | "isDryRun">,
): Telling {
  const stream = loadStream(database);
  const runId = loadLastPublishedRunId(database);
  let lastSequence = stream?.lastSequence ?? 0;
  let told = 0;
  return {
    add: (row, judgement) => {
      told += 1;
      if (isDryRun || stream === null || runId === null) return;
      const { streamId, account } = stream;
      const context = { streamId, account: account ?? "default", runId, nowMs };
      const event = toDriftEvent(context, toDrift(row, judgement, facts), (type, subject) =>
        loadToldCount(database, type, subject, ""),
      );
      lastSequence = appendEvents(database, runId, [event], lastSequence);
    },
    close: () => {
      if (told > 0 && !isDryRun) saveLastSequence(database, lastSequence);
      return told;
    },
  };
}

/** Those of one group stand together, and by day: what is asked of the file is asked once. */
function byTarget(one: Dispatch, other: Dispatch): number {
  if (one.targetId !== other.targetId) return one.targetId < other.targetId ? -1 : 1;
  return one.startMs - other.startMs;
}

function byStart({ row: one }: Checked, { row: other }: Checked): number {
  const order = one.startMs - other.startMs;
  if (order !== 0) return order;
  return toKey(one) < toKey(other) ? -1 : 1;
}

function toKey({ tradeDate, level, targetId, eventId }: CheckRow): string {
  return `${tradeDate} ${level} ${targetId} ${eventId}`;
}
