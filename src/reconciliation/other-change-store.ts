import type { Database } from "../database/index.ts";
import { comparedTypes } from "./comparison.ts";

/** How many changes were told that Leap has no webhook for, by type. */
export function loadOtherCounts(database: Database): Readonly<Record<string, number>> {
  const rows = database
    .prepare(
      `SELECT type, count(*) AS n FROM event
       WHERE (type LIKE 'meter.%' OR type LIKE 'portfolio.%')
         AND type NOT IN (SELECT value FROM json_each(?)) GROUP BY type ORDER BY type`,
    )
    .all(JSON.stringify(comparedTypes));
  return Object.fromEntries(rows.map(({ type, n }) => [String(type), Number(n)]));
}
