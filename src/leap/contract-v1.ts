import { z } from "zod";
import type { JsonObject, Meter, ParticipationEntry, RequiredAction } from "../meter/index.ts";
import { parseInstant } from "../time/index.ts";
import {
  type Field,
  flag,
  isObject,
  list,
  looseText,
  type Notes,
  noteProblem,
  object,
  takeDecoration,
  takeEssential,
  takeMarketGroupId,
  takeRegion,
  takeTexts,
  text,
  toKey,
  toMeterId,
  toSortedSet,
} from "./fields.ts";

const documentV1 = z.looseObject({
  meter_id: text,
  partner_reference: looseText,
  transmission_region: text,
  meter_type: looseText,
  tags: list,
  is_archived: flag,
  enrollment: object,
  participation: list,
});

const enrollmentV1 = z.looseObject({
  status: text,
  status_reasons: list,
  partner_preferred_action: looseText,
});

const reasonV1 = z.looseObject({ code: looseText, comment: looseText });

const participationV1 = z.looseObject({ market_group_id: text, trade_date: text });

/** One meter as the v1 search answers it. What is odd goes into the notes. */
export function readDocumentV1(
  document: JsonObject,
  notes: Notes,
): Omit<Meter, "meterId"> & { readonly meterId: string | null } {
  const row = documentV1.parse(document);
  const enrollment = enrollmentV1.parse(takeEssential("enrollment", row.enrollment, notes) ?? {});
  const status = takeEssential("enrollment.status", enrollment.status, notes);
  if (status === null && !enrollment.status.isOdd) notes.drift.add("enrollment_status_missing");
  const preference = takeDecoration("partner_preferred_action", enrollment.partner_preferred_action, notes);
  const reasons = takeDecoration("status_reasons", enrollment.status_reasons, notes) ?? [];
  return {
    apiVersion: "v1",
    meterId: toMeterId(row.meter_id),
    partnerReference: takeDecoration("partner_reference", row.partner_reference, notes),
    transmissionRegion: takeRegion(row.transmission_region, notes),
    meterType: takeDecoration("meter_type", row.meter_type, notes),
    tags: takeTexts("tags", row.tags, notes),
    enrollmentStatus: status,
    dispatchable: status === "Active",
    isArchived: takeDecoration("is_archived", row.is_archived, notes) ?? false,
    addedAt: null,
    preferences: preference === null ? [] : [{ preference, startMs: null, endMs: null }],
    requiredActions: readReasons(reasons, notes),
    actionRequired: reasons.length > 0 || status === "ActionRequired",
    programStatuses: [],
    deliveryPeriods: [],
    participation: { kind: "dated", entries: readParticipation(row.participation, notes) },
  };
}

/** v1 says why, not who must act, for which program or until when. */
function readReasons(reasons: readonly unknown[], notes: Notes): readonly RequiredAction[] {
  const actions: RequiredAction[] = [];
  for (const reason of reasons) {
    if (!isObject(reason)) {
      notes.drift.add("status_reasons_type");
      continue;
    }
    const row = reasonV1.parse(reason);
    const code = takeDecoration("status_reason_code", row.code, notes);
    const description = takeDecoration("status_reason_comment", row.comment, notes);
    const nothingElse = { party: null, program: null, deliveryPeriod: null, type: null, deadlineMs: null };
    actions.push({ ...nothingElse, code, description });
  }
  // Of two reasons with one code the first comment in text order stays, whatever order they came in.
  const ordered = toSortedSet(actions, (action) => toKey(action.code, action.description));
  return toSortedSet(ordered, (action) => toKey(action.code));
}

function readParticipation(field: Field<readonly unknown[]>, notes: Notes): readonly ParticipationEntry[] {
  const rows = takeEssential("participation", field, notes);
  if (rows === null && !field.isOdd) notes.drift.add("participation_missing");
  const entries: ParticipationEntry[] = [];
  for (const row of rows ?? []) {
    if (!isObject(row)) {
      noteProblem(notes, "an entry of participation is no object");
      continue;
    }
    const entry = participationV1.parse(row);
    const marketGroupId = takeMarketGroupId(entry.market_group_id, notes);
    if (marketGroupId === null) continue;
    const tradeDateMs = parseInstant(entry.trade_date.value?.trim() ?? "");
    if (tradeDateMs === undefined) noteProblem(notes, "trade_date is no instant");
    else entries.push({ tradeDateMs, marketGroupId });
  }
  return toSortedSet(entries, (entry) => toKey(entry.tradeDateMs, entry.marketGroupId));
}
