import type { Database } from "../database/index.ts";
import type { EventData } from "../events/index.ts";
import { acknowledgementGraceMs } from "../reader/index.ts";
import { type Dates, isToldAnew } from "./coverage.ts";

type RemapData = EventData<"meter.group.remapped">;

/** A remap as the outbox has it. */
export type ToldRemap = {
  readonly sequence: number;
  readonly eventId: string;
  readonly toldAtMs: number;
  readonly runId: string;
  readonly event: string;
  readonly data: RemapData;
};

export type RemapRow = {
  readonly sequence: number;
  readonly state: "told" | "applied" | "rejected" | "superseded";
  readonly reportedAtMs: number | null;
  readonly reason: string | null;
};

const type = "meter.group.remapped";
const columns = "sequence, id, time_ms, run_id, event";

/** At most `countMax` remaps told after one sequence, up to another; nothing else of the outbox is parsed. */
export function loadToldRemaps(
  database: Database,
  after: number,
  through: number,
  countMax: number,
): readonly ToldRemap[] {
  return database
    .prepare(
      `SELECT ${columns} FROM event WHERE sequence > ? AND sequence <= ? AND type = '${type}'
       ORDER BY sequence LIMIT ?`,
    )
    .all(after, through, countMax)
    .map(toToldRemap);
}

/** The remap of this event id, as told; null where the outbox has none. */
export function loadToldRemap(database: Database, eventId: string): ToldRemap | null {
  const row = database.prepare(`SELECT ${columns} FROM event WHERE id = ? AND type = '${type}'`).get(eventId);
  return row === undefined ? null : toToldRemap(row);
}

/** What is known of the remap of this event id; null where it was not looked at. */
export function loadRemapRow(database: Database, eventId: string): RemapRow | null {
  const row = database
    .prepare("SELECT sequence, state, reported_at_ms, reason FROM told_remap WHERE event_id = ?")
    .get(eventId);
  if (row === undefined) return null;
  return {
    sequence: Number(row.sequence),
    state: row.state as RemapRow["state"],
    reportedAtMs: row.reported_at_ms as number | null,
    reason: row.reason as string | null,
  };
}

/**
 * Keeps a remap to be acknowledged; one that is known already keeps what was reported on it. Earlier ones of
 * its meter and program (of any, where it has none) that are not applied, and of which it leaves nothing to
 * apply, are superseded.
 */
export function saveToldRemap(database: Database, remap: ToldRemap, startsAtMs: number): void {
  const { sequence, eventId, toldAtMs, data } = remap;
  const program = data.program ?? "";
  database
    .prepare(
      `INSERT INTO told_remap (sequence, event_id, meter_id, program, effective_from, told_at_ms,
         starts_at_ms, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'told')
       ON CONFLICT (sequence) DO UPDATE SET starts_at_ms = excluded.starts_at_ms`,
    )
    .run(sequence, eventId, data.meter_id, program, data.effective_from, toldAtMs, startsAtMs);
  const earlier = database
    .prepare(
      `SELECT sequence FROM told_remap
       WHERE meter_id = ? AND ? IN (program, '') AND sequence < ? AND state IN ('told', 'rejected')`,
    )
    .all(data.meter_id, program, sequence);
  for (const row of earlier) {
    const overtaken = Number(row.sequence);
    if (isOvertaken(database, overtaken)) saveState(database, overtaken, "superseded");
  }
}

/**
 * Whether later remaps of its meter and program have told all of its dates anew. One without a program has
 * the groups over all programs; one with a program says nothing of what others there are.
 */
export function isOvertaken(database: Database, sequence: number): boolean {
  const [own, ...later] = database
    .prepare(
      `SELECT l.effective_from, json_extract(e.event, '$.data.effective_to') AS effective_to
       FROM told_remap o
       JOIN told_remap l
         ON l.meter_id = o.meter_id AND l.program IN (o.program, '') AND l.sequence >= o.sequence
       JOIN event e ON e.sequence = l.sequence
       WHERE o.sequence = ? ORDER BY l.sequence`,
    )
    .all(sequence)
    .map((row): Dates => ({ from: String(row.effective_from), to: row.effective_to as string | null }));
  return own !== undefined && isToldAnew(own, later);
}

export function saveState(database: Database, sequence: number, state: RemapRow["state"]): void {
  database.prepare("UPDATE told_remap SET state = ? WHERE sequence = ?").run(state, sequence);
}

/** What a consumer said last of a remap. */
export function saveReported(
  database: Database,
  row: { readonly sequence: number; readonly state: RemapRow["state"]; readonly reason: string | null },
  nowMs: number,
): void {
  database
    .prepare("UPDATE told_remap SET state = ?, reason = ?, reported_at_ms = ? WHERE sequence = ?")
    .run(row.state, row.reason, nowMs, row.sequence);
}

/** Marks as applied whatever was told up to a sequence and still waits for it; returns how many. */
export function saveAppliedThrough(
  database: Database,
  throughSequence: number,
  nowMs: number,
): { readonly applied: number; readonly repeated: number } {
  const before = database
    .prepare("SELECT count(*) AS n FROM told_remap WHERE sequence <= ? AND state = 'applied'")
    .get(throughSequence);
  const { changes } = database
    .prepare(
      `UPDATE told_remap SET state = 'applied', reason = NULL, reported_at_ms = ?
       WHERE sequence <= ? AND state IN ('told', 'rejected')`,
    )
    .run(nowMs, throughSequence);
  return { applied: changes, repeated: Number(before?.n ?? 0) };
}

export type OverdueRow = ToldRemap & {
  readonly state: "told" | "rejected";
  readonly reason: string | null;
  readonly startsAtMs: number;
  readonly dueAtMs: number;
};

export type DueQuestion = { readonly start: number; readonly marginMs: number; readonly nowMs: number };

// Said so that the index on state and start can be used: the later of start less margin, and told plus grace.
const isDue = `state IN ('told', 'rejected') AND starts_at_ms <= @nowMs + @marginMs
  AND told_at_ms <= @nowMs - @graceMs AND sequence > @start`;

// Of an event that is not there any more nothing can be told.
const isUntold = `${isDue} AND overdue_at_ms IS NULL
  AND EXISTS (SELECT 1 FROM event e WHERE e.sequence = told_remap.sequence)`;

/** The first remap that is overdue and was not told to be; null where there is none. */
export function loadFirstUntold(database: Database, question: DueQuestion): number | null {
  const row = database
    .prepare(`SELECT min(sequence) AS first FROM told_remap WHERE ${isUntold}`)
    .get({ ...question, graceMs: acknowledgementGraceMs });
  return (row?.first ?? null) as number | null;
}

/** At most `countMax` remaps, from one on, that are overdue and were not told to be. */
export function loadUntold(
  database: Database,
  question: DueQuestion & { readonly from: number; readonly countMax: number },
): readonly OverdueRow[] {
  return database
    .prepare(
      // In the order they were told, so that a chunk goes on where the last one ended.
      `SELECT ${columns}, state, reason, starts_at_ms,
         max(starts_at_ms - @marginMs, told_at_ms + @graceMs) AS due_at_ms
       FROM (SELECT * FROM told_remap NOT INDEXED
         WHERE sequence >= @from AND ${isUntold} ORDER BY sequence LIMIT @countMax)
       JOIN event USING (sequence) ORDER BY sequence`,
    )
    .all({ ...question, graceMs: acknowledgementGraceMs })
    .map((row) => ({
      ...toToldRemap(row),
      state: row.state as OverdueRow["state"],
      reason: row.reason as string | null,
      startsAtMs: Number(row.starts_at_ms),
      dueAtMs: Number(row.due_at_ms),
    }));
}

export function saveOverdueTold(database: Database, sequence: number, nowMs: number): void {
  database.prepare("UPDATE told_remap SET overdue_at_ms = ? WHERE sequence = ?").run(nowMs, sequence);
}

/** How many wait to be reported on, and how many of them and of the rejected ones are overdue. */
export function loadOpenCounts(
  database: Database,
  question: DueQuestion,
): { readonly unacknowledged: number; readonly overdue: number } {
  const row = database
    .prepare(
      `SELECT (SELECT count(*) FROM told_remap WHERE state = 'told' AND sequence > @start) AS waiting,
         (SELECT count(*) FROM told_remap WHERE ${isDue}) AS overdue`,
    )
    .get({ ...question, graceMs: acknowledgementGraceMs });
  return { unacknowledged: Number(row?.waiting ?? 0), overdue: Number(row?.overdue ?? 0) };
}

function toToldRemap(row: Record<string, unknown>): ToldRemap {
  const event = String(row.event);
  return {
    sequence: Number(row.sequence),
    eventId: String(row.id),
    toldAtMs: Number(row.time_ms),
    runId: String(row.run_id),
    event,
    data: (JSON.parse(event) as { data: RemapData }).data,
  };
}
