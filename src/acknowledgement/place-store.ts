import type { Database } from "../database/index.ts";

/** A sink whose consumer reports; it gets what comes after `startSequence`. */
export type AcknowledgingSink = {
  readonly name: string;
  readonly startSequence: number;
  /** How far the outbox has been looked through for it. */
  readonly lookedSequence: number;
};

/** Those of these sinks that are registered. */
export function loadAcknowledgingSinks(
  database: Database,
  names: readonly string[],
): readonly AcknowledgingSink[] {
  return database
    .prepare(
      `SELECT name, start_sequence, max(start_sequence, looked_sequence) AS looked_sequence
       FROM sink WHERE name IN (SELECT value FROM json_each(?)) ORDER BY name`,
    )
    .all(JSON.stringify(names))
    .map((row) => ({
      name: String(row.name),
      startSequence: Number(row.start_sequence),
      lookedSequence: Number(row.looked_sequence),
    }));
}

/** The outbox has been looked through for these sinks, up to and including a sequence. */
export function saveLooked(database: Database, sinks: readonly AcknowledgingSink[], through: number): void {
  const save = database.prepare("UPDATE sink SET looked_sequence = ? WHERE name = ? AND looked_sequence < ?");
  for (const { name } of sinks) save.run(through, name, through);
}

/** The zone that a region's days were last published in; null for a region that none were. */
export function loadPublishedZone(database: Database, region: string): string | null {
  const row = database.prepare("SELECT zone FROM horizon WHERE transmission_region = ?").get(region);
  return row === undefined ? null : String(row.zone);
}
