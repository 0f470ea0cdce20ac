import { z } from "zod";
import type { DeliveryPeriod, JsonObject, Meter, Preference, ProgramStatus } from "../meter/index.ts";
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
  openNotes,
  takeDecoration,
  takeEnd,
  takeEssential,
  takeMarketGroupId,
  takeRegion,
  takeStart,
  takeTexts,
  text,
  toKey,
  toMeterId,
  toSortedSet,
} from "./fields.ts";
import { readRequiredActions } from "./required-actions-v2.ts";

const documentV2 = z.looseObject({
  meter_id: text,
  partner_reference: looseText,
  transmission_region: text,
  meter_type: looseText,
  tags: list,
  load_types: list,
  is_archived: flag,
  audit: object,
  global_enrollment_status: text,
  participation_preferences: list,
  program_enrollment: list,
  required_actions: object,
});

const auditV2 = z.looseObject({ created_at: text });

const preferenceV2 = z.looseObject({ participation_preference: text, start_time: text, end_time: text });

const programEnrollmentV2 = z.looseObject({
  program_identifier: looseText,
  delivery_period: looseText,
  delivery_period_start_date_time: text,
  delivery_period_end_date_time: text,
  enrollment_status: text,
  market_group_id: text,
  market_group_name: looseText,
});

/** One meter as the v2 enrollment search answers it. What is odd goes into the notes. */
export function readDocumentV2(
  document: JsonObject,
  notes: Notes,
): Omit<Meter, "meterId"> & { readonly meterId: string | null } {
  const row = documentV2.parse(document);
  const status = takeEssential("global_enrollment_status", row.global_enrollment_status, notes);
  if (status === null && !row.global_enrollment_status.isOdd) notes.drift.add("enrollment_status_missing");
  takeTexts("load_types", row.load_types, notes);
  return {
    apiVersion: "v2",
    meterId: toMeterId(row.meter_id),
    partnerReference: takeDecoration("partner_reference", row.partner_reference, notes),
    transmissionRegion: takeRegion(row.transmission_region, notes),
    meterType: takeDecoration("meter_type", row.meter_type, notes),
    tags: takeTexts("tags", row.tags, notes),
    enrollmentStatus: status,
    dispatchable: status === "ACTIVE",
    isArchived: readIsArchived(row.is_archived, notes),
    addedAt: readAddedAt(row.audit, notes),
    preferences: readPreferences(row.participation_preferences, notes),
    ...readRequiredActions(row.required_actions, notes),
    ...readProgramEnrollment(row.program_enrollment, notes),
    participation: null,
  };
}

function readIsArchived(field: Field<boolean>, notes: Notes): boolean {
  const isArchived = takeDecoration("is_archived", field, notes);
  if (isArchived === null && !field.isOdd) notes.drift.add("is_archived_missing");
  return isArchived ?? false;
}

/** The raw text is kept, since it carries more digits than an instant in milliseconds. */
function readAddedAt(field: Field<Record<string, unknown>>, notes: Notes): string | null {
  const audit = auditV2.parse(takeDecoration("audit", field, notes) ?? {});
  const addedAt = takeDecoration("audit_created_at", audit.created_at, notes);
  if (addedAt !== null && parseInstant(addedAt) === undefined) notes.drift.add("audit_created_at_unreadable");
  return addedAt;
}

function readPreferences(field: Field<readonly unknown[]>, notes: Notes): readonly Preference[] {
  const preferences: Preference[] = [];
  for (const value of takeEssential("participation_preferences", field, notes) ?? []) {
    if (!isObject(value)) {
      noteProblem(notes, "an entry of participation_preferences is no object");
      continue;
    }
    const row = preferenceV2.parse(value);
    const preference = takeEssential("participation_preference", row.participation_preference, notes);
    const startMs = takeStart("start_time", row.start_time, notes);
    const endMs = takeEnd("end_time", row.end_time, notes);
    if (preference === null) notes.drift.add("participation_preference_missing");
    else preferences.push({ preference, startMs, endMs });
  }
  return toSortedSet(preferences, (entry) => toKey(entry.startMs, entry.endMs, entry.preference));
}

/** Rows carry two things that do not imply each other: a status, and perhaps a group for a period. */
function readProgramEnrollment(
  field: Field<readonly unknown[]>,
  notes: Notes,
): Pick<Meter, "programStatuses" | "deliveryPeriods"> {
  const rows = takeEssential("program_enrollment", field, notes);
  if (rows === null && !field.isOdd) notes.drift.add("program_enrollment_missing");
  const statuses: ProgramStatus[] = [];
  const periods: DeliveryPeriod[] = [];
  for (const value of rows ?? []) {
    if (!isObject(value)) {
      noteProblem(notes, "an entry of program_enrollment is no object");
      continue;
    }
    const row = programEnrollmentV2.parse(value);
    const program = takeDecoration("program_identifier", row.program_identifier, notes) ?? "unknown";
    if (row.program_identifier.value === null) notes.drift.add("program_missing");
    const deliveryPeriod = takeDecoration("delivery_period", row.delivery_period, notes);
    const status = takeEssential("enrollment_status", row.enrollment_status, notes);
    if (status === null) notes.drift.add("program_status_missing");
    else statuses.push({ program, deliveryPeriod, statuses: [status] });
    periods.push(readDeliveryPeriod(program, row, notes));
  }
  return { programStatuses: toStatusSets(statuses), deliveryPeriods: toDistinctPeriods(periods) };
}

/** What one row says of a program: a status, for the days of a delivery period. */
export type PeriodStatus = Pick<DeliveryPeriod, "program" | "startMs" | "endMs"> & {
  readonly deliveryPeriod: string | null;
  /** As Leap spells it; `null` where it says none. */
  readonly status: string | null;
};

/** The statuses in a stored document by program and period; none where it has none that can be read. */
export function toPeriodStatuses(document: unknown): readonly PeriodStatus[] {
  const rows = isObject(document) ? document.program_enrollment : null;
  return (Array.isArray(rows) ? rows : []).filter(isObject).flatMap((value): PeriodStatus[] => {
    const notes = openNotes();
    const row = programEnrollmentV2.parse(value);
    const program = takeDecoration("program_identifier", row.program_identifier, notes) ?? "unknown";
    const deliveryPeriod = takeDecoration("delivery_period", row.delivery_period, notes);
    const status = takeEssential("enrollment_status", row.enrollment_status, notes);
    const { startMs, endMs } = readDeliveryPeriod(program, row, notes);
    return notes.problem === null ? [{ program, deliveryPeriod, startMs, endMs, status }] : [];
  });
}

function readDeliveryPeriod(
  program: string,
  row: z.infer<typeof programEnrollmentV2>,
  notes: Notes,
): DeliveryPeriod {
  const startMs = takeStart("delivery_period_start_date_time", row.delivery_period_start_date_time, notes);
  const endMs = takeEnd("delivery_period_end_date_time", row.delivery_period_end_date_time, notes);
  const marketGroupId = takeMarketGroupId(row.market_group_id, notes);
  const marketGroupName = takeDecoration("market_group_name", row.market_group_name, notes);
  return { program, startMs, endMs, marketGroupId, marketGroupName };
}

/** All statuses of one program and delivery period, as a sorted set. */
function toStatusSets(rows: readonly ProgramStatus[]): readonly ProgramStatus[] {
  const byPeriod = new Map<string, ProgramStatus>();
  for (const row of rows) {
    const key = toKey(row.program, row.deliveryPeriod);
    const statuses = [...(byPeriod.get(key)?.statuses ?? []), ...row.statuses];
    byPeriod.set(key, { ...row, statuses: [...new Set(statuses)].sort() });
  }
  return toSortedSet([...byPeriod.values()], (row) => toKey(row.program, row.deliveryPeriod));
}

/** Duplicate rows collapse. Of two names for one group the first in text order stays. */
function toDistinctPeriods(periods: readonly DeliveryPeriod[]): readonly DeliveryPeriod[] {
  const toIdentity = (period: DeliveryPeriod) =>
    toKey(period.startMs, period.endMs, period.program, period.marketGroupId);
  const named = toSortedSet(periods, (period) =>
    toKey(period.marketGroupName === null ? 1 : 0, period.marketGroupName, toIdentity(period)),
  );
  return toSortedSet(named, toIdentity);
}
