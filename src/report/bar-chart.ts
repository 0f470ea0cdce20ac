import type { Drawing, Size } from "./draw-chart.ts";
import { toColumns, toShort } from "./foreign-text.ts";
import { formatCount } from "./wording.ts";

export type BarSeries = {
  /** Which of the page's colours, 1 to 6. */
  readonly color: number;
  readonly values: readonly number[];
};

export type Bars = {
  /** One bar each; foreign text may be among them. */
  readonly names: readonly string[];
  /** What stands for them where there is little room. */
  readonly shortNames?: readonly string[];
  /** Stacked, the first next to the axis; negative values go the other way. */
  readonly series: readonly BarSeries[];
  /** What stands at the end of each bar. */
  readonly ends?: readonly string[];
  readonly formatValue?: (value: number) => string;
  readonly height?: number;
};

/** What would be smaller at the end of a bar is left to the table. */
const endSizeMin = 8;

const line = { lineStyle: { color: "var(--line)" } };

/** Bars that lie, one below the other: for names. */
export function toLyingBars(bars: Bars, size: Size): Drawing {
  const names = bars.names.map((name) => toShort(name, size.name === "wide" ? 30 : 17));
  const rowHeight = size.name === "wide" ? 34 : 32;
  const height = names.length * rowHeight + 30;
  const left = toWidth(names, size) + 10;
  const grid = { left, right: toWidth(bars.ends ?? [], size) + 16, top: 2, bottom: 28 };
  const option = {
    grid: { ...grid, outerBoundsMode: "none" },
    xAxis: { ...toValueAxis(bars, size), splitNumber: size.name === "wide" ? 6 : 3 },
    yAxis: { ...toNameAxis(names, size), inverse: true, axisLabel: { ...toLabel(size), interval: 0 } },
    series: toSeries(bars, size, "right", { barWidth: 18 }),
  };
  return { height, option };
}

/** Bars that stand side by side: for days, dates and runs. */
export function toStandingBars(bars: Bars, size: Size): Drawing {
  const height = bars.height ?? (size.name === "wide" ? 250 : 220);
  const format = bars.formatValue ?? formatCount;
  const ticks = bars.names.map((_, place) =>
    format(bars.series.reduce((sum, { values }) => sum + Math.abs(values[place] ?? 0), 0)),
  );
  const left = toWidth(ticks, size) + 18;
  const given = size.name === "narrow" ? (bars.shortNames ?? bars.names) : bars.names;
  const shown = given.map((name) => toShort(name, 12));
  const [names, zero] = [toNameAxis(shown, size), toNameAxis(shown, size)];
  const option = {
    grid: { left, right: 12, top: 22, bottom: 28, outerBoundsMode: "none" },
    // The labels stay at the bottom, the line at zero, where the bars go both ways.
    xAxis: [
      {
        ...names,
        axisLine: { show: false, onZero: false },
        axisLabel: { ...toLabel(size), hideOverlap: true },
      },
      { ...zero, position: "bottom", axisLabel: { show: false } },
    ],
    yAxis: { ...toValueAxis(bars, size), splitNumber: 4 },
    series: toSeries(bars, toFitting(bars, size, left), "top", { barCategoryGap: "28%", barMaxWidth: 56 }),
  };
  return { height, option };
}

/** What stands at the ends of bars may be no wider than there is room from one to the next. */
function toFitting(bars: Bars, size: Size, left: number): Size {
  const slot = (size.width - left - 12) / Math.max(1, bars.names.length);
  const columns = Math.max(1, ...(bars.ends ?? []).map(toColumns));
  return { ...size, fontSize: Math.min(size.fontSize, Math.floor(slot / (columns * 0.6))) };
}

/** Room for the widest of these texts. */
export function toWidth(texts: readonly string[], { fontSize }: Size): number {
  return Math.ceil(Math.max(0, ...texts.map(toColumns)) * fontSize * 0.6);
}

function toLabel({ fontSize }: Size): Readonly<Record<string, unknown>> {
  return { color: "var(--ink-soft)", fontSize };
}

function toNameAxis(names: readonly string[], size: Size): Readonly<Record<string, unknown>> {
  return {
    type: "category",
    data: names,
    axisLine: { show: true, onZero: true, lineStyle: { color: "var(--line-strong)" } },
    axisTick: { show: false },
    axisLabel: toLabel(size),
    splitLine: { show: false },
  };
}

function toValueAxis({ formatValue }: Bars, size: Size): Readonly<Record<string, unknown>> {
  const formatter = (value: number): string => (formatValue ?? formatCount)(Math.abs(value));
  return {
    type: "value",
    minInterval: 1,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...toLabel(size), formatter, hideOverlap: true },
    splitLine: { show: true, ...line },
  };
}

function toSeries(bars: Bars, size: Size, end: string, widths: object): readonly object[] {
  const plain = { type: "bar", stack: "all", silent: true, clip: false, emphasis: { disabled: true } };
  const drawn = bars.series.map(({ color, values }) => ({
    ...plain,
    ...widths,
    // A seam between neighbours: where colours look alike, it still shows where one ends.
    itemStyle: { color: `var(--c${color})`, borderColor: "var(--paper)", borderWidth: 0.75 },
    data: values.map((value) => (value === 0 ? "-" : value)),
  }));
  if (bars.ends === undefined || size.fontSize < endSizeMin) return drawn;
  const { ends } = bars;
  const label = {
    show: true,
    position: end,
    distance: 6,
    color: "var(--ink)",
    fontSize: size.fontSize,
    formatter: ({ dataIndex }: { readonly dataIndex: number }) => ends[dataIndex] ?? "",
  };
  // Nothing is stacked on top of everything: its label stands at the end of the bar.
  const top = { ...plain, ...widths, itemStyle: { color: "none" }, label, data: bars.names.map(() => 0) };
  return [...drawn, top];
}
