import type { Config } from "../config/index.ts";
import type { Database } from "../database/index.ts";
import { type Forgotten, forgetSink } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import { loadSinkNames, toReader } from "../reader/index.ts";
import { withDeliverySession } from "./delivery-session.ts";
import { printRecord } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { toIsWanted } from "./overdue.ts";
import { count } from "./report-lines.ts";
import { acquireRunLock } from "./run-lock.ts";
import { toSinkName } from "./sink-rows.ts";

export type ForgetCommandOptions = { readonly yes?: boolean };

/** The command `forget`: a sink that is not configured any more, and all that waits for it, is given up. */
export async function runForget(
  invocation: Invocation,
  { yes = false }: ForgetCommandOptions,
  [asked = ""]: readonly string[],
): Promise<number> {
  const config = await invocation.loadConfig();
  return withDeliverySession(invocation, config, { isPatient: true }, async ({ database }) => {
    const name = toSinkName(asked, loadSinkNames(toReader(database)));
    if (config.sinks.some((sink) => sink.name === name)) {
      throw new Failure(
        "usage",
        `${name} is among METER_SYNC_SINKS: take it out there first, or the next run would have it back`,
      );
    }
    const { isForgotten, undelivered, setAside, remaps } = forgetBetweenRuns(database, config, name, yes);
    const lost = `${count(undelivered, "event")} still to get and ${count(setAside, "dead letter")}`;
    if (!isForgotten) {
      throw new Failure(
        "usage",
        `${name} has ${lost}: nothing was changed; configure it again to deliver them, or give --yes to ` +
          "lose them",
      );
    }
    const record = { sink: name, is_forgotten: true, undelivered, set_aside: setAside, remaps };
    const { output, format } = invocation;
    if (format === "table") {
      const open = remaps === 0 ? "" : `; ${count(remaps, "remap")} nobody else was to act on`;
      await output.write(`${name} is forgotten, with ${lost}${open}\n`);
    } else await printRecord(output, format, record);
    return 0;
  });
}

/** A run that has begun with the sink delivers to it at its end: it must find it. */
function forgetBetweenRuns(database: Database, config: Config, name: string, mayLose: boolean): Forgotten {
  const lock = acquireRunLock(config, "a run is under way that may still have the sink");
  try {
    const { acknowledgedBy } = config;
    return forgetSink(database, name, { mayLose, acknowledgedBy, isWanted: toIsWanted(config) });
  } finally {
    lock.release();
  }
}
