import type { Database } from "../database/index.ts";

/**
 * When an unfiltered chain was last tried, or the first sweep published where none was; null before that. One
 * that failed counts: a chain that cannot end must not keep every later sweep from being published.
 */
export function loadLastFullChainAt(database: Database): number | null {
  const row = database
    .prepare(
      `SELECT coalesce(
         (SELECT max(started_at_ms) FROM run WHERE is_full_chain = 1),
         (SELECT min(started_at_ms) FROM run
          WHERE status = 'published' AND mode = 'sweep' AND published_at_ms IS NOT NULL)) AS at_ms`,
    )
    .get();
  return (row?.at_ms ?? null) as number | null;
}

/** When the last published sweep began that was read in windows, by its server's clock if known; or null. */
export function loadLastWindowedStart(database: Database): number | null {
  const row = database
    .prepare(
      `SELECT coalesce(cursor_ms, sweep_started_at_ms) AS at_ms FROM run
       WHERE status = 'published' AND mode = 'sweep' AND is_full_chain = 0 AND published_at_ms IS NOT NULL
       ORDER BY run_key DESC LIMIT 1`,
    )
    .get();
  return (row?.at_ms ?? null) as number | null;
}

export function saveFullChain(database: Database, runKey: number): void {
  database.prepare("UPDATE run SET is_full_chain = 1 WHERE run_key = ?").run(runKey);
}

/**
 * Known meters that the last windows did not return though Leap had them by id, and that this sweep returned.
 */
export function loadSuspects(database: Database): number[] {
  return database
    .prepare(
      `SELECT meter_key FROM hidden_meter
       WHERE meter_key NOT IN (SELECT meter_key FROM plan_absent) ORDER BY meter_key`,
    )
    .all()
    .map((row) => Number(row.meter_key));
}

/** Meters this run read that no publication has shown yet. */
export function loadNewMeters(database: Database, runKey: number): { meterKey: number; meterId: string }[] {
  return database
    .prepare(
      `SELECT DISTINCT m.meter_key, m.meter_id
       FROM staged_revision s JOIN meter m ON m.meter_key = s.meter_key
       WHERE s.run_key = ? AND m.head_revision_id IS NULL ORDER BY m.meter_id`,
    )
    .all(runKey)
    .map((row) => ({ meterKey: Number(row.meter_key), meterId: String(row.meter_id) }));
}

/** After windows: those found by id become suspects, those returned are none any more. */
export function saveSuspects(database: Database): void {
  database
    .prepare("DELETE FROM hidden_meter WHERE meter_key NOT IN (SELECT meter_key FROM plan_absent)")
    .run();
  database
    .prepare(
      "INSERT OR IGNORE INTO hidden_meter SELECT meter_key, 0 FROM plan_absent WHERE outcome = 'found'",
    )
    .run();
}

/** After an unfiltered chain: the meters that the windows had hidden, and none else. */
export function saveHidden(database: Database, meterKeys: readonly number[]): void {
  database.prepare("DELETE FROM hidden_meter").run();
  const insert = database.prepare("INSERT OR IGNORE INTO hidden_meter VALUES (?, 1)");
  for (const meterKey of meterKeys) insert.run(meterKey);
}
