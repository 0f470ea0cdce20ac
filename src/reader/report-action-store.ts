import { parseJsonColumn, type Reader } from "./reader.ts";
import type { ActionFacts } from "./report-facts.ts";

const countsMax = 200;
const firstMax = 50;

/**
 * What is to be done about the meters that need action; `meters` is how many they are. They are looked
 * through once for both lists: heads are long.
 */
export function loadActionFacts(reader: Reader, meters: number, now: string): ActionFacts {
  const rows = reader.database.prepare(actionSql).all({ now });
  const counts = rows.filter(({ meter_id: id }) => id === null);
  const shown = counts.reduce((sum, count) => sum + Number(count.meters), 0);
  return {
    meters,
    counts: counts.map((row) => ({
      party: row.party as string | null,
      code: row.code as string | null,
      deadline: row.deadline as string | null,
      is_past: row.is_past === 1,
      meters: Number(row.meters),
    })),
    others: Number(counts[0]?.total ?? 0) - shown,
    first: rows.filter(({ meter_id: id }) => id !== null).map(toFirst),
  };
}

const byDeadline = "json_extract(value, '$.deadline') NULLS LAST";

/**
 * A meter that lists no action counts without a code. Each of the first meters comes with what its partner is
 * to do first: what Leap is to do makes no meter need action.
 */
const actionSql = `
  WITH needing AS MATERIALIZED (
    SELECT meter_id, partner_reference, required_actions FROM snapshot_meters WHERE action_required = 1
  ),
  counted AS (
    SELECT json_extract(a.value, '$.party') AS party, json_extract(a.value, '$.code') AS code,
      substr(json_extract(a.value, '$.deadline'), 1, 10) AS deadline,
      coalesce(json_extract(a.value, '$.deadline') <= @now, 0) AS is_past,
      count(DISTINCT m.meter_id) AS meters
    FROM needing m LEFT JOIN json_each(m.required_actions) a GROUP BY 1, 2, 3, 4
  ),
  first AS (
    SELECT meter_id, partner_reference, (
      SELECT value FROM json_each(required_actions) WHERE json_extract(value, '$.party') IS NOT 'leap'
      ORDER BY ${byDeadline}, value LIMIT 1) AS value
    FROM needing
  )
  SELECT * FROM (
    SELECT counted.*, sum(meters) OVER () AS total,
      NULL AS meter_id, NULL AS partner_reference, NULL AS action
    FROM counted
    ORDER BY deadline NULLS LAST, is_past DESC, meters DESC, party, code LIMIT ${countsMax})
  UNION ALL
  SELECT * FROM (
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, meter_id, partner_reference, value
    FROM first ORDER BY ${byDeadline}, meter_id LIMIT ${firstMax})`;

function toFirst(row: Readonly<Record<string, unknown>>): ActionFacts["first"][number] {
  const action = parseJsonColumn(row.action) as Partial<ActionFacts["first"][number]> | null;
  return {
    meter_id: String(row.meter_id),
    partner_reference: row.partner_reference as string | null,
    party: action?.party ?? null,
    program: action?.program ?? null,
    code: action?.code ?? null,
    deadline: action?.deadline ?? null,
    description: action?.description ?? null,
  };
}
