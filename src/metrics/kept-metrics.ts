import type { PortfolioCounts, TaskEnd } from "./facts.ts";

/** What one text says that the next one may need: neither is in the database, or it takes long to count. */
export type KeptMetrics = {
  readonly ends: readonly TaskEnd[];
  /** Of which publication the counts are. */
  readonly publication: { readonly count: number; readonly atMs: number } | null;
  readonly portfolio: PortfolioCounts | null;
};

const portfolioNames: Readonly<Record<keyof PortfolioCounts, string>> = {
  meters: "meters",
  dispatchable: "dispatchable_meters",
  actionRequired: "action_required_meters",
  archived: "archived_meters",
  missing: "missing_meters",
};

/** Reads a text of ours again. What is not there, or not readable, is just not known. */
export function parseKeptMetrics(text: string): KeptMetrics {
  const plain = new Map<string, number>();
  const tasks = new Map<string, Map<string, number>>();
  for (const [, name = "", task, value = ""] of text.matchAll(
    /^meter_sync_(\w+)(?:\{task="(\w+)"\})? (\d+(?:\.\d+)?)$/gm,
  )) {
    if (task === undefined) plain.set(name, Number(value));
    else tasks.set(task, (tasks.get(task) ?? new Map()).set(name, Number(value)));
  }
  const count = plain.get("publications_total");
  const at = plain.get("last_publication_timestamp_seconds");
  return {
    ends: [...tasks].flatMap(([task, samples]) => toEnd(task, samples)),
    publication: count === undefined || at === undefined ? null : { count, atMs: toMs(at) },
    portfolio: toPortfolio(plain),
  };
}

function toEnd(task: string, samples: ReadonlyMap<string, number>): readonly TaskEnd[] {
  const started = samples.get("task_last_start_timestamp_seconds");
  const ended = samples.get("task_last_end_timestamp_seconds");
  const exitCode = samples.get("task_last_exit_code");
  if (started === undefined || ended === undefined || exitCode === undefined) return [];
  return [{ task, startedAtMs: toMs(started), endedAtMs: toMs(ended), exitCode }];
}

function toPortfolio(plain: ReadonlyMap<string, number>): PortfolioCounts | null {
  const entries = Object.entries(portfolioNames).map(([name, metric]) => [name, plain.get(metric)]);
  if (entries.some(([, value]) => value === undefined)) return null;
  return Object.fromEntries(entries) as PortfolioCounts;
}

function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}
