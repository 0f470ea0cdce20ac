import {
  closeSync,
  constants,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../failure/index.ts";
import { toDatabaseFailure } from "./database-failure.ts";

/** No companion of ours comes near it (I8). */
const bytesMax = 4096;

/**
 * The text of a small file beside a database; null where there is none. Throws a `Failure` of kind
 * `environment` for what cannot be read, or is too large to be one of ours.
 */
export function loadCompanion(path: string): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (stat.isFile() && stat.size <= bytesMax) return readFileSync(path, "utf8");
  } catch (error) {
    throw toCompanionFailure(error, `cannot read ${path}`);
  }
  throw new Failure("environment", `cannot read ${path}: it is not a file of ours; move it away`);
}

/**
 * Puts a text in the place of a companion: the whole of it or, whenever the power goes, none of it. On the
 * disk when this returns. Throws a `Failure` of kind `environment`; then what stood there still stands.
 */
export function saveCompanion(path: string, text: string, couldNot = `cannot write ${path}`): void {
  // Callers write one at a time, so that one name will do: whatever a crash leaves there is removed.
  const aside = `${path}.new`;
  try {
    // Not followed where it is a link, and its mode is ours.
    rmSync(aside, { force: true });
    const file = openSync(aside, "wx", 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
    // The file's own flush does not keep its name.
    const folder = openSync(dirname(path), constants.O_RDONLY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    removeAside(aside);
    throw toCompanionFailure(error, couldNot);
  }
}

function removeAside(aside: string): void {
  try {
    rmSync(aside, { force: true });
  } catch {
    // What kept it from being written may keep it from being removed: the first error says why.
  }
}

function toCompanionFailure(error: unknown, couldNot: string): unknown {
  const failure = toDatabaseFailure(error, couldNot);
  if (failure instanceof Failure && failure.kind === "environment") return failure;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return error;
  const message = `${couldNot}: ${code}; check the disk, and what stands at that path`;
  return new Failure("environment", message, { cause: error, fields: { code } });
}
