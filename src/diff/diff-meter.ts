import { compareText, isSameSet } from "../market/index.ts";
import type { Meter, Preference, ProgramStatus, RequiredAction } from "../meter/index.ts";
import type { MeterChange, ProgramStatusChange } from "./change.ts";

/** One meter as published and as read now, with the preference in force at the instant of each. */
export type MeterSides = {
  readonly before: Meter;
  readonly beforePreference: Preference | null;
  readonly after: Meter;
  readonly afterPreference: Preference | null;
};

/**
 * What changed about a known meter, its groups aside. Between the two versions of the API spelling means
 * nothing, so across a switch only what is spelled alike in both is compared.
 */
export function diffMeter(sides: MeterSides): MeterChange[] {
  const { before, after } = sides;
  const changes: MeterChange[] = [];
  if (before.apiVersion === after.apiVersion) changes.push(...diffEnrollment(sides));
  if (before.partnerReference !== after.partnerReference) {
    changes.push({
      type: "meter.partner-reference.updated",
      before: before.partnerReference,
      after: after.partnerReference,
    });
  }
  if (before.apiVersion === after.apiVersion && before.isArchived !== after.isArchived) {
    changes.push({ type: after.isArchived ? "meter.archived" : "meter.restored" });
  }
  return changes;
}

function diffEnrollment({ before, after, beforePreference, afterPreference }: MeterSides): MeterChange[] {
  const changes: MeterChange[] = [];
  if (before.enrollmentStatus !== after.enrollmentStatus || before.dispatchable !== after.dispatchable) {
    changes.push({
      type: "meter.enrollment.global-status.updated",
      before: { status: before.enrollmentStatus, dispatchable: before.dispatchable },
      after: { status: after.enrollmentStatus, dispatchable: after.dispatchable },
    });
  }
  const statuses = diffProgramStatuses(before.programStatuses, after.programStatuses);
  if (statuses.length > 0) {
    changes.push({ type: "meter.enrollment.program-status.updated", changes: statuses });
  }
  if (!isSamePreference(beforePreference, afterPreference)) {
    changes.push({
      type: "meter.enrollment.participation-status.updated",
      before: beforePreference,
      after: afterPreference,
    });
  }
  const actions = diffActions(before.requiredActions, after.requiredActions);
  if (actions !== null) changes.push(actions);
  return changes;
}

function isSamePreference(a: Preference | null, b: Preference | null): boolean {
  if (a === null || b === null) return a === b;
  return a.preference === b.preference && a.startMs === b.startMs && a.endMs === b.endMs;
}

function diffProgramStatuses(
  before: readonly ProgramStatus[],
  after: readonly ProgramStatus[],
): ProgramStatusChange[] {
  const was = new Map(before.map((row) => [toStatusKey(row), row]));
  const is = new Map(after.map((row) => [toStatusKey(row), row]));
  return [...new Set([...was.keys(), ...is.keys()])].sort(compareText).flatMap((key) => {
    const [old, now] = [was.get(key), is.get(key)];
    const row = old ?? now;
    if (row === undefined || isSameSet(old?.statuses ?? [], now?.statuses ?? [])) return [];
    const { program, deliveryPeriod } = row;
    return [{ program, deliveryPeriod, before: old?.statuses ?? [], after: now?.statuses ?? [] }];
  });
}

function diffActions(
  before: readonly RequiredAction[],
  after: readonly RequiredAction[],
): MeterChange | null {
  const was = new Map(before.map((action) => [toActionKey(action), action]));
  const is = new Map(after.map((action) => [toActionKey(action), action]));
  const added = after.filter((action) => !was.has(toActionKey(action)));
  const resolved = before.filter((action) => !is.has(toActionKey(action)));
  const changed = after.flatMap((action) => {
    const old = was.get(toActionKey(action));
    return old === undefined || old.deadlineMs === action.deadlineMs ? [] : [{ before: old, after: action }];
  });
  if (added.length + resolved.length + changed.length === 0) return null;
  return {
    type: "meter.enrollment.required-actions.updated",
    added,
    changed,
    resolved,
    outstanding: after,
  };
}

/** JSON keeps the parts of a compound key apart, whatever they contain. */
function toStatusKey(row: ProgramStatus): string {
  return JSON.stringify([row.program, row.deliveryPeriod]);
}

function toActionKey(action: RequiredAction): string {
  const { party, program, deliveryPeriod, type, code } = action;
  return JSON.stringify([party, program, deliveryPeriod, type, code]);
}
