import { type JsonObject, type JsonValue, toMembersSha256 } from "../meter/index.ts";
import { isObject, openNotes, readInstant } from "./fields.ts";
import { readRequiredActions } from "./required-actions-v2.ts";

/** What a webhook is about, and what it says in our words. */
export type WebhookFact = { readonly subject: string; readonly fact: JsonObject };

type Payload = Readonly<Record<string, unknown>>;

/**
 * What of a payload can be compared with the snapshot, and nothing else. What cannot be read is said in
 * `unreadable`, and is never fatal (I11).
 */
export function readWebhookFact(type: string, payload: Payload): WebhookFact {
  if (type === "meter.enrollment.group.updated") {
    return toFact(readId(payload.market_group_id), "market_group_id", readGroup(payload));
  }
  const read = Object.hasOwn(meterFacts, type) ? meterFacts[type] : undefined;
  if (read !== undefined) return toFact(readId(payload.meter_id), "meter_id", read(payload));
  const { status } = payload;
  return { subject: "", fact: typeof status === "string" ? { status } : {} };
}

const meterFacts: Readonly<Record<string, (payload: Payload) => JsonObject | string>> = {
  "meter.created": () => ({}),
  "meter.enrollment.global-status.updated": readStatus,
  "meter.enrollment.participation-status.updated": readPreference,
  "meter.enrollment.required-actions.updated": readActions,
};

function toFact(subject: string, idField: string, fact: JsonObject | string): WebhookFact {
  if (subject === "") return { subject, fact: { unreadable: idField } };
  return { subject, fact: typeof fact === "string" ? { unreadable: fact } : fact };
}

function readId(value: unknown): string {
  const id = typeof value === "string" ? value.trim().toLowerCase() : "";
  return id.length > idLengthMax ? "" : id;
}

const idLengthMax = 200;

function readStatus({ global_enrollment_status: status }: Payload): JsonObject | string {
  return typeof status === "string" && status !== "" ? { status } : "global_enrollment_status";
}

function readPreference(payload: Payload): JsonObject | string {
  const { participation_preference: preference, start_time: start, end_time: end } = payload;
  if (typeof preference !== "string" || preference === "") return "participation_preference";
  const startMs = readTime(start);
  const endMs = readTime(end);
  if (startMs === undefined || startMs === null) return "start_time";
  return endMs === undefined ? "end_time" : { preference, start_ms: startMs, end_ms: endMs };
}

/** What makes out each action and its deadline, in one order: descriptions may name a site. */
function readActions({ required_actions: actions }: Payload): JsonObject | string {
  const partner = isObject(actions) ? (actions.partner ?? []) : undefined;
  if (!Array.isArray(partner)) return "required_actions";
  const { requiredActions } = readRequiredActions({ value: { partner }, isOdd: false }, openNotes());
  const rows = requiredActions.map(({ program, deliveryPeriod, type, code, deadlineMs }) =>
    JSON.stringify([program, deliveryPeriod, type, code, deadlineMs]),
  );
  return { partner: rows.sort().map((row) => JSON.parse(row) as JsonValue) };
}

/** The ids as their digest: a year of long lists would be larger than the snapshot. */
function readGroup(payload: Payload): JsonObject | string {
  const startMs = readTime(payload.start_date_time);
  const endMs = readTime(payload.end_date_time);
  const { meter_ids: meterIds } = payload;
  if (startMs === undefined || startMs === null) return "start_date_time";
  if (endMs === undefined) return "end_date_time";
  if (!Array.isArray(meterIds)) return "meter_ids";
  const ids = [...new Set(meterIds.map(readId).filter((id) => id !== ""))].sort();
  const members = { member_count: ids.length, members_sha256: toMembersSha256(ids) };
  return { start_ms: startMs, end_ms: endMs, ...members };
}

/** Epoch milliseconds, `null` for ever or left out, undefined where it is odd. */
function readTime(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  const instant = typeof value === "string" ? readInstant(value) : undefined;
  return instant === "forever" ? null : instant;
}
