import type { Database } from "../database/index.ts";

/** Known meters that a sweep did not return, and what was found out about each. Lives as long as the run. */
export function openAbsences(database: Database): void {
  database.execute(
    "CREATE TEMP TABLE IF NOT EXISTS plan_absent (meter_key INTEGER PRIMARY KEY, outcome TEXT) STRICT",
  );
  database.execute("DELETE FROM plan_absent");
}

export function saveAbsent(database: Database, meterKeys: Iterable<number>): void {
  const insert = database.prepare("INSERT INTO plan_absent (meter_key) VALUES (?)");
  for (const meterKey of meterKeys) insert.run(meterKey);
}

/** Told missing, confirmed and its assignments to end, or found by id after all. */
export type AbsenceOutcome = "missing" | "ended" | "found";

export function saveAbsenceOutcome(database: Database, meterKey: number, outcome: AbsenceOutcome): void {
  database.prepare("UPDATE plan_absent SET outcome = ? WHERE meter_key = ?").run(outcome, meterKey);
}

/** The keys of the meters that were told missing, have ended, or whose absence was released. */
export function* loadAbsentBefore(database: Database): Generator<number> {
  const rows = database.connection
    .prepare(
      `SELECT meter_key FROM meter
       WHERE is_missing = 1 OR is_absence_released = 1 OR ended_at_ms IS NOT NULL`,
    )
    .pluck()
    .iterate();
  for (const key of rows) yield Number(key);
}

/** Meters by region: those that count as known, and those of them that a sweep did not return. */
export type RegionCount = { readonly region: string; readonly known: number; readonly absent: number };

/**
 * Known are the published meters, but for those told missing and those whose absence a person has released.
 * Those that windows hide are not absent where they were found by id.
 */
export function loadRegionCounts(database: Database): RegionCount[] {
  const rows = database
    .prepare(
      `SELECT m.transmission_region AS region, count(*) AS known, count(a.meter_key) AS absent
       FROM meter m LEFT JOIN plan_absent a ON a.meter_key = m.meter_key AND a.outcome IS NULL
       WHERE m.head_revision_id IS NOT NULL AND m.is_missing = 0 AND m.is_absence_released = 0
       GROUP BY 1 ORDER BY 1`,
    )
    .all();
  return rows.map((row) => ({
    region: String(row.region),
    known: Number(row.known),
    absent: Number(row.absent),
  }));
}

export type AbsentMeter = {
  readonly meterKey: number;
  readonly meterId: string;
  readonly isMissing: boolean;
};

/**
 * The absent meters about which something can be concluded: those not told missing yet, and those told at or
 * before `missingThroughMs` whose assignments have not ended.
 */
export function loadAbsentMeters(
  database: Database,
  missingThroughMs: number,
  afterMeterKey: number,
  limit: number,
): AbsentMeter[] {
  const rows = database
    .prepare(
      `SELECT m.meter_key, m.meter_id, m.is_missing
       FROM plan_absent a JOIN meter m ON m.meter_key = a.meter_key
       WHERE a.outcome IS NULL AND a.meter_key > ?
         AND (m.is_missing = 0 OR (m.ended_at_ms IS NULL AND m.missing_since_ms <= ?))
       ORDER BY a.meter_key LIMIT ?`,
    )
    .all(afterMeterKey, missingThroughMs, limit);
  return rows.map(toAbsentMeter);
}

function toAbsentMeter(row: Record<string, unknown>): AbsentMeter {
  return {
    meterKey: Number(row.meter_key),
    meterId: String(row.meter_id),
    isMissing: row.is_missing === 1,
  };
}

/** The absent meters that windows are known to hide. */
export function loadHiddenAbsent(database: Database, afterMeterKey: number, limit: number): AbsentMeter[] {
  const rows = database
    .prepare(
      `SELECT m.meter_key, m.meter_id, m.is_missing FROM plan_absent a
       JOIN hidden_meter h ON h.meter_key = a.meter_key AND h.is_hidden = 1
       JOIN meter m ON m.meter_key = a.meter_key WHERE a.meter_key > ? ORDER BY a.meter_key LIMIT ?`,
    )
    .all(afterMeterKey, limit);
  return rows.map(toAbsentMeter);
}

/** Some published meter that the sweep did return, or null: a point read must find it. */
export function loadReturnedMeterId(database: Database): string | null {
  const row = database
    .prepare(
      `SELECT meter_id FROM meter WHERE head_revision_id IS NOT NULL AND is_missing = 0
         AND meter_key NOT IN (SELECT meter_key FROM plan_absent) ORDER BY meter_key LIMIT 1`,
    )
    .get();
  return (row?.meter_id ?? null) as string | null;
}

export type AbsenceCount = Readonly<Record<AbsenceOutcome | "absent" | "waiting" | "ended_before", number>>;

/** What became of the absent meters; `waiting` are those about which nothing was concluded yet. */
export function loadAbsenceCount(database: Database): AbsenceCount {
  const row = database
    .prepare(
      `SELECT count(*) AS absent, sum(outcome = 'missing') AS missing, sum(outcome = 'ended') AS ended,
         sum(outcome = 'found') AS found,
         sum(outcome IS NULL AND (m.ended_at_ms IS NULL OR m.is_missing = 0)) AS waiting,
         sum(m.ended_at_ms IS NOT NULL AND m.is_missing = 1) AS ended_before
       FROM plan_absent a JOIN meter m ON m.meter_key = a.meter_key`,
    )
    .get();
  const count = (name: string) => Number(row?.[name] ?? 0);
  return {
    absent: count("absent"),
    missing: count("missing"),
    ended: count("ended"),
    found: count("found"),
    waiting: count("waiting"),
    ended_before: count("ended_before"),
  };
}

/** Keeps with a held plan which meters were absent and not looked up, for its release. */
export function saveStagedAbsences(database: Database, runKey: number): void {
  database
    .prepare(
      `INSERT INTO staged_absence SELECT ?, a.meter_key FROM plan_absent a JOIN meter m
         ON m.meter_key = a.meter_key WHERE a.outcome IS NULL AND m.is_missing = 0`,
    )
    .run(runKey);
}

/** A person released these absences: the breaker counts them no more, and the next run looks them up. */
export function saveAbsencesReleased(database: Database, runKey: number): number {
  return database
    .prepare(
      `UPDATE meter SET is_absence_released = 1
       WHERE meter_key IN (SELECT meter_key FROM staged_absence WHERE run_key = ?)`,
    )
    .run(runKey).changes;
}
