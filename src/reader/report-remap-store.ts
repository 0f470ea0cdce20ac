import { formatInstant } from "../time/index.ts";
import { type AcknowledgementView, seen, toValues } from "./acknowledgement-store.ts";
import { loadSequenceSince } from "./event-time-store.ts";
import { loadGroupNames } from "./group-store.ts";
import { parseJsonColumn, type Reader } from "./reader.ts";
import type { RemapFacts, ReportGroup } from "./report-facts.ts";
import type { SnapshotInfo } from "./status-store.ts";

const flowsMax = 200;

/**
 * No remap is told earlier than this before the day it takes effect: horizons have at most 31 days. Two more
 * for where in the world that day begins.
 */
const toldBeforeMs = 33 * 86_400_000;

/** The remaps that take effect from the earliest "today" of the horizons on, as flows between groups. */
export function loadRemapFacts(
  reader: Reader,
  view: AcknowledgementView,
  horizons: SnapshotInfo["horizons"],
): RemapFacts {
  const [from] = Object.values(horizons)
    .map(({ first }) => first)
    .sort();
  if (from === undefined) {
    return { from_trade_date: toDay(view.nowMs), remaps: 0, flows: [], others: 0, others_of_last_date: 0 };
  }
  const toldSinceMs = Date.parse(`${from}T00:00:00Z`) - toldBeforeMs;
  const rows = reader.database.prepare(flowSql).all({
    ...toValues(reader, view),
    from,
    after: loadSequenceSince(reader, toldSinceMs),
  });
  const names = rows.length === 0 ? new Map<string, string>() : loadGroupNames(reader);
  const flows = rows.map((row) => ({
    effective_from: String(row.effective_from),
    program: row.program as string | null,
    from: toGroups(row.from_ids, names),
    to: toGroups(row.to_ids, names),
    meters: Number(row.meters),
    applied: Number(row.applied),
    rejected: Number(row.rejected),
    overdue: Number(row.overdue),
  }));
  const remaps = Number(rows[0]?.total ?? 0);
  const shown = flows.reduce((sum, { meters }) => sum + meters, 0);
  const last = rows.at(-1);
  const shownOfLast = flows
    .filter(({ effective_from }) => effective_from === last?.effective_from)
    .reduce((sum, { meters }) => sum + meters, 0);
  return {
    from_trade_date: from,
    remaps,
    flows,
    others: remaps - shown,
    others_of_last_date: Number(last?.of_date ?? 0) - shownOfLast,
  };
}

const remapType = "meter.group.remapped";

/** Later remaps of a meter that speak of the same program, or of all of them. */
const later = `snapshot_events l WHERE l.subject = r.meter_id AND l.sequence > r.sequence
  AND l.type = '${remapType}' AND coalesce(json_extract(l.event, '$.data.program') = r.program,
    json_extract(l.event, '$.data.program') IS NULL)`;
const laterFrom = "json_extract(l.event, '$.data.effective_from')";
const laterTo = "json_extract(l.event, '$.data.effective_to')";

/** Whether a later remap tells this date anew. */
function isToldAnew(date: string): string {
  return `EXISTS (SELECT 1 FROM ${later}
    AND ${laterFrom} <= ${date} AND coalesce(${laterTo} >= ${date}, 1))`;
}

/**
 * Whether later remaps have told all of its dates anew: its first one, and each that follows where one of
 * them ends.
 */
const isOvertaken = `${isToldAnew("r.effective_from")} AND NOT EXISTS (
  SELECT 1 FROM (SELECT DISTINCT date(${laterTo}, '+1 day') AS next FROM ${later}
    AND ${laterTo} >= r.effective_from AND coalesce(${laterTo} < r.effective_to, 1)) e
  WHERE NOT ${isToldAnew("e.next")})`;

/** What acknowledging sinks are to get has a state; of all else the events say what is overtaken. */
const flowSql = `
  WITH seen AS (${seen("")}),
  remap AS (
    SELECT sequence, subject AS meter_id, json_extract(event, '$.data.program') AS program,
      json_extract(event, '$.data.effective_from') AS effective_from,
      json_extract(event, '$.data.effective_to') AS effective_to,
      json_extract(event, '$.data.from_market_group_ids') AS from_ids,
      json_extract(event, '$.data.to_market_group_ids') AS to_ids
    FROM snapshot_events e
    WHERE sequence > @after AND type = '${remapType}' AND coalesce(
      -- What is kept of it beside its event is read sooner, and most are of the past.
      (SELECT t.effective_from FROM told_remap t WHERE t.sequence = e.sequence),
      json_extract(event, '$.data.effective_from')) >= @from
  ),
  flow AS (
    SELECT r.effective_from, r.program, r.from_ids, r.to_ids, count(*) AS meters,
      coalesce(sum(s.state = 'applied'), 0) AS applied, coalesce(sum(s.state = 'rejected'), 0) AS rejected,
      coalesce(sum(s.is_overdue), 0) AS overdue
    FROM remap r LEFT JOIN seen s ON s.sequence = r.sequence AND s.sequence > @start
    WHERE CASE WHEN s.sequence IS NULL THEN NOT (${isOvertaken}) ELSE s.state <> 'superseded' END
    GROUP BY 1, 2, 3, 4
  )
  SELECT flow.*, sum(meters) OVER () AS total, sum(meters) OVER (PARTITION BY effective_from) AS of_date
  FROM flow
  ORDER BY effective_from, meters DESC, program, from_ids, to_ids LIMIT ${flowsMax}`;

function toGroups(ids: unknown, names: ReadonlyMap<string, string>): readonly ReportGroup[] {
  const known = parseJsonColumn(ids) as readonly string[];
  return known.map((id) => ({ market_group_id: id, market_group_name: names.get(id) ?? null }));
}

function toDay(epochMs: number): string {
  return formatInstant(epochMs).slice(0, 10);
}
