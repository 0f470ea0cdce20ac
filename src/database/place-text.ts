import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../failure/index.ts";
import type { Placed } from "./place-file.ts";
import { assertNotOfDatabase, flush, isSameFile, toPlaceFailure, toRealTarget } from "./placing.ts";

/** A mistyped path must not cost anybody a file: only an earlier text is replaced, or an empty file. */
export type TextKind = {
  /** As in `report`. */
  readonly what: string;
  /** Whether a file that begins so is an earlier one. */
  readonly isOurs: (beginning: string) => boolean;
};

export type TextPlaceOptions = TextKind & {
  /** Of a new file, less the umask. One that stands keeps its own. */
  readonly mode: number;
  /** The database; neither it nor what stands beside it is ever written over. */
  readonly databasePath: string;
  /** Files that something else writes, and what they are. */
  readonly taken: readonly { readonly path: string; readonly by: string }[];
};

const beginningBytes = 200;

/**
 * Puts a text at `target`, in place of the one before: readers find the old one or the new one, whole. Throws
 * a `Failure`: `usage` where something else stands there, `environment` for what the disk refuses; then what
 * stood there still stands.
 */
export function placeText(target: string, options: TextPlaceOptions, toText: () => string): Placed {
  const couldNot = `cannot write the ${options.what} to ${target}`;
  try {
    const path = toRealTarget(target, couldNot);
    assertNotOfDatabase([path], options.databasePath, couldNot);
    assertNotTaken(path, options, couldNot);
    const obstacle = findTextObstacle(path, options);
    if (obstacle !== null) {
      throw new Failure("usage", `${couldNot}: ${obstacle}; move it away, or name another file`);
    }
    const stat = statSync(path, { throwIfNoEntry: false });
    const mode = stat === undefined ? options.mode & ~process.umask() : stat.mode & 0o777;
    // Made only now: what is refused is refused at once.
    const text = toText();
    replaceText(path, text, mode);
    return { path, bytes: Buffer.byteLength(text) };
  } catch (error) {
    throw toPlaceFailure(error, couldNot);
  }
}

/** Writes a text aside, flushes it and renames it, whatever stands there. Throws what the disk throws. */
export function replaceText(path: string, text: string, mode: number): void {
  // Two processes that write it at once each have their own; what a crash left under this name goes.
  const aside = `${path}.${process.pid}.tmp`;
  rmSync(aside, { force: true });
  try {
    const file = openSync(aside, "wx", 0o600);
    try {
      writeFileSync(file, text);
      fchmodSync(file, mode);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  try {
    flush(dirname(path));
  } catch {
    // A folder that may be written but not read cannot be flushed: the file is in place all the same.
  }
}

function assertNotTaken(path: string, { taken }: TextPlaceOptions, couldNot: string): void {
  for (const { path: place, by } of taken) {
    const real = statSync(place, { throwIfNoEntry: false }) === undefined ? place : realpathSync(place);
    if (path !== place && path !== real && !isSameFile(path, real)) continue;
    throw new Failure("usage", `${couldNot}: that is the file of ${by}; name another file`);
  }
}

/** What stands in the way of a text; `null` where it can be written. */
export function findTextObstacle(path: string, { what, isOurs }: TextKind): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isFile() && (stat.size === 0 || isOurs(loadBeginning(path))))) return null;
  return stat.isDirectory() ? `${path} is a folder` : `${path} is there and is no ${what} of meter-sync`;
}

/** The first 200 bytes of a file, by which a text is known. Throws what the disk throws. */
export function loadBeginning(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(beginningBytes);
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, beginningBytes, 0));
  } finally {
    closeSync(file);
  }
}
