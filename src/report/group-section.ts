import { h, type JSX } from "preact";
import type { GroupFacts, ReportGroup } from "../reader/index.ts";
import { toStandingBars } from "./bar-chart.ts";
import { Figure, Numbers } from "./figure.ts";
import { Foreign, None } from "./foreign-text.ts";
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

type Total = {
  readonly day: string;
  readonly groups: number;
  readonly meters: number;
  readonly change: number;
};

function TotalsFigure({ groups: { trade_dates, totals } }: { groups: GroupFacts }): JSX.Element {
  const days = trade_dates.map((day, place): Total => {
    const [total, before] = [totals[place], totals[place - 1]];
    const meters = total?.meters ?? 0;
    return { day, groups: total?.groups ?? 0, meters, change: meters - (before?.meters ?? meters) };
  });
  const [first, last] = [days.at(0), days.at(-1)];
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
            ", ",
            toTotal(last),
            `: ${formatChange(last.meters - first.meters)}. Each meter counts once a day.`,
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
            cell: ({ day, change }) => (day === first?.day ? h(None, {}) : formatChange(change)),
          },
        ],
        rows: days,
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
      cell: ({ members }: Row) => h(Members, { now: members[place] ?? null, before: members[place - 1] }),
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

/** `undefined` before: there is no date before. */
function Members({ now, before }: { now: number | null; before: number | null | undefined }): JSX.Element {
  const change = before === undefined ? 0 : (now ?? 0) - (before ?? 0);
  return h(
    "span",
    null,
    now === null ? h(None, {}) : formatCount(now),
    change === 0 ? null : [" ", h("small", { class: change > 0 ? "rise" : "fall" }, formatChange(change))],
  );
}
