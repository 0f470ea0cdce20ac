import type { Config } from "../config/index.ts";
import type { Database } from "../database/index.ts";
import { toExitCode } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import {
  loadGroupNames,
  loadPlanChanges,
  loadPlanFacts,
  loadPlannedEvents,
  loadRunEvents,
  type PlanFacts,
  toReader,
} from "../reader/index.ts";
import type { RunReport } from "../sync/index.ts";
import { type DeliveryPass, toPassExit } from "./delivering.ts";
import { toDeliveryLines, toOverdueLines } from "./delivery-lines.ts";
import { tell } from "./ending.ts";
import type { FinishedRun } from "./finish-run.ts";
import { printRecord } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { toPlanReport } from "./plan-lines.ts";
import { toChangeLines, toNextLines, toReportLines } from "./report-lines.ts";

const changeCountMax = 20;
const changesOfEachKind = 3;

export type SyncResult = {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly report: RunReport;
  readonly pass: DeliveryPass;
};

/** Prints what a run did; with the stdout sink on, stdout carries change events only. */
export async function printSync(invocation: Invocation, result: SyncResult): Promise<void> {
  const { config, logger, report } = result;
  const { delivery, acknowledgement } = result.pass;
  const { output, format } = invocation;
  const isStdoutTaken = config.sinks.some((sink) => sink.kind === "stdout");
  if (isStdoutTaken) {
    logger.info({ report, delivery, acknowledgement }, "run report");
    return;
  }
  const changes = showsChanges(result) ? loadFirstChanges(result) : null;
  if (format !== "table") {
    await printRecord(output, format, {
      ...report,
      delivery,
      acknowledgement,
      ...(changes === null ? {} : { first_changes: changes }),
      ...(isPlanned(report) ? { plan: loadFacts(result) } : {}),
    });
    return;
  }
  if (isPlanned(report)) await output.write(toPlanned(result, output.width));
  else {
    await output.write(toReportLines(report));
    if (changes !== null) {
      const names = loadGroupNames(toReader(result.database));
      const title = `The first ${changeCountMax} changes at most`;
      await output.write(toChangeLines(title, changes, names, output.width));
    }
  }
  if (delivery !== null) await output.write(toDeliveryLines(delivery, config.backlogCountMax));
  await output.write(toOverdueLines(acknowledgement));
  await output.write(toNextLines(report));
}

/** The exit code of a run that came to its end. */
export async function toRunExit(
  { surroundings }: Invocation,
  report: RunReport,
  { pass, exportFailure, reportFailure }: FinishedRun,
  isCutShort: boolean,
): Promise<number> {
  if (isCutShort) await tell(surroundings, "stopped; what is not delivered yet is delivered by the next run");
  // The run's own code says more than that a sink has to be tried again, or looked at.
  if (report.exit_code !== 0) return report.exit_code;
  if (isCutShort) return 3;
  const failure = exportFailure ?? reportFailure;
  return toPassExit(pass) || (failure === null ? 0 : toExitCode(failure));
}

/** Whether there is a plan to look at, of which nothing was published. */
function isPlanned({ is_dry_run: isDryRun, status }: RunReport): boolean {
  return isDryRun || status === "held";
}

function toPlanned(result: SyncResult, width?: number): string {
  const { report } = result;
  const reader = toReader(result.database);
  const changes = loadPlanChanges(reader, report.run_id, changesOfEachKind);
  return toPlanReport(report, loadFacts(result), changes, loadGroupNames(reader), width);
}

function loadFacts({ database, report }: SyncResult): PlanFacts {
  return loadPlanFacts(toReader(database), report.run_id, report.is_baseline);
}

/** What no sink gets; of a plan that is held back none does. */
function showsChanges({ config, report }: SyncResult): boolean {
  if (report.status === "discarded") return false;
  return config.sinks.length === 0 || report.is_dry_run || report.status === "held";
}

/** As published; where nothing was, as planned. */
function loadFirstChanges({ database, report }: SyncResult): readonly unknown[] {
  const reader = toReader(database);
  const told = [...loadRunEvents(reader, report.run_id, changeCountMax)].map((row) => row.event);
  const texts = told.length > 0 ? told : loadPlannedEvents(reader, report.run_id, changeCountMax);
  return texts.map((text) => JSON.parse(text) as unknown);
}
