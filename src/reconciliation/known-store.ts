import type { Database } from "../database/index.ts";
import type { ComparedType } from "./comparison.ts";
import { type ToldAction, toActionsState, toNormalStatus, toPreferenceState } from "./states.ts";

/** What is published of one meter or group now. */
export type Known = {
  /** Whether a sweep ever returned it. */
  readonly isKnown: boolean;
  /** What a webhook of a type would say, were it so; `null` where that is not one thing. */
  readonly toCurrent: (type: ComparedType) => string | null;
};

export function loadKnown(database: Database, subject: string): Known {
  const meter = database
    .prepare(
      `SELECT r.enrollment_status, r.required_actions, m.participation_preference
       FROM meter m JOIN revision r ON r.revision_id = m.head_revision_id WHERE m.meter_id = ?`,
    )
    .get(subject);
  if (meter !== undefined) return { isKnown: true, toCurrent: (type) => toMeterState(meter, type) };
  const group = database.prepare("SELECT 1 FROM market_group WHERE market_group_id = ?").get(subject);
  if (group === undefined) return { isKnown: false, toCurrent: () => null };
  const digest = loadGroupDigest(database, subject);
  return { isKnown: true, toCurrent: (type) => (type.startsWith("meter.enrollment.group") ? digest : null) };
}

function toMeterState(row: Readonly<Record<string, unknown>>, type: ComparedType): string | null {
  const { enrollment_status: status, required_actions: actions, participation_preference: name } = row;
  switch (type) {
    case "meter.created":
      return "present";
    case "meter.enrollment.global-status.updated":
      return toNormalStatus(status as string | null);
    case "meter.enrollment.participation-status.updated":
      return name === null ? "" : toPreferenceState(String(name), null);
    case "meter.enrollment.required-actions.updated":
      return toActionsState(JSON.parse(String(actions)) as readonly ToldAction[]);
    case "meter.enrollment.group.updated":
      return null;
  }
}

/** Of its last trade dates: where a group's days differ, those hold on. */
function loadGroupDigest(database: Database, groupId: string): string | null {
  const row = database
    .prepare(
      `SELECT members_sha256 FROM group_span WHERE market_group_id = ?
       ORDER BY effective_from DESC LIMIT 1`,
    )
    .get(groupId);
  return (row?.members_sha256 ?? null) as string | null;
}
