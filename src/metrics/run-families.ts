import type { DatabaseFacts, EndedRun } from "./facts.ts";
import { type Family, toGauges, toSeconds } from "./family.ts";

const statuses: readonly string[] = ["published", "held", "superseded", "discarded", "failed"];

/** The last run of each mode that ended, and those that did not end yet. */
export function toRunFamilies(database: DatabaseFacts, changeTypes: readonly string[]): readonly Family[] {
  const { endedRuns: runs, unfinishedRuns } = database;
  return [
    toGauges(
      "unfinished_run_start_timestamp_seconds",
      "When the latest run began that has not ended: it is under way, or was broken off without a word.",
      unfinishedRuns.map(({ mode, startedAtMs }) => ({ labels: { mode }, value: toSeconds(startedAtMs) })),
    ),
    ...toOutcomeFamilies(runs),
    ...toCountFamilies(runs, changeTypes),
    ...toReadingFamilies(runs),
  ];
}

function ofEach(runs: readonly EndedRun[], toValue: (run: EndedRun) => number | null) {
  return runs.map((run) => ({ labels: { mode: run.mode }, value: toValue(run) }));
}

function ofEntries(
  runs: readonly EndedRun[],
  label: string,
  toEntries: (run: EndedRun) => Readonly<Record<string, number>>,
) {
  return runs.flatMap((run) =>
    Object.entries(toEntries(run)).map(([name, value]) => ({
      labels: { mode: run.mode, [label]: name },
      value,
    })),
  );
}

function toOutcomeFamilies(runs: readonly EndedRun[]): readonly Family[] {
  return [
    toGauges(
      "last_run_start_timestamp_seconds",
      "When the last run that ended had begun.",
      ofEach(runs, ({ startedAtMs }) => toSeconds(startedAtMs)),
    ),
    toGauges(
      "last_run_end_timestamp_seconds",
      "When the last run that ended did so.",
      ofEach(runs, ({ finishedAtMs }) => toSeconds(finishedAtMs)),
    ),
    toGauges(
      "last_run_duration_seconds",
      "How long the last run that ended took.",
      ofEach(runs, ({ startedAtMs, finishedAtMs }) =>
        finishedAtMs === null ? null : toSeconds(finishedAtMs - startedAtMs),
      ),
    ),
    toGauges(
      "last_run_exit_code",
      "Exit code of the last run itself, without what came of delivering after it.",
      ofEach(runs, ({ exitCode }) => exitCode),
    ),
    toGauges(
      "last_run_status",
      "1 for what became of the last run that ended, 0 for what did not.",
      ofEntries(runs, "status", ({ status }) =>
        Object.fromEntries(statuses.map((name) => [name, Number(name === status)])),
      ),
    ),
    toGauges(
      "last_run_certified",
      "1 where the last sweep proved to be complete.",
      ofEach(runs, ({ mode, isCertified }) => (mode === "sweep" ? Number(isCertified) : null)),
    ),
  ];
}

function toCountFamilies(runs: readonly EndedRun[], changeTypes: readonly string[]): readonly Family[] {
  const zeros = Object.fromEntries(changeTypes.map((type) => [type, 0]));
  return [
    toGauges(
      "last_run_meters",
      "Meters of the last run that ended, by what was found; one may count more than once.",
      ofEntries(runs, "outcome", ({ meters }) => meters),
    ),
    toGauges(
      "last_run_absent_meters",
      "Known meters that the last run did not get, by what became of them.",
      ofEntries(runs, "outcome", ({ absence }) => absence),
    ),
    toGauges(
      "last_run_changes",
      "Change events of the last run that ended, by type; planned only, where it was not published.",
      ofEntries(runs, "type", ({ changes }) => (changes === null ? {} : { ...zeros, ...changes })),
    ),
  ];
}

function toReadingFamilies(runs: readonly EndedRun[]): readonly Family[] {
  const traffic = (name: keyof NonNullable<EndedRun["traffic"]>) =>
    ofEach(runs, (run) => run.traffic?.[name] ?? null);
  return [
    toGauges(
      "last_run_windows",
      "Windows the last run read or took over.",
      ofEach(runs, ({ windows }) => windows),
    ),
    toGauges(
      "last_run_pages",
      "Pages the last run read.",
      ofEach(runs, ({ pages }) => pages),
    ),
    toGauges("last_run_requests", "Requests the last run sent to Leap.", traffic("requests")),
    toGauges("last_run_retries", "Requests of the last run that were sent again.", traffic("retries")),
    toGauges("last_run_throttled", "How often Leap asked the last run to slow down.", traffic("throttled")),
    toGauges("last_run_received_bytes", "Bytes the last run received from Leap.", traffic("bytes")),
  ];
}
