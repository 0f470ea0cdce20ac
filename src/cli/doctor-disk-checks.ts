import { accessSync, constants, existsSync, realpathSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import {
  acquireLock,
  type Database,
  type FileSystemOptions,
  findNetworkFileSystem,
  openDatabaseReadOnly,
  toDatabaseFailure,
  toLockPath,
  toNetworkRefusal,
} from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { loadInfo, toReader } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { formatAge } from "./durations.ts";
import { type Finding, fail, ok, toFinding, warn } from "./finding.ts";
import { loadStreamLook } from "./stream-mark.ts";
import { toNetworkWarning } from "./writing.ts";

const freeBytesWanted = 256 * 1024 * 1024;
const clockBehindMaxMs = 3_600_000;

/** The folder of the database, or the nearest above it that is there: the first run makes the rest. */
export function checkFolder(databasePath: string, options: FileSystemOptions = {}): Finding {
  // Where a link stands for the file, what is beside the file itself counts.
  const wanted = dirname(existsSync(databasePath) ? realpathSync(databasePath) : databasePath);
  let folder = wanted;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const check = "folder";
  if (!statSync(folder).isDirectory()) {
    return fail(check, `${folder} is a file and no folder: set METER_SYNC_DATABASE to another place`, 2);
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return fail(check, `${folder} cannot be written: check its owner and mode`, 3);
  }
  const network = findNetworkFileSystem(databasePath);
  if (network !== null) {
    if (options.allowsNetworkFileSystem !== true)
      return fail(check, toNetworkRefusal(databasePath, network), 2);
    return warn(check, toNetworkWarning(network));
  }
  const { bavail, bsize } = statfsSync(folder);
  const freeMegabytes = Math.floor((bavail * bsize) / 1024 / 1024);
  if (bavail * bsize < freeBytesWanted)
    return warn(check, `${folder}: only ${freeMegabytes} MB are free: make room`);
  return ok(
    check,
    `${wanted}${folder === wanted ? "" : " (made by the first run)"}, ${freeMegabytes} MB free`,
  );
}

export function checkDatabase(
  path: string,
  nowMs: number,
  options: FileSystemOptions = {},
): readonly Finding[] {
  if (!existsSync(path))
    return [ok("database", `${path} is not there yet: the first \`meter-sync sync\` makes it`)];
  try {
    const database = openDatabaseReadOnly(path, options);
    try {
      const publishedAt = loadInfo(toReader(database))?.published_at ?? null;
      const mode = checkMode(path, publishedAt);
      return [mode, ...checkPublication(publishedAt, nowMs), checkStream(database)];
    } finally {
      database.close();
    }
  } catch (error) {
    return [toFinding("database", toDatabaseFailure(error, `cannot look at ${path}`))];
  }
}

/** Whether the file is the one whose events were told, or a copy that was put in its place. */
function checkStream(database: Database): Finding {
  const check = "stream";
  try {
    const look = loadStreamLook(database);
    if (look === null) return ok(check, "nothing was told yet");
    const { stream, told, verdict } = look;
    if (verdict.kind === "copy") {
      return warn(
        check,
        `another file stands in the database's place: ${verdict.because}. The next run gives it a new ` +
          "stream id and discards a plan that is held back; consumers see another streamid and start again " +
          "from the snapshot (docs/consuming.md). Not meant so? Put the right file back before that run",
      );
    }
    const place = told === null ? "nothing was delivered yet" : `told up to sequence ${told.sequence}`;
    return ok(check, `${stream.streamId}, ${place}`);
  } catch (error) {
    return toFinding(check, error);
  }
}

/** Taken for a moment, and only where its file is there already: looking leaves nothing behind. */
export function checkLock(databasePath: string): Finding {
  const path = toLockPath(databasePath, "lock");
  if (!existsSync(path)) return ok("lock", "free");
  try {
    acquireLock(path, "a run is under way", { allowsNetworkFileSystem: true }).release();
    return ok("lock", "free");
  } catch (error) {
    if (error instanceof Failure && error.kind === "locked") return warn("lock", error.message);
    return toFinding("lock", error);
  }
}

function checkMode(path: string, publishedAt: string | null): Finding {
  const state = publishedAt === null ? "nothing published yet" : `last published at ${publishedAt}`;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return ok("database", `${path}, schema up to date, ${state}`);
  return warn(
    "database",
    `${path} can be read by others (mode ${mode.toString(8)}): \`chmod 600\` it unless wanted`,
  );
}

function checkPublication(publishedAt: string | null, nowMs: number): readonly Finding[] {
  const behindMs = (parseInstant(publishedAt ?? "") ?? Number.NEGATIVE_INFINITY) - nowMs;
  if (behindMs <= clockBehindMaxMs) return [];
  const message = `the last publication lies ${formatAge(behindMs)} in the future: set this machine's clock`;
  return [fail("clock", message, 3)];
}
