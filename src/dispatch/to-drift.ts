import type { GroupDrift, MeterDrift } from "../events/index.ts";
import { type CheckRow, idCountMax } from "./check-row.ts";
import type { Judgement, Verdict } from "./decide-verdict.ts";
import type { Facts } from "./facts.ts";

/** What is told of a row that is not as published. */
export function toDrift(row: CheckRow, judgement: Judgement, facts: Facts): GroupDrift | MeterDrift {
  const { eventId, tradeDate, startMs, endMs, sentAtMs, sentBasis, programs, eventTypes } = row;
  const slot = {
    ...{ eventId, tradeDate, startMs, endMs, sentAtMs, sentBasis, programs, eventTypes },
    isVoluntary: row.isVoluntary,
    toldAtMs: row.toldAtMs,
    driftSha256: row.driftSha256 ?? "",
  };
  return row.level === "group"
    ? { level: "group", ...slot, data: toGroupData(row, judgement, facts) }
    : { level: "meter", ...slot, data: toMeterData(row, facts) };
}

function toGroupData(row: CheckRow, judgement: Judgement, facts: Facts): GroupDrift["data"] {
  return {
    market_group_id: row.targetId,
    market_group_name: facts.groupOf(row.targetId).name,
    verdict: toTrouble(row.verdict) as GroupDrift["data"]["verdict"],
    missing_here_count: row.missingHereCount,
    missing_there_count: row.missingThereCount,
    missing_here_meter_ids: row.missingHere.slice(0, idCountMax),
    missing_there_meter_ids: row.missingThere.slice(0, idCountMax),
    before: { member_count: row.publishedCount, members_sha256: judgement.publishedSha256 },
    after: { member_count: row.dispatchedCount, members_sha256: judgement.dispatchedSha256 },
  };
}

function toMeterData(row: CheckRow, facts: Facts): MeterDrift["data"] {
  const meter = facts.meterOf(row.targetId);
  const stays = facts.staysOf(row.targetId, row.tradeDate, row.sentAtMs);
  const named = stays.flatMap(({ program }) => (program === null ? [] : [program]));
  return {
    meter_id: row.targetId,
    partner_reference: meter?.partnerReference ?? null,
    transmission_region: meter?.region ?? null,
    verdict: toTrouble(row.verdict) as MeterDrift["data"]["verdict"],
    before: {
      programs: [...new Set(named)].sort(),
      market_group_ids: [...new Set(stays.map(({ marketGroupId }) => marketGroupId))].sort(),
    },
    after: { programs: [...row.programs], market_group_ids: null },
  };
}

function toTrouble(verdict: Verdict): Exclude<Verdict, "agreed" | "not_judged"> {
  if (verdict === "agreed" || verdict === "not_judged") throw new Error(`${verdict} is no drift`);
  return verdict;
}
