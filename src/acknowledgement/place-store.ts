import type { Database } from "../database/index.ts";

/** The outbox has been looked through from behind one sequence on, up to and including the other. */
export type Place = { readonly from: number; readonly through: number };

/** A sink whose consumer reports; it gets what comes after `startSequence`. */
export type AcknowledgingSink = { readonly name: string; readonly startSequence: number };

const throughId = 1;
const fromId = 2;

export function loadPlace(database: Database): Place | null {
  const rows = database.prepare("SELECT id, sequence FROM told_remap_place").all();
  const find = (id: number) => rows.find((row) => row.id === id)?.sequence as number | undefined;
  const through = find(throughId);
  return through === undefined ? null : { from: find(fromId) ?? through, through };
}

export function savePlace(database: Database, { from, through }: Place): void {
  const save = database.prepare("INSERT OR REPLACE INTO told_remap_place (id, sequence) VALUES (?, ?)");
  save.run(throughId, through);
  save.run(fromId, from);
}

/** Those of these sinks that are registered. */
export function loadAcknowledgingSinks(
  database: Database,
  names: readonly string[],
): readonly AcknowledgingSink[] {
  return database
    .prepare(
      `SELECT name, start_sequence FROM sink WHERE name IN (SELECT value FROM json_each(?)) ORDER BY name`,
    )
    .all(JSON.stringify(names))
    .map((row) => ({ name: String(row.name), startSequence: Number(row.start_sequence) }));
}

/** The zone that a region's days were last published in; null for a region that none were. */
export function loadPublishedZone(database: Database, region: string): string | null {
  const row = database.prepare("SELECT zone FROM horizon WHERE transmission_region = ?").get(region);
  return row === undefined ? null : String(row.zone);
}
