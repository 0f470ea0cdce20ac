import { h, type JSX } from "preact";
import type { ReportRun } from "../reader/index.ts";
import { toStandingBars } from "./bar-chart.ts";
import { Figure, type LegendEntry } from "./figure.ts";
import { Foreign, None, proseLengthMax } from "./foreign-text.ts";
import { Instant } from "./instant.ts";
import { toTable } from "./table.ts";
import { formatCount, formatDay, formatDuration, toPhrase } from "./wording.ts";

/** What became of a run: with a letter above its bar where it was not simply published. */
const outcomes = [
  { status: "published", color: 1, letter: "" },
  { status: "failed", color: 2, letter: "F" },
  { status: "held", color: 5, letter: "H" },
  { status: "superseded", color: 3, letter: "S" },
  { status: "discarded", color: 4, letter: "D" },
  { status: "running", color: 6, letter: "R" },
] as const;

/** The last runs: how long they took, how much they found changed, and what became of them. */
export function RunSection({ runs }: { runs: readonly ReportRun[] }): JSX.Element {
  if (runs.length === 0) return h("p", { class: "empty" }, "No run has begun yet.");
  return h("div", null, h(DurationFigure, { runs }), h(ChangeFigure, { runs }));
}

function DurationFigure({ runs }: { runs: readonly ReportRun[] }): JSX.Element {
  const ended = runs.map(({ duration_ms }) => duration_ms).filter((duration) => duration !== null);
  const longest = Math.max(0, ...ended);
  const median = [...ended].sort((a, b) => a - b)[Math.floor(ended.length / 2)] ?? 0;
  // Seconds, or minutes where there are many: the axis then has round numbers.
  const [unitMs, unit] = longest > 5 * 60_000 ? [60_000, "min"] : [1000, "s"];
  const counts = outcomes
    .map(({ status }) => ({ status, count: runs.filter((run) => run.status === status).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${formatCount(count)} ${status}`);
  return h(Figure, {
    id: "durations",
    title: "How long the runs took",
    summary:
      `${toPhrase(runs.length, "run")}, the latest on the right: ${counts.join(", ")}.` +
      (ended.length === 0
        ? ""
        : ` The one in the middle took ${formatDuration(median)}, the longest ${formatDuration(longest)}.`) +
      (ended.length === runs.length ? "" : ` ${toUnknown(runs.length - ended.length)}`),
    legend: toLegend(runs),
    toDrawing: (size) =>
      toStandingBars(
        {
          ...toBars(runs, ({ duration_ms }) => (duration_ms ?? 0) / unitMs),
          formatValue: (value) => `${formatCount(Math.round(value))} ${unit}`,
          height: 190,
        },
        size,
      ),
    tables: [toRunTable(runs)],
  });
}

/** No bar is no run of no time. */
function toUnknown(count: number): string {
  const of = count === 1 ? "one it is" : `${formatCount(count)} it is`;
  return `Of ${of} not known: running, killed, or released by a person later.`;
}

function ChangeFigure({ runs }: { runs: readonly ReportRun[] }): JSX.Element {
  const counts = runs.map(({ change_count }) => change_count ?? 0);
  const sum = counts.reduce((total, count) => total + count, 0);
  return h(Figure, {
    id: "changes",
    title: "How many changes the runs found",
    summary:
      `${toPhrase(sum, "change")} in ${toPhrase(runs.length, "run")}, ` +
      `${formatCount(Math.max(0, ...counts))} in the one with the most.`,
    legend: toLegend(runs),
    toDrawing: (size) =>
      toStandingBars({ ...toBars(runs, ({ change_count }) => change_count ?? 0), height: 190 }, size),
    tables: [toChangeTable(runs)],
  });
}

/** From the oldest to the newest, in the colour of what became of them. */
function toBars(
  runs: readonly ReportRun[],
  toValue: (run: ReportRun) => number,
): Parameters<typeof toStandingBars>[0] {
  const inOrder = [...runs].reverse();
  return {
    names: inOrder.map(({ started_at }) => formatDay(started_at)),
    series: outcomes.map(({ status, color }) => ({
      color,
      values: inOrder.map((run) => (toOutcome(run).status === status ? toValue(run) : 0)),
    })),
    ends: inOrder.map((run) => toOutcome(run).letter),
  };
}

function toOutcome({ status }: ReportRun): (typeof outcomes)[number] {
  return outcomes.find((outcome) => outcome.status === status) ?? outcomes[5];
}

function toLegend(runs: readonly ReportRun[]): readonly LegendEntry[] {
  return outcomes
    .map((outcome) => ({ ...outcome, count: runs.filter((run) => toOutcome(run) === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ status, color, letter, count }) => ({
      color,
      name: letter === "" ? status : `${status} (${letter})`,
      value: count,
    }));
}

function toRunTable(runs: readonly ReportRun[]): JSX.Element {
  return toTable({
    id: "run-table",
    caption: "The last runs, the newest first",
    columns: [
      { head: "Started", cell: ({ started_at }) => h(Instant, { at: started_at }) },
      { head: "Mode", cell: ({ mode }) => h(Foreign, { text: mode }) },
      {
        head: "Status",
        cell: ({ status }) => h(status === "failed" || status === "held" ? "strong" : "span", null, status),
      },
      { head: "Certified", cell: ({ is_certified }) => (is_certified ? "yes" : "no") },
      {
        head: "Took",
        isNumber: true,
        cell: ({ duration_ms: took }) => (took === null ? unknown() : formatDuration(took)),
      },
      { head: "Meters", isNumber: true, cell: ({ meters_returned: meters }) => toCount(meters) },
      { head: "Changes", isNumber: true, cell: ({ change_count }) => toCount(change_count) },
      { head: "Published", cell: ({ published_at }) => h(Instant, { at: published_at }) },
      {
        head: "Error",
        isProse: true,
        cell: ({ error }) => h(Foreign, { text: error, max: proseLengthMax }),
      },
      { head: "Run", cell: ({ run_id }) => h("code", null, run_id) },
    ],
    rows: runs,
  });
}

function toChangeTable(runs: readonly ReportRun[]): JSX.Element {
  return toTable({
    id: "change-table",
    caption: "Changes by run and type of event, the newest run first",
    columns: [
      { head: "Started", cell: ({ started_at }) => h(Instant, { at: started_at }) },
      { head: "Status", cell: ({ status }) => h(Foreign, { text: status }) },
      { head: "Changes", isNumber: true, cell: ({ change_count }) => toCount(change_count) },
      { head: "By type of event", isProse: true, cell: ({ changes }) => toTypes(changes) },
    ],
    rows: runs,
  });
}

function toTypes(changes: ReportRun["changes"]): JSX.Element | readonly JSX.Element[] {
  const types = Object.entries(changes)
    .filter(([, count]) => count > 0)
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  if (types.length === 0) return h(None, {});
  return types.map(([type, count]) => h("div", null, h(Foreign, { text: type }), ` ${formatCount(count)}`));
}

function toCount(count: number | null): JSX.Element | string {
  return count === null ? unknown() : formatCount(count);
}

function unknown(): JSX.Element {
  return h("span", { class: "none" }, "unknown");
}
