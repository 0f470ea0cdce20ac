import { createHash } from "node:crypto";
import type { Dispatch } from "../leap/index.ts";
import type { TradeDate } from "../market/index.ts";
import { type CheckRow, idCountMax } from "./check-row.ts";
import type { Sent } from "./decide-sent.ts";
import { isTrouble, type Judgement } from "./decide-verdict.ts";

/** What of a dispatch is judged, and kept. */
export type JudgedDispatch = Pick<
  Dispatch,
  "level" | "eventId" | "targetId" | "meterIds" | "startMs" | "endMs" | "isCancelled" | "isVoluntary" | "test"
> &
  Pick<Dispatch, "eventTypes" | "programs">;

/** A dispatch on one of its trade dates, as it was judged now, and what was kept of it. */
export type Judged = {
  readonly dispatch: JudgedDispatch;
  readonly contentSha256: string;
  readonly tradeDate: TradeDate;
  readonly sent: Sent;
  readonly judgement: Judgement;
  readonly kept: CheckRow | null;
};

export type PlannedCheck = {
  readonly row: CheckRow;
  /** Whether its drift is to be told: it counts, and it is another one than was told last. */
  readonly isTold: boolean;
};

/** What is kept of it from now on. */
export function planCheck(judged: Judged, nowMs: number): PlannedCheck {
  const { dispatch, judgement, kept, contentSha256 } = judged;
  if (kept !== null && isLost(judged)) return { row: { ...kept, checkedAtMs: nowMs }, isTold: false };
  const { verdict, missingHere, missingThere } = judgement;
  const isCounted = !dispatch.isCancelled && dispatch.test === null && verdict !== "not_judged";
  const drift = isTrouble(verdict) ? toDriftSha256(judgement) : null;
  const isTold = isCounted && drift !== null && drift !== kept?.driftSha256;
  const { level, eventId, targetId, startMs, endMs, isCancelled, isVoluntary, test } = dispatch;
  const row: CheckRow = {
    ...{ level, eventId, targetId, startMs, endMs, isCancelled, isVoluntary, test },
    ...judged.sent,
    tradeDate: judged.tradeDate,
    eventTypes: dispatch.eventTypes,
    programs: dispatch.programs,
    verdict,
    isCounted,
    dispatchedCount: dispatch.meterIds.length,
    publishedCount: judgement.publishedCount,
    missingHereCount: missingHere.length,
    missingThereCount: missingThere.length,
    missingHere: missingHere.slice(0, idCountMax),
    missingThere: missingThere.slice(0, idCountMax),
    toldAtMs: judgement.toldAtMs,
    contentSha256,
    driftSha256: isCounted ? drift : (kept?.driftSha256 ?? null),
    firstCheckedAtMs: kept?.firstCheckedAtMs ?? nowMs,
    checkedAtMs: nowMs,
  };
  return { row, isTold };
}

/** What was judged once is not unjudged because what was known then is no longer kept. */
function isLost({ judgement, kept, contentSha256 }: Judged): boolean {
  if (judgement.verdict !== "not_judged" || kept === null) return false;
  return kept.verdict !== "not_judged" && kept.contentSha256 === contentSha256;
}

function toDriftSha256({ dispatchedSha256, publishedSha256 }: Judgement): string {
  return createHash("sha256").update(`${dispatchedSha256}\n${publishedSha256}\n`).digest("hex");
}
