import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import type { Config } from "../config/index.ts";
import { findTextObstacle } from "../database/index.ts";
import { toAddress, tryConnection } from "./doctor-connection.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { ours } from "./report-mark.ts";

/** Who notices that a run did not come, or did not go well. None of it can fail a run. */
export async function checkNotices(config: Config): Promise<readonly Finding[]> {
  return [
    await checkHeartbeat(config),
    checkMetrics(config.metricsPath),
    ...checkReport(config.reportPath),
    await checkListen(config),
  ];
}

/** A ping would look like a run: only the way there is tried. The URLs are secrets (I9). */
async function checkHeartbeat({ heartbeat, metricsPath }: Config): Promise<Finding> {
  const check = "heartbeat";
  const urls = [
    { name: "METER_SYNC_HEARTBEAT_URL", url: heartbeat.sync },
    { name: "METER_SYNC_DELIVER_HEARTBEAT_URL", url: heartbeat.deliver },
  ].flatMap(({ name, url }) => (url === null ? [] : [{ name, ...toAddress(url) }]));
  if (urls.length === 0) {
    if (metricsPath !== null) return ok(check, "off; the metrics file tells how runs went");
    return warn(
      check,
      "nobody is told when a run does not come: set METER_SYNC_HEARTBEAT_URL or METER_SYNC_METRICS_FILE, " +
        "or watch the metrics of `schedule`",
    );
  }
  const tried = await Promise.all(
    urls.map(async ({ name, host, port }) => ({ name, reason: await tryConnection(host, port) })),
  );
  const silent = tried.filter(({ reason }) => reason !== null);
  if (silent.length === 0) return ok(check, `${urls.map(({ name }) => name).join(", ")}: can be reached`);
  const words = silent.map(({ name, reason }) => `${name} (${reason})`).join(", ");
  return warn(check, `cannot be reached: ${words}; runs go on without, open the way there`);
}

function checkMetrics(path: string | null): Finding {
  const check = "metrics file";
  if (path === null) return ok(check, "off");
  const problem = findFolderProblem(dirname(path));
  if (problem === null) return ok(check, path);
  return warn(check, `${path} cannot be written: ${problem}; runs go on without`);
}

/** A run that cannot write it says so, and ends with 3. */
export function checkReport(path: string | null): readonly Finding[] {
  const check = "report";
  if (path === null) return [];
  const problem = findFolderProblem(dirname(path));
  if (problem !== null) return [fail(check, `${path} cannot be written: ${problem}`, 3)];
  const obstacle = findTextObstacle(path, ours);
  if (obstacle === null) return [ok(check, path)];
  return [fail(check, `${obstacle}: move it away, or set METER_SYNC_REPORT to another file`, 2)];
}

/** Why no file can be made in a folder, and what to do; `null` where one can. */
export function findFolderProblem(folder: string): string | null {
  if (!existsSync(folder)) return `${folder} is not there: make it`;
  if (!statSync(folder).isDirectory()) return `${folder} is a file and no folder: name another place`;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch {
    return `${folder} is not ours to write: check its owner and mode`;
  }
}

/** The port itself is not taken, not even for a moment: a `schedule` may just be starting on it. */
async function checkListen({ listen: { host, port } }: Config): Promise<Finding> {
  const check = "listen";
  const shown = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (port !== 0 && (await tryConnection(host, port)) === null) {
    return ok(check, `${shown} is in use: by \`schedule\`, if it runs here`);
  }
  const reason = await tryListening(host);
  if (reason === null) return ok(check, `${shown} is free for \`schedule\``);
  return warn(check, `\`schedule\` could not listen on ${shown} (${reason}): change METER_SYNC_LISTEN`);
}

function tryListening(host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port: 0 }, () => server.close(() => resolve(null)));
  });
}
