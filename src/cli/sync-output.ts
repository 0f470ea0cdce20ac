import type { Config } from "../config/index.ts";
import type { Database } from "../database/index.ts";
import type { DeliveryReport } from "../delivery/index.ts";
import type { Logger } from "../log/index.ts";
import { loadPlannedEvents, loadRunEvents, toReader } from "../reader/index.ts";
import type { RunReport } from "../sync/index.ts";
import { printRecord } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { toChangeLines, toDeliveryLines, toNextLines, toReportLines } from "./report-lines.ts";

const changeCountMax = 20;

export type SyncResult = {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly report: RunReport;
  readonly delivery: DeliveryReport | null;
};

/** Prints what a run did; with the stdout sink on, stdout carries change events only. */
export async function printSync(invocation: Invocation, result: SyncResult): Promise<void> {
  const { config, logger, report, delivery } = result;
  const { output, format } = invocation;
  if (config.sinks.some((sink) => sink.kind === "stdout")) {
    logger.info({ report, delivery }, "run report");
    return;
  }
  const changes = config.sinks.length === 0 || report.is_dry_run ? loadFirstChanges(result) : null;
  if (format !== "table") {
    await printRecord(output, format, {
      ...report,
      delivery,
      ...(changes === null ? {} : { first_changes: changes }),
    });
    return;
  }
  await output.write(toReportLines(report));
  if (changes !== null)
    await output.write(toChangeLines(`The first ${changeCountMax} changes at most`, changes));
  if (delivery !== null) await output.write(toDeliveryLines(delivery));
  await output.write(toNextLines(report));
}

/** As published; where nothing was, as planned. */
function loadFirstChanges({ database, report }: SyncResult): readonly unknown[] {
  const reader = toReader(database);
  const told = [...loadRunEvents(reader, report.run_id, changeCountMax)].map((row) => row.event);
  const texts = told.length > 0 ? told : loadPlannedEvents(reader, report.run_id, changeCountMax);
  return texts.map((text) => JSON.parse(text) as unknown);
}
