import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config, SinkConfig } from "../config/index.ts";
import { toAddress, tryConnection } from "./doctor-connection.ts";
import { findFolderProblem } from "./doctor-notice-checks.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import type { SinkRow } from "./sink-rows.ts";

/** Whether each sink could take events now. Nothing is sent to it, and nothing written. */
export async function checkSinks({ sinks }: Pick<Config, "sinks">): Promise<readonly Finding[]> {
  if (sinks.length === 0)
    return [ok("sinks", "none: events stay in the database, set METER_SYNC_SINKS to have them told")];
  return Promise.all(sinks.map((sink) => checkSink(sink)));
}

async function checkSink(sink: SinkConfig): Promise<Finding> {
  const check = sink.name;
  if (sink.kind === "stdout") return ok(check, "what a run writes; events are all it writes there");
  if (sink.kind === "file") {
    const problem = findFileProblem(sink.path);
    if (problem === null) return ok(check, "can be written");
    return fail(check, `${problem}; or change METER_SYNC_SINKS`, 3);
  }
  const { host, port } = toAddress(sink.url);
  const reason = await tryConnection(host, port);
  const place = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (reason === null)
    return ok(check, `${place} takes connections (whether it takes events, a delivery says)`);
  return fail(check, `${place} takes no connection (${reason}): start the receiver, or mend its url`, 3);
}

function findFileProblem(path: string): string | null {
  if (!existsSync(path)) {
    // The first delivery makes the folders that are missing.
    let folder = dirname(path);
    while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
    return findFolderProblem(folder);
  }
  if (statSync(path).isDirectory()) return `${path} is a folder: name a file in it`;
  try {
    accessSync(path, constants.W_OK);
    return null;
  } catch {
    return `${path} is not ours to write: check its owner and mode`;
  }
}

/** What the database holds of a sink and somebody should know; nothing of those that are fine. */
export function weighSink(row: SinkRow): readonly Finding[] {
  const { name, state, error } = row;
  const check = name;
  const why = error === null ? "" : `: ${error}`;
  const undelivered = `${row.undelivered} events undelivered`;
  const states: Readonly<Record<SinkRow["state"], readonly Finding[]>> = {
    ok: [],
    new: [],
    not_configured:
      row.set_aside === 0
        ? []
        : [warn(check, "has dead letters and is not in METER_SYNC_SINKS any more: `meter-sync drop` them")],
    disabled: [
      warn(
        check,
        `its receiver said that it is gone, ${undelivered}: \`meter-sync enable ${toShort(name)}\``,
      ),
    ],
    waiting: [
      warn(check, `waits until ${row.retry_at}, ${undelivered}${why}; \`meter-sync enable\` ends that`),
    ],
    failing: [warn(check, `failed ${row.failure_count} times, ${undelivered}${why}`)],
  };
  const full = `${undelivered}, more than METER_SYNC_BACKLOG_MAX: its receiver is too slow, or stands still`;
  return [
    ...states[state],
    ...(row.backlog === "full" ? [warn(check, full)] : []),
    ...(row.set_aside > 0 && row.is_configured
      ? [warn(check, `${row.set_aside} dead letters: \`meter-sync dead-letters\`, then resend or drop them`)]
      : []),
  ];
}

/** `webhook:ems` is `ems` to the commands. */
function toShort(name: string): string {
  return name.replace(/^webhook:/, "");
}
