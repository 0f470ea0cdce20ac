import { accessSync, constants, existsSync, realpathSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/index.ts";
import {
  type Database,
  isEmpty,
  loadIntegrity,
  loadJournalMode,
  loadSizes,
  openDatabaseReadOnly,
  toDatabaseFailure,
} from "../database/index.ts";
import { loadExportFace } from "../snapshot/index.ts";
import { formatInstant } from "../time/index.ts";
import { isLogTooLarge, toMegabytes } from "./checkpointing.ts";
import { formatAge } from "./durations.ts";
import { type Finding, fail, ok, toFinding, warn } from "./finding.ts";

/** A poll that changed nothing leaves the export for so long. */
const exportBehindMaxMs = 3_600_000;

type FileConfig = Pick<Config, "allowsNetworkFileSystem" | "exportPath" | "exportsPersonalData">;

/**
 * Whether the file is whole and stays so: its pages, its log, room beside it, the export for readers. Nothing
 * where there is no file yet, or where it cannot be opened, which is a finding of its own.
 */
export function checkFileHealth(databasePath: string, config: FileConfig): readonly Finding[] {
  if (!existsSync(databasePath)) return [];
  try {
    const database = openDatabaseReadOnly(databasePath, { ...config, isOlderFine: true });
    try {
      const integrity = checkIntegrity(database);
      // Nothing that a damaged file says of itself can be relied on.
      if (integrity.outcome === "fail") return [integrity];
      // Where a run was killed as it made the file, or something emptied it: nothing to ask it yet.
      if (isEmpty(database)) return [integrity];
      const isExport = loadExportFace(database).isPersonal !== null;
      const ofDatabase = isExport ? [] : [checkLog(database), checkRoom(databasePath)];
      return [integrity, ...ofDatabase, ...checkExport(database, config)];
    } finally {
      database.close();
    }
  } catch (error) {
    return [toFinding("file", toDatabaseFailure(error, `cannot look at ${databasePath}`))];
  }
}

function checkIntegrity(database: Database): Finding {
  const check = "file";
  const { isWhole, damage } = loadIntegrity(database);
  if (damage === null) {
    const megabytes = toMegabytes(loadSizes(database.path).fileBytes);
    return ok(check, `${megabytes} MB, ${isWhole ? "whole" : "no page is damaged; indexes not compared"}`);
  }
  return fail(
    check,
    `${database.path} is damaged (${damage}): stop what runs on it, keep it aside, and restore a backup ` +
      "(docs/files.md); nothing that it says can be relied on",
    3,
  );
}

function checkLog(database: Database): Finding {
  const check = "log";
  const mode = loadJournalMode(database);
  if (mode !== "wal") {
    return warn(check, `journal mode ${mode}: readers and runs wait for one another until the next run`);
  }
  const sizes = loadSizes(database.path);
  const megabytes = toMegabytes(sizes.logBytes);
  if (!isLogTooLarge(sizes)) return ok(check, `write-ahead log of ${megabytes} MB`);
  return warn(
    check,
    `the write-ahead log has grown to ${megabytes} MB: unless a run is under way, another program keeps ` +
      "reading an old state: end its transaction, and let long readers read the export",
  );
}

/** A backup, a rehearsal and a vacuum each write the file once more. */
function checkRoom(databasePath: string): Finding {
  const { bavail, bsize } = statfsSync(dirname(realpathSync(databasePath)));
  const { fileBytes, logBytes } = loadSizes(databasePath);
  const free = toMegabytes(bavail * bsize);
  const wanted = toMegabytes(fileBytes + logBytes);
  if (free >= wanted) return ok("room", `${free} MB free beside a file of ${wanted} MB`);
  return warn("room", `${free} MB are free beside a file of ${wanted} MB: too little for a copy; make room`);
}

function checkExport(database: Database, { exportPath, exportsPersonalData }: FileConfig): Finding[] {
  const check = "export";
  if (exportPath === null) return [];
  const folder = dirname(exportPath);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return [fail(check, `${folder} is not there or cannot be written: make it, or check owner and mode`, 3)];
  }
  const here = loadExportFace(database);
  if (here.publishedAtMs === null) return [ok(check, `${exportPath} is made by the first publication`)];
  const advice = `\`meter-sync snapshot export ${exportPath}\` writes it`;
  if (statSync(exportPath, { throwIfNoEntry: false })?.isFile() !== true) {
    return [warn(check, `${exportPath} is not there, though something is published: ${advice}`)];
  }
  try {
    const exported = openDatabaseReadOnly(exportPath, { isOlderFine: true });
    try {
      return [toExportFinding(exportPath, loadExportFace(exported), here, exportsPersonalData, advice)];
    } finally {
      exported.close();
    }
  } catch (error) {
    return [toFinding(check, toDatabaseFailure(error, `cannot look at ${exportPath}`))];
  }
}

type Face = ReturnType<typeof loadExportFace>;

function toExportFinding(
  path: string,
  there: Face,
  here: Face,
  isPersonal: boolean,
  advice: string,
): Finding {
  const check = "export";
  if (there.isPersonal === null) {
    return fail(check, `${path} is a database and no export: set METER_SYNC_EXPORT to another file`, 2);
  }
  if (there.streamId !== here.streamId) {
    return warn(check, `${path} is the export of another database: ${advice}`);
  }
  if (there.isPersonal && !isPersonal) {
    return warn(check, `${path} carries personal data, though exports are to carry none: ${advice}`);
  }
  const behindMs = (here.publishedAtMs ?? 0) - (there.publishedAtMs ?? 0);
  if (behindMs >= exportBehindMaxMs) {
    return warn(check, `${path} is ${formatAge(behindMs)} behind the last publication: ${advice}`);
  }
  return ok(check, `${path}, published at ${formatInstant(there.publishedAtMs ?? 0)}`);
}
