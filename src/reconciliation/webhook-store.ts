import { type Database, inTransaction, toDatabaseFailure } from "../database/index.ts";
import type { LeapWebhook } from "../leap/index.ts";

export type Imported = {
  readonly webhooks: number;
  /** Kept for the first time. */
  readonly added: number;
  /** Captured again: of an id that was there, or came before in the same text. */
  readonly copies: number;
  /** Ids that were kept with other content: the first one stays. Of many the first. */
  readonly conflicting: readonly string[];
  readonly conflictingCount: number;
};

type Copies = { readonly first: LeapWebhook; count: number; readonly receivedAtMs: number[] };

/** So few rows a transaction that a run publishing meanwhile does not wait long. */
const chunkRowCount = 2000;
const shownConflictMax = 50;

/**
 * Keeps webhooks, each id once. The same capture imported again changes nothing, nor does a file that has
 * grown: only what was received at another time than before is one more copy.
 */
export function saveWebhooks(
  database: Database,
  webhooks: readonly LeapWebhook[],
  importedAtMs: number,
): Imported {
  const conflicting = new Set<string>();
  const byId = toCopies(webhooks, conflicting);
  let added = 0;
  try {
    for (let start = 0; start < byId.length; start += chunkRowCount) {
      inTransaction(database, () => {
        for (const copies of byId.slice(start, start + chunkRowCount)) {
          const outcome = saveCopies(database, copies, importedAtMs);
          if (outcome === "added") added += 1;
          if (outcome === "conflicting") conflicting.add(copies.first.webhookEventId);
        }
      });
    }
  } catch (error) {
    throw toDatabaseFailure(error, "cannot keep the webhooks");
  }
  return {
    webhooks: webhooks.length,
    added,
    copies: webhooks.length - added,
    conflicting: [...conflicting].slice(0, shownConflictMax),
    conflictingCount: conflicting.size,
  };
}

function toCopies(webhooks: readonly LeapWebhook[], conflicting: Set<string>): readonly Copies[] {
  const byId = new Map<string, Copies>();
  for (const webhook of webhooks) {
    const { webhookEventId, receivedAtMs } = webhook;
    const known = byId.get(webhookEventId);
    const times = receivedAtMs === null ? [] : [receivedAtMs];
    if (known === undefined) byId.set(webhookEventId, { first: webhook, count: 1, receivedAtMs: times });
    else if (!isSame(known.first, webhook)) conflicting.add(webhookEventId);
    else {
      known.count += 1;
      known.receivedAtMs.push(...times);
    }
  }
  return [...byId.values()];
}

function isSame(
  a: Pick<LeapWebhook, "type" | "subject" | "fact">,
  b: Pick<LeapWebhook, "type" | "subject" | "fact">,
): boolean {
  return a.type === b.type && a.subject === b.subject && a.fact === b.fact;
}

function saveCopies(
  database: Database,
  { first, count, receivedAtMs }: Copies,
  importedAtMs: number,
): "added" | "kept" | "conflicting" {
  const { webhookEventId: id, type, subject, fact } = first;
  // Not spread: an id may come a hundred thousand times.
  const earliest = receivedAtMs.reduce<number | null>((a, b) => (a === null ? b : Math.min(a, b)), null);
  const row = database.prepare("SELECT * FROM leap_webhook WHERE webhook_event_id = ?").get(id);
  if (row === undefined) {
    database
      .prepare(
        `INSERT INTO leap_webhook (webhook_event_id, type, subject, fact, received_at_ms, copy_count,
           imported_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(id, type, subject, fact, earliest, count, importedAtMs);
    return "added";
  }
  const kept = { type: String(row.type), subject: String(row.subject), fact: String(row.fact) };
  if (!isSame(kept, first)) return "conflicting";
  const before = row.received_at_ms as number | null;
  // The capture that was kept is among these, or no times are known: they are the same ones once more.
  const isRepeated = earliest === null || before === null || receivedAtMs.includes(before);
  const copyCount = isRepeated ? Math.max(Number(row.copy_count), count) : Number(row.copy_count) + count;
  const known = [before, earliest].filter((each) => each !== null);
  database
    .prepare("UPDATE leap_webhook SET received_at_ms = ?, copy_count = ? WHERE ordinal = ?")
    .run(known.length === 0 ? null : Math.min(...known), copyCount, row.ordinal);
  return "kept";
}
