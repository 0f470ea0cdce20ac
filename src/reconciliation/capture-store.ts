import type { Database } from "../database/index.ts";
import { type Capture, type ComparedType, comparedTypes } from "./comparison.ts";
import type { Coverage } from "./judge.ts";
import { toNormalStatus, toPreferenceState } from "./states.ts";

/** A webhook as kept. */
export type KeptCapture = Capture & { readonly subject: string };

/** The webhooks about one meter or group in the order received; those without a time come last. */
export function* loadCaptures(database: Database, subject: string): Generator<KeptCapture> {
  const rows = database
    .prepare(
      `SELECT webhook_event_id, type, subject, fact, received_at_ms, copy_count FROM leap_webhook
       WHERE subject = ? ORDER BY type, received_at_ms IS NULL, received_at_ms, ordinal`,
    )
    .iterate(subject);
  for (const row of rows) yield toCapture(row);
}

/** From when until when webhooks were received, the instants asked for going before. */
export function loadCoverage(
  database: Database,
  asked: { readonly fromMs: number | null; readonly toMs: number | null },
): Coverage {
  const row = database
    .prepare("SELECT min(received_at_ms) AS first, max(received_at_ms) AS last FROM leap_webhook")
    .get();
  const fromMs = asked.fromMs ?? (row?.first as number | null | undefined) ?? null;
  const toMs = asked.toMs ?? (row?.last as number | null | undefined) ?? null;
  return fromMs === null || toMs === null ? null : { fromMs, toMs };
}

function toCapture(row: Readonly<Record<string, unknown>>): KeptCapture {
  const type = String(row.type);
  const fact = JSON.parse(String(row.fact)) as Readonly<Record<string, unknown>>;
  return {
    webhookEventId: String(row.webhook_event_id),
    subject: String(row.subject),
    type,
    receivedAtMs: row.received_at_ms as number | null,
    copyCount: Number(row.copy_count),
    state: "unreadable" in fact || !isCompared(type) ? null : toState(type, fact),
    startMs: (fact.start_ms ?? null) as number | null,
    endMs: (fact.end_ms ?? null) as number | null,
  };
}

export function isCompared(type: string): type is ComparedType {
  return (comparedTypes as readonly string[]).includes(type);
}

function toState(type: ComparedType, fact: Readonly<Record<string, unknown>>): string {
  switch (type) {
    case "meter.created":
      return "present";
    case "meter.enrollment.global-status.updated":
      return toNormalStatus(fact.status as string);
    case "meter.enrollment.participation-status.updated":
      return toPreferenceState(fact.preference as string, fact.start_ms as number);
    case "meter.enrollment.required-actions.updated":
      return JSON.stringify(fact.partner);
    case "meter.enrollment.group.updated":
      return String(fact.members_sha256);
  }
}
