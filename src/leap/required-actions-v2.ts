import { z } from "zod";
import type { Meter, RequiredAction } from "../meter/index.ts";
import {
  type Field,
  isObject,
  list,
  looseText,
  type Notes,
  readInstant,
  takeDecoration,
  text,
  toKey,
  toSortedSet,
} from "./fields.ts";

const requiredActionsV2 = z.looseObject({ partner: list, leap: list });

const requiredActionV2 = z.looseObject({
  program_identifier: looseText,
  delivery_period: looseText,
  action_type: looseText,
  action_code: looseText,
  action_description: looseText,
  enrollment_deadline_date_time: text,
});

type Party = "partner" | "leap";

/**
 * What partner and Leap still have to do. An unreadable action is drift and not the meter's end: its groups
 * matter more than its errands.
 */
export function readRequiredActions(
  field: Field<Record<string, unknown>>,
  notes: Notes,
): Pick<Meter, "requiredActions" | "actionRequired"> {
  const sides = requiredActionsV2.parse(takeDecoration("required_actions", field, notes) ?? {});
  const partner = takeDecoration("required_actions_partner", sides.partner, notes) ?? [];
  const leap = takeDecoration("required_actions_leap", sides.leap, notes) ?? [];
  const actions = [...readSide("partner", partner, notes), ...readSide("leap", leap, notes)];
  return { requiredActions: toDistinctActions(actions), actionRequired: partner.length > 0 };
}

function readSide(party: Party, values: readonly unknown[], notes: Notes): readonly RequiredAction[] {
  const actions: RequiredAction[] = [];
  for (const value of values) {
    if (!isObject(value)) {
      notes.drift.add("required_action_type");
      continue;
    }
    const row = requiredActionV2.parse(value);
    actions.push({
      party,
      program: takeDecoration("action_program", row.program_identifier, notes),
      deliveryPeriod: takeDecoration("action_delivery_period", row.delivery_period, notes),
      type: takeDecoration("action_type", row.action_type, notes),
      code: takeDecoration("action_code", row.action_code, notes),
      deadlineMs: readDeadline(row.enrollment_deadline_date_time, notes),
      description: takeDecoration("action_description", row.action_description, notes),
    });
  }
  return actions;
}

function readDeadline(field: Field<string>, notes: Notes): number | null {
  const deadline = field.isOdd ? undefined : readInstant(field.value);
  if (deadline === undefined) notes.drift.add("action_deadline_unreadable");
  return deadline === undefined || deadline === "forever" ? null : deadline;
}

/** Of duplicates the one with the earliest deadline stays; its description is no part of identity. */
function toDistinctActions(actions: readonly RequiredAction[]): readonly RequiredAction[] {
  const byDeadline = toSortedSet(actions, (action) =>
    toKey(action.deadlineMs ?? Number.MAX_SAFE_INTEGER, action.description, toIdentity(action)),
  );
  return toSortedSet(byDeadline, toIdentity);
}

function toIdentity(action: RequiredAction): string {
  return toKey(action.party, action.program, action.deliveryPeriod, action.type, action.code);
}
