import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Failure } from "../failure/index.ts";
import { toDatabaseFailure } from "./database-failure.ts";

/** What may stand beside a database, by the ending of its name. */
const companions = [
  "",
  "-wal",
  "-shm",
  "-journal",
  ".lock",
  ".deliver.lock",
  ".metrics.lock",
  ".volue.lock",
  ".told",
  ".told.new",
];
/** As many as Linux follows. */
const linkCountMax = 40;

/** Where a link leads, so that the link itself stays: also one whose file was moved away. */
export function toRealTarget(target: string, couldNot: string, linkCount = 0): string {
  const folder = dirname(target);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Failure("usage", `${couldNot}: there is no folder ${folder}; make it first`);
  }
  if (existsSync(target)) return realpathSync(target);
  const path = join(realpathSync(folder), basename(target));
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
  if (linkCount === linkCountMax) {
    throw new Failure("usage", `${couldNot}: its links lead in a circle; name another file`);
  }
  return toRealTarget(resolve(dirname(path), readlinkSync(path)), couldNot, linkCount + 1);
}

/** Neither the database nor what stands beside it, or will, is ever written over. */
export function assertNotOfDatabase(places: readonly string[], databasePath: string, couldNot: string): void {
  const real = realpathSync(databasePath);
  for (const place of places) {
    if (companions.some((ending) => place === `${real}${ending}`) || isSameFile(place, real)) {
      throw new Failure("usage", `${couldNot}: ${place} belongs to the database itself`);
    }
  }
}

/** Whether two names are of one file that is there. */
export function isSameFile(left: string, right: string): boolean {
  const one = statSync(left, { throwIfNoEntry: false });
  const other = statSync(right, { throwIfNoEntry: false });
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** What a file or a folder holds is on the disk when this is done. */
export function flush(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What the disk refused, as a failure; anything else as it came. */
export function toPlaceFailure(error: unknown, couldNot: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  // Of these the database's own advice is to name another database.
  const isOfPath = ["EROFS", "ENOENT", "ENOTDIR", "EISDIR", "EEXIST"].includes(code ?? "");
  const failure = isOfPath ? error : toDatabaseFailure(error, couldNot);
  if (failure instanceof Failure || code === undefined) return failure;
  const words = code === "EROFS" ? "the file system is read-only" : code;
  const message = `${couldNot}: ${words}; check the disk, and what stands at that path`;
  return new Failure("environment", message, { cause: error, fields: { code } });
}
