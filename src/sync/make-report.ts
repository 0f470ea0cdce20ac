import { exitCode } from "../failure/index.ts";
import { formatInstant } from "../time/index.ts";
import type { Run, Sweep, SyncOptions, Verdicts } from "./context.ts";
import type { Plan } from "./plan.ts";
import type { RunReport } from "./report.ts";

type Ending = Verdicts & {
  readonly status: "published" | "held";
  readonly plan: Plan;
  readonly finishedAtMs: number;
  readonly publishedAtMs: number | null;
  readonly changes: Readonly<Record<string, number>>;
};

/** What a run that came to its end did. */
export function toReport(options: SyncOptions, run: Run, sweep: Sweep, ending: Ending): RunReport {
  const { plan, certificate } = ending;
  const { observations } = sweep;
  const returned = sweep.seen.count();
  const isIncomplete = observations.rejected + observations.unreadable > 0;
  const code = ending.status === "held" ? exitCode.held : isIncomplete ? exitCode.incomplete : exitCode.done;
  const isPublished = ending.publishedAtMs !== null && !options.isDryRun;
  return {
    run_id: run.runId,
    mode: "sweep",
    status: options.isDryRun && ending.status === "published" ? "planned" : ending.status,
    exit_code: code,
    is_dry_run: options.isDryRun,
    is_rehearsal: options.isRehearsal,
    is_baseline: run.stream.publication === 0 && ending.publishedAtMs !== null,
    is_certified: certificate.isCertified,
    api_version: run.apiVersion,
    account: run.account,
    started_at: formatInstant(run.startedAtMs),
    finished_at: formatInstant(ending.finishedAtMs),
    published_at: isPublished ? formatInstant(plan.nowMs) : null,
    checksum: plan.checksum.copy().digest("hex"),
    trips: [...ending.trips],
    error: null,
    warnings: toWarnings(run, sweep, ending),
    windows: { total: sweep.windowsTotal, read: sweep.windowsRead, resumed: run.windowsResumed },
    pages: sweep.pages,
    meters: {
      returned,
      created: plan.created,
      changed: plan.changed,
      unchanged: Math.max(0, returned - plan.created - plan.changed - sweep.unreadable.count()),
      absent: ending.absent,
      rejected: observations.rejected,
      unreadable: observations.unreadable,
      repeated: observations.repeated,
    },
    changes: ending.changes,
    horizons: toHorizons(plan),
    drift: observations.drift,
    cursor: sweep.cursorMs === null ? null : formatInstant(sweep.cursorMs),
  };
}

function toHorizons({ horizons }: Plan): Record<string, { first: string; last: string }> {
  return Object.fromEntries(
    [...horizons].flatMap(([region, { range }]) => (range === null ? [] : [[region, range]])),
  );
}

/** The day Leap announced as v1's last. */
const v1EndsAt = "2026-10-31";

function toWarnings(run: Run, sweep: Sweep, { certificate, absent }: Verdicts): string[] {
  const warnings: string[] = [];
  if (run.apiVersion === "v1") {
    warnings.push(
      `Search Meters v1 is past its announced end (${v1EndsAt}); set LEAP_API_VERSION=v2 when you can`,
    );
  }
  if (run.stream.publication === 0 && sweep.seen.count() === 0) {
    warnings.push("Leap returned no meter; the snapshot begins with the first sweep that returns one");
  }
  for (const reason of certificate.reasons) warnings.push(`the sweep is not certified: ${reason}`);
  if (absent > 0) warnings.push(`${absent} known meters were not returned; they stay as they are`);
  return warnings;
}
