import type { PlanChanges, PlanFacts, PlanFlow, PlanGroup } from "../reader/index.ts";
import type { RunReport } from "../sync/index.ts";
import { describeChange, describeDays, nameGroup, nameSubject } from "./change-words.ts";
import { type Row, toTable } from "./formats.ts";
import { toPlanSentence } from "./plan-sentence.ts";
import { count, toHeadline, toReportFacts, toTripLines, toWarningLines } from "./report-lines.ts";

const flowsShownMax = 3;
const wideEnough = 120;

/** A plan that is not published, for people: the numbers that matter first, how it was read last. */
export function toPlanReport(
  report: RunReport,
  facts: PlanFacts,
  changes: readonly PlanChanges[],
  names: ReadonlyMap<string, string>,
  width?: number,
): string {
  return [
    `${toHeadline(report)}: ${toPlanSentence(facts)}\n`,
    toPlanLines(facts, changes, names, width),
    toTripLines(report),
    report.warnings.length === 0 ? "" : `\n${toWarningLines(report)}`,
    `\nThe run\n${toReportFacts(report)}`,
  ].join("");
}

/** A plan for people: first group by group, then by what else would change; tables are no wider than told. */
export function toPlanLines(
  facts: PlanFacts,
  changes: readonly PlanChanges[],
  names: ReadonlyMap<string, string>,
  width?: number,
): string {
  return [
    facts.baseline === null ? "" : toBaselineLines(facts.baseline, width),
    toGroupLines(facts, width),
    toChangeKindLines(changes, names, width),
  ].join("");
}

function toBaselineLines(
  { standings, dates, meters }: NonNullable<PlanFacts["baseline"]>,
  width?: number,
): string {
  const shown = standings.reduce((sum, standing) => sum + standing.meters, 0);
  const more = shown < meters ? `… and ${meters - shown} more meters\n` : "";
  return [
    toSection(
      "Meters by region and status",
      ["transmission_region", "enrollment_status", "meters"],
      standings,
      width,
    ),
    more,
    toSection("Groups by trade date", ["trade_date", "groups", "members"], dates, width),
  ].join("");
}

function toGroupLines({ groups, groups_left_out: others, baseline }: PlanFacts, width?: number): string {
  const isFirst = baseline !== null;
  const rows = groups.map((group) => ({
    group: nameGroup(group.market_group_id, group.market_group_name),
    effective: describeDays(group),
    members: isFirst ? group.members_after : `${group.members_before} → ${group.members_after}`,
    change: `+${group.added} −${group.removed}`,
    from_and_to: describeFlows(group),
  }));
  const columns = ["group", "effective", "members", ...(isFirst ? [] : ["change", "from_and_to"])];
  const title = others.updates === 0 ? "Group by group" : "Group by group, the most affected first";
  return `${toSection(title, columns, rows, width)}${describeOthers(others)}`;
}

function describeOthers({ groups, updates, added, removed }: PlanFacts["groups_left_out"]): string {
  if (updates === 0) return "";
  const among = groups === 0 ? " of these groups" : `, ${count(groups, "more group")} among them`;
  const more = groups === updates ? count(groups, "more group") : `${count(updates, "more change")}${among}`;
  return `… and ${more} (+${added} −${removed})\n`;
}

function describeFlows(group: PlanGroup): string {
  const { members_before: before, members_after: after } = group;
  const parts = [
    before === 0 ? "appears" : after === 0 ? "is emptied" : "",
    describeFlow("from", group.from),
    describeFlow("to", group.to),
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function describeFlow(way: "from" | "to", flows: readonly PlanFlow[]): string {
  if (flows.length === 0) return "";
  const shown = flows.slice(0, flowsShownMax).map((flow) => {
    const other = flow.is_new
      ? "new"
      : flow.market_group_id === null
        ? "no other group"
        : nameGroup(flow.market_group_id, flow.market_group_name);
    return `${other} ${flow.meters}`;
  });
  return `${way} ${[...shown, ...(flows.length > flowsShownMax ? ["others"] : [])].join(", ")}`;
}

/** In the order in which they are shown; a group's updates have a table of their own. */
const kinds: Readonly<Record<string, string>> = {
  "meter.group.remapped": "remaps",
  "meter.enrollment.global-status.updated": "status",
  "meter.enrollment.required-actions.updated": "required actions",
  "meter.missing": "missing",
  "meter.reappeared": "back",
  "meter.created": "new meters",
  "meter.archived": "archived",
  "meter.restored": "restored",
  "meter.enrollment.program-status.updated": "program status",
  "meter.enrollment.participation-status.updated": "preference",
  "meter.partner-reference.updated": "reference",
  "portfolio.field.discovered": "new fields",
};

function toChangeKindLines(
  changes: readonly PlanChanges[],
  names: ReadonlyMap<string, string>,
  width?: number,
): string {
  const order = Object.keys(kinds);
  const others = changes.map(({ type }) => type).filter((type) => !order.includes(type));
  const rows = [...order, ...others]
    .filter((type) => type !== "meter.enrollment.group.updated")
    .flatMap((type) => changes.filter((change) => change.type === type))
    .flatMap(({ type, events, first }) =>
      first.map((event, index) => ({
        events: index === 0 ? events : "",
        change: index === 0 ? (kinds[type] ?? type) : "",
        about: nameShortly(event, width),
        what: describeChange(event, names),
      })),
    );
  return toSection(
    "Change by change, the first few of each kind",
    ["events", "change", "about", "what"],
    rows,
    width,
  );
}

/** Almost all are meters; on a narrow terminal an id is cut rather than what became of it. */
function nameShortly(event: unknown, width = Number.POSITIVE_INFINITY): string {
  const name = nameSubject(event).replace(/^meter /, "");
  return width < wideEnough ? name.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}$/, "$1…") : name;
}

function toSection(title: string, columns: readonly string[], rows: readonly Row[], width?: number): string {
  return rows.length === 0 ? "" : `\n${title}\n${toTable(columns, rows, width)}`;
}
