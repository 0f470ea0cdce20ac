import type { Database } from "../database/index.ts";

/** The losses of a plan, kept while it is made: which meters are left without any group, and when. */
export function openLosses(database: Database): void {
  database.execute(
    `CREATE TEMP TABLE IF NOT EXISTS plan_loss (meter_id TEXT, trade_date TEXT,
       PRIMARY KEY (meter_id, trade_date)) STRICT, WITHOUT ROWID`,
  );
  database.execute("DELETE FROM plan_loss");
}

export function saveLosses(database: Database, meterId: string, dates: readonly string[]): void {
  const insert = database.prepare("INSERT OR IGNORE INTO plan_loss VALUES (?, ?)");
  for (const date of dates) insert.run(meterId, date);
}

/** How many of these meters suffer a loss on some date of the range; `to` is inclusive, null when open. */
export function loadLosingCount(
  database: Database,
  meterIds: readonly string[],
  range: { readonly from: string; readonly to: string | null },
): number {
  const row = database
    .prepare(
      `SELECT count(DISTINCT meter_id) AS n FROM plan_loss WHERE trade_date >= @from
         AND (@to IS NULL OR trade_date <= @to) AND meter_id IN (SELECT value FROM json_each(@ids))`,
    )
    .get({ ...range, ids: JSON.stringify(meterIds) });
  return Number(row?.n);
}

export type AssignedCounts = {
  /** Published meters with a published assignment that covers their region's today or a later date. */
  readonly meters: number;
  /** The same by program. */
  readonly programs: ReadonlyMap<string | null, number>;
};

/** @param todays the market's day by region */
export function loadAssignedCounts(
  database: Database,
  todays: Readonly<Record<string, string>>,
): AssignedCounts {
  const assigned = `FROM assignment a JOIN meter m ON m.meter_key = a.meter_key
    JOIN json_each(@days) d ON d.key = m.transmission_region
    WHERE a.known_to_ms IS NULL AND (a.effective_to IS NULL OR a.effective_to >= d.value)`;
  const days = JSON.stringify(todays);
  const total = database.prepare(`SELECT count(DISTINCT a.meter_key) AS n ${assigned}`).get({ days });
  const rows = database
    .prepare(`SELECT a.program, count(DISTINCT a.meter_key) AS n ${assigned} GROUP BY a.program`)
    .all({ days });
  return {
    meters: Number(total?.n),
    programs: new Map(rows.map((row) => [row.program as string | null, Number(row.n)])),
  };
}
