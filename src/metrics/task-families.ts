import type { JobFacts, TaskEnd } from "./facts.ts";
import { type Family, toCounters, toGauges, toSeconds } from "./family.ts";

/** The label is `task`, since `job` and `instance` are names that Prometheus gives by itself. */
export function toTaskFamilies(jobs: readonly JobFacts[], ends: readonly TaskEnd[]): readonly Family[] {
  return [...toLastFamilies(jobs, ends), ...toJobFamilies(jobs)];
}

type Last = {
  readonly labels: { readonly task: string };
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly exitCode: number | null;
};

function toLastFamilies(jobs: readonly JobFacts[], ends: readonly TaskEnd[]): readonly Family[] {
  const scheduled = new Set(jobs.map(({ name }) => name));
  const lasts: readonly Last[] = [
    ...jobs.map(({ name, startedAtMs, endedAtMs, lastExitCode: exitCode }) => ({
      labels: { task: name },
      startedAtMs,
      endedAtMs,
      exitCode,
    })),
    ...ends
      .filter(({ task }) => !scheduled.has(task))
      .map(({ task, ...end }) => ({ labels: { task }, ...end })),
  ];
  return [
    toGauges(
      "task_last_start_timestamp_seconds",
      "When a task was started last.",
      lasts.map(({ labels, startedAtMs }) => ({ labels, value: toSeconds(startedAtMs) })),
    ),
    toGauges(
      "task_last_end_timestamp_seconds",
      "When a task ended last.",
      lasts.map(({ labels, endedAtMs }) => ({ labels, value: toSeconds(endedAtMs) })),
    ),
    toGauges(
      "task_last_exit_code",
      "The exit code a task ended with last; none where a signal ended it.",
      lasts.map(({ labels, exitCode }) => ({ labels, value: exitCode })),
    ),
    toGauges(
      "task_last_run_failed",
      "1 where a task ended last with exit code 1 to 4, or by a signal; held and incomplete are no failures.",
      lasts.map(({ labels, endedAtMs, exitCode }) => ({
        labels,
        value: endedAtMs === null ? null : Number(isFailure(exitCode)),
      })),
    ),
  ];
}

/** 5: another run was under way; 6: held for a person; 7: done, with something for a person to look at. */
function isFailure(exitCode: number | null): boolean {
  return exitCode === null || ![0, 5, 6, 7].includes(exitCode);
}

function toJobFamilies(jobs: readonly JobFacts[]): readonly Family[] {
  const ofEach = (toValue: (job: JobFacts) => number | null) =>
    jobs.map((job) => ({ labels: { task: job.name }, value: toValue(job) }));
  const countsOf = (toValue: (job: JobFacts) => number) =>
    jobs.map((job) => ({ labels: { task: job.name }, value: toValue(job) }));
  return [
    toGauges(
      "task_next_run_timestamp_seconds",
      "When a scheduled task is due next.",
      ofEach(({ nextRunAtMs }) => toSeconds(nextRunAtMs)),
    ),
    toGauges(
      "task_running",
      "1 while a scheduled task is running.",
      ofEach(({ isRunning }) => Number(isRunning)),
    ),
    toCounters(
      "task_ends",
      "How often a scheduled task ended, by exit code or signal, since this process started.",
      jobs.flatMap(({ name, endCounts }) =>
        Object.entries(endCounts).map(([outcome, value]) => ({ labels: { task: name, outcome }, value })),
      ),
    ),
    toCounters(
      "task_skipped",
      "Slots of a scheduled task that were skipped, since this process started.",
      countsOf(({ skippedCount }) => skippedCount),
    ),
    toCounters(
      "task_made_up",
      "Missed slots of a scheduled task that were made up for, since this process started.",
      countsOf(({ madeUpCount }) => madeUpCount),
    ),
    toCounters(
      "task_deadline_exceeded",
      "Runs of a scheduled task that were ended because they took too long, since this process started.",
      countsOf(({ deadlineCount }) => deadlineCount),
    ),
  ];
}
