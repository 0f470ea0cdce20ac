import type { RemapCount } from "../reader/index.ts";
import type { RunReport } from "../sync/index.ts";
import { describeChange, nameSubject } from "./change-words.ts";
import { toTable } from "./formats.ts";
import { neutralise } from "./neutralise.ts";

/** One day of the demo, counted. */
export type DemoDay = {
  readonly day: string;
  readonly meters: number;
  readonly new: number;
  readonly status_changes: number;
  readonly remaps_announced: number;
  readonly remaps_revised: number;
  readonly unassigned: number;
  readonly group_updates: number;
  readonly is_baseline: boolean;
};

export type DemoStory = {
  readonly database: string;
  readonly events: string;
  readonly days: readonly DemoDay[];
  /** Change events to be told in words. */
  readonly examples: readonly unknown[];
  readonly groupNames: ReadonlyMap<string, string>;
  readonly meterId: string | null;
  readonly lastTradeDate: string | null;
};

export function toDemoDay(day: string, report: RunReport, remaps: readonly RemapCount[]): DemoDay {
  const changes = (type: string): number => report.changes[type] ?? 0;
  const sum = (isCounted: (remap: RemapCount) => boolean): number =>
    remaps.filter(isCounted).reduce((total, { count }) => total + count, 0);
  return {
    day,
    meters: report.meters.returned,
    new: changes("meter.created"),
    status_changes:
      changes("meter.enrollment.global-status.updated") + changes("meter.enrollment.program-status.updated"),
    remaps_announced: sum(({ kind, basis }) => kind !== "unassigned" && basis === "announced"),
    remaps_revised: sum(({ kind, basis }) => kind !== "unassigned" && basis === "revised"),
    unassigned: sum(({ kind }) => kind === "unassigned"),
    group_updates: changes("meter.enrollment.group.updated"),
    is_baseline: report.is_baseline,
  };
}

/** The whole demo for someone who sees it for the first time. */
export function toSummary(story: DemoStory, program: string): string {
  return [toDays(story), toExamples(story), toExplanation(), toWhereNext(story, program)].join("\n");
}

function toDays({ days }: DemoStory): string {
  const rows = days.map(({ is_baseline: isBaseline, ...day }) => ({
    ...day,
    note: isBaseline ? "the baseline: nothing to compare with yet" : "",
  }));
  const columns = [...Object.keys(days[0] ?? {}).filter((column) => column !== "is_baseline"), "note"];
  return `\nWhat changed each day\n${toTable(columns, rows)}`;
}

function toExamples({ examples, groupNames }: DemoStory): string {
  if (examples.length === 0) return "";
  const lines = examples.map((event) => {
    const day = String((event as { readonly time?: unknown }).time ?? "").slice(0, 10);
    return `  ${day}  ${neutralise(`${nameSubject(event)}: ${describeChange(event, groupNames)}`)}\n`;
  });
  return `Some of the changes, in words\n${lines.join("")}`;
}

function toExplanation(): string {
  return `What the columns say
  remaps announced  a meter changes its market group on a trade date not published before: time to prepare
  remaps revised    the group of a trade date already published has changed: act at once
  unassigned        a meter is left without a group
  group updates     a group's members differ; the event says who came and who left, with a digest to check
`;
}

function toWhereNext({ database, events, meterId, lastTradeDate, days }: DemoStory, program: string): string {
  const lastDay = days.at(-1)?.day;
  const onDate = lastTradeDate === null ? "" : ` --trade-date ${lastTradeDate}`;
  const commands = [
    `${program} groups --database ${database}${onDate}`,
    ...(meterId === null ? [] : [`${program} meter ${meterId} --database ${database}`]),
    `${program} events --database ${database} --type meter.group.remapped --format table`,
    `${program} meters --database ${database} --action-required`,
    `${program} status --database ${database} --now ${lastDay}T07:00:00Z`,
    `${program} report --database ${database} --now ${lastDay}T07:00:00Z --out report.html`,
    `tail -n 3 ${events}`,
  ];
  return `Where to look next\n${commands.map((command) => `  ${command}\n`).join("")}`;
}
