import { h, type JSX } from "preact";
import type { EnrollmentFacts } from "../reader/index.ts";
import { toStandingBars } from "./bar-chart.ts";
import { Figure, Numbers } from "./figure.ts";
import { Foreign } from "./foreign-text.ts";
import { type Column, toTable } from "./table.ts";
import { Day, formatCount, formatDay, toPhrase } from "./wording.ts";

type MoveDay = {
  readonly day: string;
  readonly became: number;
  readonly stopped: number;
  readonly other: number;
  readonly created: number;
  readonly archived: number;
  readonly restored: number;
  readonly missing: number;
  readonly reappeared: number;
};

type Transition = { readonly from: string | null; readonly to: string | null; readonly meters: number };

/** So many ways from one status to another are listed. */
const transitionMax = 60;

const columns: readonly Column<MoveDay>[] = [
  { head: "Day", cell: ({ day }) => h(Day, { day }) },
  { head: "Became active", isNumber: true, cell: ({ became }) => formatCount(became) },
  { head: "Stopped being active", isNumber: true, cell: ({ stopped }) => formatCount(stopped) },
  { head: "Other changes of status", isNumber: true, cell: ({ other }) => formatCount(other) },
  { head: "Created", isNumber: true, cell: ({ created }) => formatCount(created) },
  { head: "Archived", isNumber: true, cell: ({ archived }) => formatCount(archived) },
  { head: "Restored", isNumber: true, cell: ({ restored }) => formatCount(restored) },
  { head: "Missing", isNumber: true, cell: ({ missing }) => formatCount(missing) },
  { head: "Reappeared", isNumber: true, cell: ({ reappeared }) => formatCount(reappeared) },
];

/** What happened to meters day by day: who became active and who stopped, and everything else. */
export function MovesFigures({ enrollment }: { enrollment: EnrollmentFacts }): JSX.Element {
  const days = toMoveDays(enrollment);
  if (days.length === 0) return h("p", { class: "empty" }, "Nothing was told of any meter in this time.");
  const transitions = toTransitions(enrollment.moves);
  const table = (id: string, caption: string, places: readonly number[]): JSX.Element =>
    toTable({ id, caption, columns: columns.filter((_, place) => places.includes(place)), rows: days });
  return h(
    "div",
    null,
    h(ActiveFigure, { days, table: table("active-table", "Changes of status by day", [0, 1, 2, 3]) }),
    transitions.length === 0
      ? null
      : h(Numbers, { of: "changes from one status to another", tables: [toTransitionTable(transitions)] }),
    h(OtherFigure, {
      days,
      table: table("told-table", "What else was told of meters, by day", [0, 3, 4, 5, 6, 7, 8]),
    }),
  );
}

function ActiveFigure({ days, table }: { days: readonly MoveDay[]; table: JSX.Element }): JSX.Element {
  const [became, stopped] = [sumOf(days, "became"), sumOf(days, "stopped")];
  const most = days.reduce((best, day) =>
    day.became + day.stopped > best.became + best.stopped ? day : best,
  );
  const bars = {
    names: days.map(({ day }) => formatDay(day)),
    series: [
      { color: 1, values: days.map((day) => day.became) },
      { color: 2, values: days.map((day) => -day.stopped) },
    ],
  };
  return h(Figure, {
    id: "active",
    title: "Meters that became active, and that stopped being active",
    summary: [
      `Meters became active ${toPhrase(became, "time")} and stopped being active `,
      `${toPhrase(stopped, "time")}. Most happened on `,
      h(Day, { day: most.day }),
      `: ${formatCount(most.became)} and ${formatCount(most.stopped)}.`,
    ],
    legend: [
      { color: 1, name: "became active (upwards)", value: became },
      { color: 2, name: "stopped being active (downwards)", value: stopped },
    ],
    toDrawing: (size) => toStandingBars(bars, size),
    tables: [table],
  });
}

const others = [
  ["other", "other changes of status"],
  ["created", "created"],
  ["archived", "archived"],
  ["restored", "restored"],
  ["missing", "missing"],
  ["reappeared", "reappeared"],
] as const;

function OtherFigure({ days, table }: { days: readonly MoveDay[]; table: JSX.Element }): JSX.Element {
  const sums = others.map(([key, name], place) => ({ key, name, color: place + 1, value: sumOf(days, key) }));
  const shown = sums.filter(({ value }) => value > 0);
  const bars = {
    names: days.map(({ day }) => formatDay(day)),
    series: shown.map(({ key, color }) => ({ color, values: days.map((day) => day[key]) })),
  };
  const text = sums.map(({ name, value }) => `${name} ${formatCount(value)}`).join(", ");
  return h(Figure, {
    id: "told",
    title: "What else was told of meters",
    summary: `Meters by what was told of them: ${text}.`,
    legend: shown.map(({ name, value, color }) => ({ color, name, value })),
    toDrawing: (size) => toStandingBars(bars, size),
    tables: [table],
  });
}

function sumOf(days: readonly MoveDay[], key: Exclude<keyof MoveDay, "day">): number {
  return days.reduce((sum, day) => sum + day[key], 0);
}

/** Every day on which something was told, and the quiet ones between them. */
export function toMoveDays({ moves, days }: EnrollmentFacts): readonly MoveDay[] {
  const none = { created: 0, archived: 0, restored: 0, missing: 0, reappeared: 0 };
  const told = [...moves, ...days].map(({ day }) => day).sort();
  return toDaysBetween(told.at(0), told.at(-1)).map((day) => {
    const ofDay = moves.filter((move) => move.day === day);
    const count = (is: (move: (typeof moves)[number]) => boolean): number =>
      ofDay.filter(is).reduce((sum, { meters }) => sum + meters, 0);
    return {
      ...none,
      ...days.find((other) => other.day === day),
      day,
      became: count((move) => !move.was_dispatchable && move.is_dispatchable),
      stopped: count((move) => move.was_dispatchable && !move.is_dispatchable),
      other: count((move) => move.was_dispatchable === move.is_dispatchable),
    };
  });
}

/** More days than a report is of are not drawn, whatever the facts say. */
const dayCountMax = 62;

function toDaysBetween(first: string | undefined, last: string | undefined): readonly string[] {
  if (first === undefined || last === undefined) return [];
  const days: string[] = [];
  for (let at = Date.parse(`${last}T00:00:00Z`); days.length < dayCountMax; at -= 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (day < first) break;
    days.unshift(day);
  }
  return days;
}

function toTransitions(moves: EnrollmentFacts["moves"]): readonly Transition[] {
  const sums = new Map<string, Transition>();
  for (const { from, to, meters } of moves) {
    const key = JSON.stringify([from, to]);
    sums.set(key, { from, to, meters: meters + (sums.get(key)?.meters ?? 0) });
  }
  return [...sums]
    .sort(([a, left], [b, right]) => right.meters - left.meters || (a < b ? -1 : 1))
    .map(([, transition]) => transition);
}

function toTransitionTable(transitions: readonly Transition[]): JSX.Element {
  const left = transitions.slice(transitionMax);
  const meters = left.reduce((sum, transition) => sum + transition.meters, 0);
  return toTable({
    id: "transition-table",
    caption: "Changes from one status to another, the most frequent first",
    columns: [
      { head: "Status before", cell: ({ from }) => h(Foreign, { text: from }) },
      { head: "Status after", cell: ({ to }) => h(Foreign, { text: to }) },
      { head: "Times", isNumber: true, cell: (transition) => formatCount(transition.meters) },
    ],
    rows: transitions.slice(0, transitionMax),
    more:
      left.length === 0
        ? []
        : [`and ${formatCount(left.length)} more kinds of change, ${formatCount(meters)} times in all`],
  });
}
