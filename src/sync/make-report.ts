import { exitCode } from "../failure/index.ts";
import type { LeapTraffic } from "../leap/index.ts";
import type { AbsenceCount, GroupShifts } from "../snapshot/index.ts";
import { formatInstant } from "../time/index.ts";
import type { Run, Sweep, SyncOptions } from "./context.ts";
import type { Plan } from "./plan.ts";
import type { RunReport } from "./report.ts";
import type { Verdicts } from "./verdicts.ts";

/** How a run came to its end. */
export type Ending = {
  readonly status: "published" | "held";
  readonly finishedAtMs: number;
  readonly publishedAtMs: number | null;
  readonly checksum: string;
  readonly changes: Readonly<Record<string, number>>;
  readonly absence: AbsenceCount;
  readonly groups: GroupShifts | null;
  readonly traffic: LeapTraffic;
};

/** What a run that came to its end did. */
export function toReport(
  options: SyncOptions,
  run: Run,
  sweep: Sweep,
  plan: Plan,
  verdicts: Verdicts,
  ending: Ending,
): RunReport {
  const { certificate } = verdicts;
  const isPublished = ending.publishedAtMs !== null && !options.isDryRun;
  return {
    run_id: run.runId,
    mode: run.mode,
    reading: run.reading,
    status: options.isDryRun && ending.status === "published" ? "planned" : ending.status,
    exit_code: toExitCode(sweep, verdicts, ending),
    is_dry_run: options.isDryRun,
    is_rehearsal: options.isRehearsal,
    is_baseline: run.stream.publication === 0 && ending.publishedAtMs !== null,
    is_certified: certificate?.is_certified ?? false,
    is_released: false,
    api_version: run.apiVersion,
    account: run.account,
    started_at: formatInstant(run.startedAtMs),
    finished_at: formatInstant(ending.finishedAtMs),
    published_at: isPublished ? formatInstant(plan.nowMs) : null,
    checksum: ending.checksum,
    trips: [...verdicts.trips],
    error: null,
    warnings: toWarnings(run, sweep, verdicts, ending),
    windows: {
      total: sweep.windowsTotal,
      read: sweep.windowsRead,
      resumed: run.windowsResumed,
      split: sweep.windowsSplit,
      restarted: sweep.windowsRestarted,
    },
    pages: sweep.pages,
    meters: toMeterCounts(sweep, plan, ending),
    absence: {
      looked_up: verdicts.lookup.isDone,
      found: ending.absence.found,
      missing: ending.absence.missing,
      ended: ending.absence.ended,
      waiting: ending.absence.waiting,
      gone: ending.absence.ended_before,
    },
    changes: ending.changes,
    horizons: toHorizons(plan),
    certificate: certificate === null ? null : { ...certificate, groups: ending.groups },
    hidden: verdicts.hidden?.isCertain === true ? verdicts.hidden.meterKeys.length : null,
    poll_audit: verdicts.pollAudit,
    drift: sweep.observations.drift,
    traffic: {
      requests: ending.traffic.requestCount,
      retries: ending.traffic.retryCount,
      throttled: ending.traffic.throttledCount,
      bytes: ending.traffic.byteCount,
      concurrency_lowest: ending.traffic.concurrencyLowest,
    },
    cursor: sweep.cursorMs === null ? null : formatInstant(sweep.cursorMs),
  };
}

function toExitCode({ observations }: Sweep, { lookup }: Verdicts, { status }: Ending): number {
  if (status === "held") return exitCode.held;
  const isIncomplete = observations.rejected + observations.unreadable > 0 || lookup.problem !== null;
  return isIncomplete ? exitCode.incomplete : exitCode.done;
}

function toMeterCounts({ returned, observations, unreadable, seen }: Sweep, plan: Plan, ending: Ending) {
  const answered = returned + ending.absence.found;
  return {
    returned,
    created: plan.created,
    changed: plan.changed,
    unchanged: Math.max(0, answered - plan.created - plan.changed - unreadable.count()),
    absent: ending.absence.absent,
    rejected: observations.rejected,
    unreadable: observations.unreadable,
    repeated: seen.repeatedCount(),
    moved: observations.moved,
  };
}

function toHorizons({ horizons }: Plan): Record<string, { first: string; last: string }> {
  return Object.fromEntries(
    [...horizons].flatMap(([region, { range }]) => (range === null ? [] : [[region, range]])),
  );
}

/** The day Leap announced as v1's last. */
const v1EndsAt = "2026-10-31";

function toWarnings(run: Run, sweep: Sweep, verdicts: Verdicts, { absence }: Ending): string[] {
  const { certificate, lookup, hidden, pollAudit } = verdicts;
  const warnings: string[] = [...run.notes];
  if (run.apiVersion === "v1") {
    warnings.push(
      `Search Meters v1 is past its announced end (${v1EndsAt}); set LEAP_API_VERSION=v2 when you can`,
    );
  }
  if (run.stream.publication === 0 && sweep.returned === 0) {
    warnings.push("Leap returned no meter; the snapshot begins with the first sweep that returns one");
  }
  if (sweep.seen.repeatedCount() > sweep.returned) {
    const times = sweep.seen.repeatedCount();
    warnings.push(`meters came ${times} times more than once: Leap may ignore the search by date added`);
  }
  for (const reason of certificate?.reasons ?? []) warnings.push(`the sweep is not certified: ${reason}`);
  const open = lookup.isDone ? 0 : absence.waiting;
  if (open > 0) warnings.push(`${open} known meters were not returned; they stay as they are`);
  if (lookup.problem !== null) warnings.push(`absent meters were not concluded upon: ${lookup.problem}`);
  if (absence.found > 0) warnings.push(`${absence.found} meters were not returned, and found by id`);
  if (hidden?.isCertain === true && hidden.meterKeys.length > 0) {
    const examples = hidden.examples.length === 0 ? "" : `, such as ${hidden.examples.join(", ")}`;
    warnings.push(`a search by date added hides ${hidden.meterKeys.length} meters${examples}`);
  }
  if (pollAudit !== null && pollAudit.missed > 0) {
    warnings.push(`polls missed ${pollAudit.missed} changes (found ${pollAudit.trust_percent} %)`);
  }
  return warnings;
}
