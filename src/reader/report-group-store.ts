import { parseJsonColumn, type Reader } from "./reader.ts";
import type { GroupFacts } from "./report-facts.ts";

const groupsMax = 100;

/** The market groups over the horizon. */
export function loadGroupFacts(reader: Reader): GroupFacts {
  const totals = reader.database
    .prepare(
      `WITH day AS (SELECT DISTINCT trade_date FROM horizon_day),
       group_day AS (SELECT trade_date, count(*) AS n FROM snapshot_groups GROUP BY trade_date),
       meter_day AS (${meterDays})
       SELECT trade_date, coalesce(g.n, 0) AS groups, coalesce(m.n, 0) AS meters
       FROM day LEFT JOIN group_day g USING (trade_date) LEFT JOIN meter_day m USING (trade_date)
       ORDER BY trade_date`,
    )
    .all();
  const tradeDates = totals.map((row) => String(row.trade_date));
  return {
    trade_dates: tradeDates,
    totals: totals.map((row) => ({ groups: Number(row.groups), meters: Number(row.meters) })),
    ...loadLargest(reader, tradeDates),
  };
}

/**
 * Distinct meters of `snapshot_group_members` by trade date. The view has a row for each meter, program and
 * date; here a meter's spans are put together once, and those that are alike are held against the dates once.
 */
const meterDays = `
  SELECT d.trade_date, sum(held.n) AS n
  FROM (
    SELECT region, spans, count(*) AS n
    FROM (
      -- The meter has its head's region once more: to read every head takes longer than all else.
      SELECT a.spans, coalesce(m.transmission_region, (
        SELECT r.transmission_region FROM revision r WHERE r.revision_id = m.head_revision_id)) AS region
      FROM (
        SELECT meter_key, json_group_array(json_array(effective_from, effective_to)) AS spans
        FROM assignment
        WHERE known_to_ms IS NULL AND coalesce(effective_to >= (SELECT min(trade_date) FROM horizon_day), 1)
        GROUP BY meter_key
      ) a
      CROSS JOIN meter m ON m.meter_key = a.meter_key
    )
    GROUP BY region, spans
  ) held
  JOIN horizon_day d ON d.transmission_region = held.region
  WHERE EXISTS (
    SELECT 1 FROM json_each(held.spans) s
    WHERE json_extract(s.value, '$[0]') <= d.trade_date
      AND coalesce(json_extract(s.value, '$[1]') >= d.trade_date, 1))
  GROUP BY d.trade_date`;

function loadLargest(reader: Reader, tradeDates: readonly string[]): Pick<GroupFacts, "groups" | "others"> {
  const rows = reader.database
    .prepare(
      `SELECT market_group_id, market_group_name, json_group_array(json(programs)) AS programs,
         json_group_object(trade_date, member_count) AS members, count(*) OVER () AS total
       FROM snapshot_groups GROUP BY market_group_id
       ORDER BY max(member_count) DESC, market_group_name NULLS LAST, market_group_id LIMIT ${groupsMax}`,
    )
    .all();
  const groups = rows.map((row) => {
    const members = parseJsonColumn(row.members) as Readonly<Record<string, number>>;
    const programs = parseJsonColumn(row.programs) as readonly (readonly string[])[];
    return {
      market_group_id: String(row.market_group_id),
      market_group_name: row.market_group_name as string | null,
      programs: [...new Set(programs.flat())].sort(),
      members: tradeDates.map((date) => members[date] ?? null),
    };
  });
  return { groups, others: Number(rows[0]?.total ?? 0) - groups.length };
}
