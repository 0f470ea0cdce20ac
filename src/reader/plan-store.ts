import { loadGroupNames } from "./group-store.ts";
import { loadBaselineFacts, loadBaselineGroups } from "./plan-baseline-store.ts";
import type {
  PlanChanges,
  PlanFacts,
  PlanFlow,
  PlanGroup,
  PlanMeters,
  PlanRemaps,
  RemappedMeters,
} from "./plan-facts.ts";
import { parseJsonColumn, type Reader } from "./reader.ts";

const groupCountMax = 20;
const flowCountMax = 10;
const dateCountMax = 10;

/**
 * Adds up a run's change events: as told, or as planned where the run is held back. Of a first publication,
 * right after it, also what it shows.
 */
export function loadPlanFacts(reader: Reader, runId: string, isBaseline = false): PlanFacts {
  const plan = { reader, runId, changes: toSource(reader, runId) };
  const counts = all(plan, "SELECT type, count(*) AS n FROM change GROUP BY type");
  const count = (type: string) => Number(counts.find((row) => row.type === type)?.n ?? 0);
  return {
    events: counts.reduce((sum, row) => sum + Number(row.n), 0),
    remaps: loadRemaps(plan, count("meter.group.remapped")),
    ...(isBaseline ? loadBaselineGroups(reader, groupCountMax) : loadGroupUpdates(plan)),
    meters: {
      created: count("meter.created"),
      ...loadStatuses(plan),
      ...loadActions(plan),
      missing: count("meter.missing"),
      reappeared: count("meter.reappeared"),
      archived: count("meter.archived"),
      restored: count("meter.restored"),
    },
    baseline: isBaseline ? loadBaselineFacts(reader) : null,
  };
}

/** A run's changes type by type, with the first so many of each. */
export function loadPlanChanges(reader: Reader, runId: string, firstCountMax: number): PlanChanges[] {
  const plan = { reader, runId, changes: toSource(reader, runId) };
  const rows = all(
    plan,
    `SELECT p.type, p.events, c.body FROM (
       SELECT type, place, count(*) OVER (PARTITION BY type) AS events,
         row_number() OVER (PARTITION BY type ORDER BY place) AS nth FROM change) p
     JOIN change c ON c.place = p.place WHERE p.nth <= @firstCountMax ORDER BY p.type, p.place`,
    { firstCountMax },
  );
  const types = [...new Set(rows.map((row) => String(row.type)))];
  return types.map((type) => {
    const those = rows.filter((row) => row.type === type);
    return { type, events: Number(those[0]?.events), first: those.map(({ body }) => parseJsonColumn(body)) };
  });
}

type Plan = { readonly reader: Reader; readonly runId: string; readonly changes: string };
type Values = Readonly<Record<string, unknown>>;

const toldChanges = `SELECT sequence AS place, type, subject, event AS body FROM snapshot_events
  WHERE run_id = @runId AND NOT (type LIKE 'sync.%' OR type LIKE '%.overdue' OR type LIKE '%.detected')`;
const plannedChanges = `SELECT ordinal AS place, type, subject, body FROM staged_event
  WHERE run_key = (SELECT run_key FROM run WHERE run_id = @runId) AND type NOT LIKE 'sync.%'`;

/** A run has either told its plan, or holds it. */
function toSource({ database }: Reader, runId: string): string {
  const isPlanned =
    database.prepare(`SELECT 1 FROM (${plannedChanges}) LIMIT 1`).get({ runId }) !== undefined;
  return isPlanned ? plannedChanges : toldChanges;
}

/** Asks the run's changes, which go by the name `change`. */
function all({ reader, runId, changes }: Plan, query: string, values: Values = {}): Values[] {
  const ctes = query.startsWith("WITH ") ? `, ${query.slice("WITH ".length)}` : ` ${query}`;
  return reader.database.prepare(`WITH change AS (${changes})${ctes}`).all({ runId, ...values });
}

function loadRemaps(plan: Plan, events: number): PlanRemaps {
  const those = "FROM change WHERE type = 'meter.group.remapped'";
  const total = all(plan, `SELECT count(DISTINCT subject) AS meters ${those}`);
  // The least of date and reason together: each meter counts once, whatever the number of its programs.
  const rows = all(
    plan,
    `SELECT kind, substr(first, 1, 10) AS date, substr(first, 11) AS reason, count(*) AS meters FROM (
       SELECT body ->> '$.data.kind' AS kind, subject,
         min((body ->> '$.data.effective_from') || coalesce(body ->> '$.data.reason', '')) AS first
       ${those} GROUP BY 1, 2)
     GROUP BY kind, first ORDER BY kind, first`,
  );
  const unassigned = rows.filter(({ kind }) => kind === "unassigned");
  return {
    meters: Number(total[0]?.meters ?? 0),
    events,
    moved: toRemapped(rows.filter(({ kind }) => kind === "moved")),
    assigned: toRemapped(rows.filter(({ kind }) => kind === "assigned")),
    unassigned: { ...toRemapped(unassigned), reasons: toSums(unassigned, "reason") },
  };
}

function toRemapped(rows: readonly Values[]): RemappedMeters {
  const dates = Object.entries(toSums(rows, "date"));
  return {
    meters: toSum(rows, "meters"),
    first_dates: dates.slice(0, dateCountMax).map(([date, meters]) => ({ effective_from: date, meters })),
    later_meters: dates.slice(dateCountMax).reduce((sum, [, meters]) => sum + meters, 0),
  };
}

function loadGroupUpdates(plan: Plan): Pick<PlanFacts, "groups" | "groups_left_out"> {
  const those = "FROM change WHERE type = 'meter.enrollment.group.updated'";
  // What stands before and after is the same in all parts of an update; what is added and removed is not.
  const rows = all(
    plan,
    `SELECT *, count(*) OVER () AS updates, sum(added) OVER () AS added_sum,
       sum(removed) OVER () AS removed_sum FROM (
       SELECT subject AS market_group_id, body ->> '$.data.market_group_name' AS market_group_name,
         body ->> '$.data.effective_from' AS effective_from, body ->> '$.data.effective_to' AS effective_to,
         body ->> '$.data.before.member_count' AS members_before,
         body ->> '$.data.after.member_count' AS members_after,
         sum(json_array_length(body, '$.data.added_meter_ids')) AS added,
         sum(json_array_length(body, '$.data.removed_meter_ids')) AS removed
       ${those} GROUP BY 1, 3)
     ORDER BY added + removed DESC, market_group_id, effective_from LIMIT @groupCountMax`,
    { groupCountMax },
  );
  const groupCount = Number(all(plan, `SELECT count(DISTINCT subject) AS n ${those}`)[0]?.n);
  const shown = new Set(rows.map((row) => row.market_group_id)).size;
  const flows = rows.length === 0 ? [] : loadFlows(plan, rows);
  const names = loadGroupNames(plan.reader);
  return {
    groups: rows.map((row) => toGroup(row, flows, names)),
    groups_left_out: {
      groups: groupCount - shown,
      updates: Number(rows[0]?.updates ?? 0) - rows.length,
      added: Number(rows[0]?.added_sum ?? 0) - toSum(rows, "added"),
      removed: Number(rows[0]?.removed_sum ?? 0) - toSum(rows, "removed"),
    },
  };
}

/**
 * Where the meters of these updates come from and go to, by each one's remaps on the update's first date. To
 * leave a group in one program and join one in another is a move, too.
 */
function loadFlows(plan: Plan, updates: readonly Values[]): Values[] {
  // Each step is made once: joined as they come, long lists of ids would be read again for each id.
  return all(
    plan,
    `WITH part AS MATERIALIZED (
       SELECT subject AS market_group_id, body ->> '$.data.effective_from' AS date,
         body -> '$.data.added_meter_ids' AS added, body -> '$.data.removed_meter_ids' AS removed
       FROM change WHERE type = 'meter.enrollment.group.updated'
         AND (subject, body ->> '$.data.effective_from') IN (
           SELECT value ->> 0, value ->> 1 FROM json_each(@updates))),
     member AS MATERIALIZED (
       SELECT 'from' AS way, market_group_id, date, m.value AS meter_id FROM part, json_each(added) m
       UNION ALL
       SELECT 'to', market_group_id, date, m.value FROM part, json_each(removed) m),
     remap AS MATERIALIZED (
       SELECT subject, body ->> '$.data.effective_from' AS first, body ->> '$.data.effective_to' AS last,
         body -> '$.data.from_market_group_ids' AS left, body -> '$.data.to_market_group_ids' AS joined
       FROM change WHERE type = 'meter.group.remapped' AND subject IN (SELECT meter_id FROM member)),
     created AS MATERIALIZED (SELECT subject FROM change WHERE type = 'meter.created'),
     beyond AS MATERIALIZED (
       SELECT *, 'from' AS way, joined AS here, left AS there FROM remap UNION ALL
       SELECT *, 'to', left, joined FROM remap),
     step AS MATERIALIZED (
       SELECT m.*, r.here, coalesce(o.there, r.there) AS there FROM member m
       JOIN beyond r ON r.subject = m.meter_id AND r.way = m.way AND r.first <= m.date
         AND (r.last IS NULL OR r.last >= m.date)
       LEFT JOIN beyond o ON r.there = '[]' AND o.here = '[]' AND o.subject = m.meter_id
         AND o.way = m.way AND o.first <= m.date AND (o.last IS NULL OR o.last >= m.date)),
     flow AS (
       SELECT DISTINCT s.way, s.market_group_id, s.date, s.meter_id, o.value AS other
       FROM step s LEFT JOIN json_each(s.there) o ON o.value NOT IN (SELECT value FROM json_each(s.here))
       WHERE s.market_group_id IN (SELECT value FROM json_each(s.here)))
     SELECT way, market_group_id, date, other,
       meter_id IN (SELECT subject FROM created) AS is_new, count(*) AS meters
     FROM flow GROUP BY 1, 2, 3, 4, 5 ORDER BY meters DESC, other, is_new`,
    { updates: JSON.stringify(updates.map((row) => [row.market_group_id, row.effective_from])) },
  );
}

function toGroup(row: Values, flows: readonly Values[], names: ReadonlyMap<string, string>): PlanGroup {
  const toFlows = (way: string): PlanFlow[] =>
    flows
      .filter((flow) => flow.way === way && flow.market_group_id === row.market_group_id)
      .filter((flow) => flow.date === row.effective_from)
      .slice(0, flowCountMax)
      .map(({ other, is_new: isNew, meters }) => ({
        market_group_id: other as string | null,
        market_group_name: names.get(String(other)) ?? null,
        is_new: isNew === 1,
        meters: Number(meters),
      }));
  return {
    market_group_id: String(row.market_group_id),
    market_group_name: row.market_group_name as string | null,
    effective_from: String(row.effective_from),
    effective_to: row.effective_to as string | null,
    members_before: Number(row.members_before),
    members_after: Number(row.members_after),
    added: Number(row.added),
    removed: Number(row.removed),
    from: toFlows("from"),
    to: toFlows("to"),
  };
}

function loadStatuses(plan: Plan): Pick<PlanMeters, "activated" | "deactivated"> {
  const [row] = all(
    plan,
    `SELECT coalesce(sum(NOT was AND now), 0) AS activated, coalesce(sum(was AND NOT now), 0) AS deactivated
     FROM (SELECT body ->> '$.data.before.dispatchable' AS was, body ->> '$.data.after.dispatchable' AS now
       FROM change WHERE type = 'meter.enrollment.global-status.updated')`,
  );
  return { activated: Number(row?.activated), deactivated: Number(row?.deactivated) };
}

function loadActions(plan: Plan): Pick<PlanMeters, "actions_added" | "actions_changed" | "actions_resolved"> {
  const sum = (list: string) => `coalesce(sum(json_array_length(body, '$.data.${list}')), 0) AS ${list}`;
  const [row] = all(
    plan,
    `SELECT ${["added", "changed", "resolved"].map(sum).join(", ")} FROM change
     WHERE type = 'meter.enrollment.required-actions.updated'`,
  );
  return {
    actions_added: Number(row?.added),
    actions_changed: Number(row?.changed),
    actions_resolved: Number(row?.resolved),
  };
}

function toSum(rows: readonly Values[], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0);
}

/** Meters by the values of a column, in the order of the rows. */
function toSums(rows: readonly Values[], column: string): Record<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const value = String(row[column]);
    sums.set(value, (sums.get(value) ?? 0) + Number(row.meters));
  }
  return Object.fromEntries(sums);
}
