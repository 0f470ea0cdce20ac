import type { Database } from "../database/index.ts";
import type { PublishedHorizon } from "../market/index.ts";

/** What the last publication said of every region. */
export function loadPublishedHorizons(database: Database): Map<string, PublishedHorizon> {
  const rows = database.prepare("SELECT * FROM horizon ORDER BY transmission_region").all();
  return new Map(
    rows.map((row) => [
      String(row.transmission_region),
      {
        zone: String(row.zone),
        today: String(row.today),
        firstLookedAt: row.first_looked_at as string | null,
        lastLookedAt: String(row.last_looked_at),
        knownThrough: String(row.known_through),
      },
    ]),
  );
}

/** The last date that publications since the given one have given a value in a region, or null. */
export function loadPublishedThrough(database: Database, region: string, publication: number): string | null {
  const row = database
    .prepare(
      `SELECT max(last_looked_at) AS last FROM horizon_history
       WHERE transmission_region = ? AND publication >= ?`,
    )
    .get(region, publication);
  return (row?.last ?? null) as string | null;
}

/** Every region that a published meter or one read by this run belongs to. */
export function loadRegions(database: Database, runKey: number): string[] {
  const rows = database
    .prepare(
      `SELECT transmission_region AS region FROM horizon
       UNION SELECT r.transmission_region FROM staged_revision s
       JOIN revision r ON r.revision_id = s.revision_id
       WHERE s.run_key = ? ORDER BY 1`,
    )
    .all(runKey);
  return rows.map((row) => String(row.region));
}

/** The fields found so far, and which of them are still to be told. */
export function loadFieldKeys(database: Database): { known: Set<string>; untold: string[] } {
  const rows = database.prepare("SELECT field_key, is_told FROM discovered_field ORDER BY field_key").all();
  return {
    known: new Set(rows.map((row) => String(row.field_key))),
    untold: rows.filter((row) => row.is_told === 0).map((row) => String(row.field_key)),
  };
}
