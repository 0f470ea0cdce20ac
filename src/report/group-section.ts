import { h, type JSX } from "preact";
import type { GroupFacts, ReportGroup } from "../reader/index.ts";
import { toStandingBars } from "./bar-chart.ts";
import { Figure, Numbers } from "./figure.ts";
import { Foreign, None } from "./foreign-text.ts";
import { Regions, type Total, toPartialNote, toTotals } from "./group-totals.ts";
import { type Column, toTable } from "./table.ts";
import { Day, formatChange, formatCount, toPhrase } from "./wording.ts";

/** The members of the market groups over the horizon, in all and group by group. */
export function GroupSection({ groups }: { groups: GroupFacts }): JSX.Element {
  if (groups.trade_dates.length === 0 || (groups.groups.length === 0 && groups.others === 0)) {
    return h("p", { class: "empty" }, "No market group has a member on the trade dates that are looked at.");
  }
  return h(
    "div",
    null,
    h(TotalsFigure, { groups }),
    h(Numbers, { of: "members of each group", tables: [toGroupTable(groups)] }),
  );
}

function TotalsFigure({ groups }: { groups: GroupFacts }): JSX.Element {
  const all = toTotals(groups);
  const whole = all.filter(({ isWhole }) => isWhole);
  // Where no date is of all regions there is nothing to compare, but something to see.
  const days = whole.length === 0 ? all : whole;
  const [first, last] = [days.at(0), days.at(-1)];
  const left = all.filter((total) => !days.includes(total)).map(({ day }) => day);
  const bars = {
    names: days.map(({ day }) => day),
    shortNames: days.map(({ day }) => day.slice(5)),
    series: [{ color: 1, values: days.map(({ meters }) => meters) }],
    ends: days.map(({ meters }) => formatCount(meters)),
  };
  return h(Figure, {
    id: "members",
    title: "Meters assigned to a group, by trade date",
    summary:
      first === undefined || last === undefined
        ? "No trade date is looked at."
        : [
            toTotal(first),
            ...(first === last ? [] : [", ", toTotal(last)]),
            first === last || !first.isWhole ? "" : `: ${formatChange(last.meters - first.meters)}`,
            ". Each meter counts once a day.",
            ...toPartialNote(left, whole.length === 0),
          ],
    toDrawing: (size) => toStandingBars(bars, size),
    tables: [
      toTable({
        id: "member-table",
        caption: "Groups and assigned meters by trade date",
        columns: [
          { head: "Trade date", cell: ({ day }) => h(Day, { day }) },
          { head: "Groups", isNumber: true, cell: (day) => formatCount(day.groups) },
          { head: "Meters", isNumber: true, cell: ({ meters }) => formatCount(meters) },
          {
            head: "Change",
            isNumber: true,
            cell: ({ change }) => (change === null ? h(None, {}) : formatChange(change)),
          },
          { head: "Regions", cell: (total) => h(Regions, { total }) },
        ],
        rows: all,
      }),
    ],
  });
}

function toTotal({ day, meters, groups }: Total): readonly (string | JSX.Element)[] {
  return [`${toPhrase(meters, "meter")} in ${toPhrase(groups, "group")} on `, h(Day, { day })];
}

type Row = GroupFacts["groups"][number];

/** As many programs of a group are named. */
const programMax = 3;

/** So many trade dates fit on paper; a horizon may have 31. */
const tradeDateMax = 10;

function toGroupTable({ trade_dates, groups, others }: GroupFacts): JSX.Element {
  const left = trade_dates.length - tradeDateMax;
  const columns: readonly Column<Row>[] = [
    { head: "Group", cell: (group) => h(GroupName, { group, isWhole: true }) },
    { head: "Programs", cell: ({ programs }) => h(Programs, { programs }) },
    ...trade_dates.slice(0, tradeDateMax).map((day, place) => ({
      head: day,
      isNumber: true,
      cell: ({ members }: Row) => h(Members, { members, place }),
    })),
  ];
  return toTable({
    id: "group-table",
    caption: "Members of each group by trade date, and the change from the date before; the largest first",
    columns,
    rows: groups,
    more: [
      ...(others > 0 ? [`and ${toPhrase(others, "more group")}`] : []),
      ...(left > 0 ? [`and ${toPhrase(left, "more trade date")}, which only the totals show`] : []),
    ],
  });
}

/** Its name and its id; where it has no name, the id alone. */
export function GroupName({
  group,
  isWhole = false,
}: {
  group: ReportGroup;
  isWhole?: boolean;
}): JSX.Element {
  const { market_group_id: id, market_group_name: name } = group;
  const shown = h("code", null, isWhole ? id : id.slice(0, 8));
  return name === null
    ? h("span", null, "unnamed ", shown)
    : h("span", null, h(Foreign, { text: name }), " ", shown);
}

function Programs({ programs }: { programs: readonly (string | null)[] }): JSX.Element {
  const named = programs.filter((program) => program !== null);
  if (named.length === 0) return h(None, {});
  const shown = named.slice(0, programMax);
  const left = named.length - shown.length;
  return h(
    "span",
    null,
    shown.map((text, place) => [place === 0 ? null : ", ", h(Foreign, { text })]),
    left > 0 ? ` and ${formatCount(left)} more` : null,
  );
}

/** Of a date that a region of its members does not look at nothing is known, and nothing follows from it. */
function Members({ members, place }: { members: Row["members"]; place: number }): JSX.Element {
  const [before, now] = [members[place - 1] ?? null, members[place] ?? null];
  if (now === null) {
    const isAhead = members.slice(0, place).some((count) => count !== null);
    return h("span", { class: "none" }, isAhead ? "not yet" : "past");
  }
  const change = before === null ? 0 : now - before;
  return h(
    "span",
    null,
    now === 0 ? h(None, {}) : formatCount(now),
    change === 0 ? null : [" ", h("small", { class: change > 0 ? "rise" : "fall" }, formatChange(change))],
  );
}
