import type { Command } from "commander";
import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import { printRecord } from "./formats.ts";
import { type Act, assertRehearsable, type Invocation } from "./invocation.ts";
import { toDeliveryLines } from "./report-lines.ts";
import { openStop } from "./stop.ts";

const stopped = "stopped; what is not delivered yet is delivered by the next run";

export function addDeliverCommand(program: Command, act: Act): void {
  program
    .command("deliver")
    .description("Only deliver what is due; reads nothing from Leap")
    .addHelpText("after", examples)
    .action(act(deliver));
}

const examples = `
Examples:
  METER_SYNC_SINKS=file:/var/spool/meter-sync/events.ndjson meter-sync deliver
  METER_SYNC_SINKS=stdout meter-sync deliver | consumer`;

async function deliver(invocation: Invocation): Promise<number> {
  const config = await invocation.loadConfig();
  assertRehearsable(config, invocation.nowMs);
  if (config.sinks.length === 0) {
    throw new Failure(
      "usage",
      "nowhere to deliver to: set METER_SYNC_SINKS, for example to file:./events.ndjson",
    );
  }
  const { openDatabase, openDatabaseReadOnly } = await import("../database/index.ts");
  // Only a look: it refuses what is missing, older or not ours, where opening for writing would make or
  // migrate it.
  openDatabaseReadOnly(config.databasePath).close();
  const { acquireDeliveryLock } = await import("./delivering.ts");
  const stop = openStop(stopped);
  const lock = acquireDeliveryLock(config);
  try {
    const database = openDatabase(config.databasePath);
    try {
      return await deliverTo(invocation, config, database, stop.signal);
    } finally {
      database.close();
    }
  } finally {
    lock.release();
    stop.close();
  }
}

async function deliverTo(
  invocation: Invocation,
  config: Config,
  database: import("../database/index.ts").Database,
  signal: AbortSignal,
): Promise<number> {
  const { deliverDue, openSinks, registerSinks } = await import("../delivery/index.ts");
  const logger = await invocation.openLogger();
  const sinks = openSinks(config.sinks, invocation.surroundings);
  try {
    registerSinks(database, sinks, invocation.clock.now());
    const report = await deliverDue(database, sinks, { signal, clock: invocation.clock });
    for (const { sink, message } of report.failures) logger.error({ sink }, message);
    const { output, format } = invocation;
    if (config.sinks.some((sink) => sink.kind === "stdout"))
      logger.info({ delivery: report }, "delivery report");
    else if (format === "table") await output.write(toDeliveryLines(report).trimStart());
    else await printRecord(output, format, report);
    if (signal.aborted) throw signal.reason;
    return report.failures.length > 0 ? 3 : 0;
  } finally {
    for (const sink of sinks) sink.close();
  }
}
