import { parseJsonColumn, type Reader } from "./reader.ts";
import type { GroupFacts } from "./report-facts.ts";

const groupsMax = 100;

/** The market groups over the horizon. */
export function loadGroupFacts(reader: Reader): GroupFacts {
  const totals = reader.database
    .prepare(
      `WITH day AS (
         SELECT trade_date, json_group_array(transmission_region) AS regions
         FROM (SELECT * FROM horizon_day ORDER BY transmission_region) GROUP BY trade_date
       ),
       group_day AS (SELECT trade_date, count(*) AS n FROM snapshot_groups GROUP BY trade_date),
       meter_day AS (${meterDays})
       SELECT trade_date, regions, coalesce(g.n, 0) AS groups, coalesce(m.n, 0) AS meters
       FROM day LEFT JOIN group_day g USING (trade_date) LEFT JOIN meter_day m USING (trade_date)
       ORDER BY trade_date`,
    )
    .all();
  const tradeDates = totals.map((row) => String(row.trade_date));
  return {
    trade_dates: tradeDates,
    totals: totals.map((row) => ({
      groups: Number(row.groups),
      meters: Number(row.meters),
      regions: parseJsonColumn(row.regions) as readonly string[],
    })),
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
  const empty = loadEmptyDays(
    reader,
    rows.map((row) => String(row.market_group_id)),
  );
  const groups = rows.map((row) => {
    const members = parseJsonColumn(row.members) as Readonly<Record<string, number>>;
    const emptyDays = empty.get(String(row.market_group_id));
    const programs = parseJsonColumn(row.programs) as readonly (readonly string[])[];
    return {
      market_group_id: String(row.market_group_id),
      market_group_name: row.market_group_name as string | null,
      programs: [...new Set(programs.flat())].sort(),
      members: tradeDates.map((date) => members[date] ?? (emptyDays?.has(date) === true ? 0 : null)),
    };
  });
  return { groups, others: Number(rows[0]?.total ?? 0) - groups.length };
}

/**
 * The trade dates on which these groups are known to have no member: those that the regions of all their
 * members in the horizon have, as in `snapshot_groups`, which has no row for them.
 */
function loadEmptyDays(reader: Reader, ids: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const rows = reader.database
    .prepare(
      `WITH held AS MATERIALIZED (
         SELECT s.* FROM json_each(@ids) shown
         JOIN group_span s ON s.market_group_id = shown.value AND s.member_count > 0
       ),
       region AS MATERIALIZED (
         SELECT DISTINCT s.market_group_id, j.value AS transmission_region
         FROM held s, json_each(s.regions) j
         WHERE EXISTS (
           SELECT 1 FROM horizon_day d WHERE d.transmission_region = j.value
             AND d.trade_date >= s.effective_from AND coalesce(d.trade_date <= s.effective_to, 1))
       ),
       day AS (
         SELECT r.market_group_id, d.trade_date, count(*) AS n
         FROM region r JOIN horizon_day d USING (transmission_region) GROUP BY 1, 2
       )
       SELECT market_group_id, json_group_array(trade_date) AS trade_dates FROM day
       WHERE n = (SELECT count(*) FROM region r WHERE r.market_group_id = day.market_group_id)
         AND NOT EXISTS (
           SELECT 1 FROM held s WHERE s.market_group_id = day.market_group_id
             AND day.trade_date >= s.effective_from AND coalesce(day.trade_date <= s.effective_to, 1))
       GROUP BY market_group_id`,
    )
    .all({ ids: JSON.stringify(ids) });
  return new Map(
    rows.map((row) => [
      String(row.market_group_id),
      new Set(parseJsonColumn(row.trade_dates) as readonly string[]),
    ]),
  );
}
