import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../failure/index.ts";
import { isExport, loadMarkOf } from "./export-file.ts";
import { acquireLock } from "./lock.ts";
import { assertNotOfDatabase, flush, isSameFile, toPlaceFailure, toRealTarget } from "./placing.ts";

export type PlaceOptions = {
  /** How many earlier ones stay beside it, as `FILE.1` (the newest) to `FILE.N`. */
  readonly keepCount: number;
  /** Whether those with personal data stay, too: where the new one has none, they are not wanted any more. */
  readonly keepsPersonal?: boolean;
  /** Its mode once it is there; less the umask. */
  readonly mode: number;
  /** The database, by its real path: neither it nor what stands beside it is ever written over. */
  readonly databasePath: string;
};

export type Placed = { readonly path: string; readonly bytes: number };

const keepCountMax = 99;
/** One name each for all exports to a file: whatever a crash left there is ours, and removed by the next. */
const newEnding = ".meter-sync-new";
const olderEnding = ".meter-sync-old";

/**
 * Puts an export at `target`: written aside by `write`, flushed, renamed. Readers find the old one or the new
 * one there at every moment, whole; a crash leaves one of them, too. Throws a `Failure`: `usage` where
 * something else stands there, `locked` where another export to it is under way, `environment` for what the
 * disk refuses; then the old one still stands.
 */
export function placeFile(target: string, options: PlaceOptions, write: (path: string) => void): Placed {
  const path = findPlace(target, options);
  const lock = acquireLock(`${path}.lock`, "another export to this file is under way", {
    allowsNetworkFileSystem: true,
  });
  const aside = `${path}${newEnding}`;
  try {
    removeLeftovers(path);
    try {
      // Nobody else may read it before it is what it is to be.
      closeSync(openSync(aside, "wx", 0o600));
      write(aside);
      const bytes = statSync(aside).size;
      chmodSync(aside, options.mode & ~process.umask());
      flush(aside);
      rotate(path, options);
      renameSync(aside, path);
      flush(dirname(path));
      return { path, bytes };
    } catch (error) {
      removeLeftovers(path);
      throw toPlaceFailure(error, couldNot(path));
    }
  } finally {
    lock.release();
  }
}

function couldNot(path: string): string {
  return `cannot export to ${path}`;
}

function findPlace(target: string, options: PlaceOptions): string {
  try {
    const path = toRealTarget(target, couldNot(target));
    assertPlaceable(path, options);
    return path;
  } catch (error) {
    throw toPlaceFailure(error, couldNot(target));
  }
}

function assertPlaceable(path: string, { databasePath, keepCount }: PlaceOptions): void {
  const places = [path, ...toEarlier(path, keepCount)];
  const written = [...places, `${path}.lock`, `${path}${newEnding}`, `${path}${olderEnding}`];
  assertNotOfDatabase(written, databasePath, couldNot(path));
  for (const place of places) {
    const stat = statSync(place, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (stat.isDirectory()) {
      throw new Failure("usage", `${couldNot(path)}: ${place} is a folder; name a file in it`);
    }
    if (!stat.isFile() || !isOurs(place)) {
      throw new Failure(
        "usage",
        `${couldNot(path)}: ${place} is there and is no export of meter-sync; move it away, or name ` +
          "another file",
      );
    }
  }
}

function isOurs(place: string): boolean {
  try {
    return isExport(place);
  } catch (error) {
    throw toPlaceFailure(error, couldNot(place));
  }
}

function toEarlier(path: string, keepCount: number): string[] {
  return Array.from({ length: keepCount }, (_, index) => `${path}.${index + 1}`);
}

/**
 * The export that stands becomes `FILE.1`, and stands as well until the new one takes its place. A gap that a
 * crash left is filled; what is beyond the number to be kept goes, and what is not to be kept at all.
 */
function rotate(path: string, { keepCount, keepsPersonal = true }: PlaceOptions): void {
  if (!existsSync(path)) return;
  const isKept = (place: string) => keepsPersonal || loadMarkOf(place)?.isPersonal !== true;
  for (const [index, place] of toEarlier(path, keepCountMax).entries()) {
    if (!existsSync(place) || !isExport(place)) continue;
    if (index >= keepCount || !isKept(place)) rmSync(place);
  }
  if (!isKept(path)) return;
  const earlier = toEarlier(path, keepCount);
  const [newest] = earlier;
  // A crash came between its second name and the new one's first.
  if (newest === undefined || isSameFile(newest, path)) return;
  const gap = earlier.findIndex((place) => !existsSync(place));
  for (let index = gap === -1 ? keepCount - 1 : gap; index > 0; index -= 1) {
    renameSync(earlier[index - 1] as string, earlier[index] as string);
  }
  const aside = `${path}${olderEnding}`;
  try {
    linkSync(path, aside);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    // Some file systems know one name a file.
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code)) throw error;
    copyFileSync(path, aside);
    flush(aside);
  }
  renameSync(aside, newest);
}

function removeLeftovers(path: string): void {
  for (const ending of [newEnding, `${newEnding}-journal`, olderEnding]) {
    try {
      rmSync(`${path}${ending}`, { force: true });
    } catch {
      // What keeps it from being removed keeps it from being written: that error says why.
    }
  }
}
