import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import type { AppendSink, DueEvent } from "./delivery.ts";

const chunkBytes = 64 * 1024;
/** No event comes near it; a file without a newline in this stretch is not one of ours (I8). */
const lineBytesMax = 64 * 1024 * 1024;

/**
 * Events as NDJSON, appended and flushed to the disk before a batch counts as delivered. What a crash left
 * behind is mended: a torn last line is cut off, whole lines are counted as held.
 */
export function openFileSink(name: string, path: string): AppendSink {
  let file: number | null = null;
  /** Whether the file is known to end with a whole line. */
  let isWhole = false;
  const close = (): void => {
    if (file !== null) closeSync(file);
    file = null;
    isWhole = false;
  };
  return {
    kind: "append",
    name,
    deliver: async (batch) => {
      translate(path, () => {
        file ??= openForAppend(path);
        if (!isWhole) cutTornLine(file, path);
        isWhole = false;
        appendBatch(file, batch);
        isWhole = true;
      });
    },
    lastHeld: () => readLastHeld(path),
    close,
  };
}

function translate(path: string, body: () => void): void {
  try {
    body();
  } catch (error) {
    throw toFileFailure(error, path);
  }
}

/** Opens the file, makes it (mode 0600, with its folder) where it is missing. */
function openForAppend(path: string): number {
  const folder = dirname(path);
  makeFolder(folder);
  const file = openSync(
    path,
    constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK,
    0o600,
  );
  if (!fstatSync(file).isFile()) {
    closeSync(file);
    throw new Failure(
      "environment",
      `cannot append events to ${path}: it is not a regular file; name another`,
    );
  }
  // The file's own flush does not keep its name: without this a power cut may lose a new file.
  const folderFile = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(folderFile);
  } finally {
    closeSync(folderFile);
  }
  return file;
}

/** Appends all of the batch or, as far as the disk lets us, none of it. */
function appendBatch(file: number, batch: readonly DueEvent[]): void {
  const bytes = Buffer.from(batch.map(({ event }) => `${event}\n`).join(""), "utf8");
  const sizeBefore = fstatSync(file).size;
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } catch (error) {
    // Readers should not find half a line; where even this fails the next append cuts it off.
    try {
      ftruncateSync(file, sizeBefore);
    } catch {}
    throw error;
  }
}

/** Cuts off a last line without its newline: it was never settled. Someone else's text is left alone. */
function cutTornLine(file: number, path: string): void {
  const size = fstatSync(file).size;
  const wholeBytes = findLineEnd(file, size);
  if (wholeBytes === size) return;
  const first = Buffer.alloc(1);
  if (wholeBytes !== null) readSync(file, first, 0, 1, wholeBytes);
  // Lines of ours begin with a brace; a power cut may leave zeros in its place.
  if (wholeBytes === null || (first[0] !== 0x7b && first[0] !== 0)) {
    throw new Failure(
      "environment",
      `cannot append events to ${path}: its last line is unfinished and not ours; end it or name another`,
    );
  }
  ftruncateSync(file, wholeBytes);
}

/** The last whole line's event, `null` on anything odd: then events are sent, at worst once more. */
function readLastHeld(path: string): { readonly sequence: number; readonly id: string } | null {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile()) return null;
    const held = parseHeld(readLastLine(file, stat.size));
    // Held means held by the disk: after a kill the line may be in memory only.
    if (held !== null) fsyncSync(file);
    return held;
  } catch {
    return null;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readLastLine(file: number, size: number): string | null {
  const end = findLineEnd(file, size);
  if (end === null || end === 0) return null;
  const start = findLineEnd(file, end - 1);
  if (start === null) return null;
  const line = Buffer.alloc(end - 1 - start);
  return readSync(file, line, 0, line.length, start) === line.length ? line.toString("utf8") : null;
}

function parseHeld(line: string | null): { readonly sequence: number; readonly id: string } | null {
  if (line === null) return null;
  const event: unknown = JSON.parse(line);
  if (typeof event !== "object" || event === null) return null;
  const { sequence: digits, id } = event as { sequence?: unknown; id?: unknown };
  if (typeof digits !== "string" || !/^\d{1,19}$/.test(digits) || typeof id !== "string") return null;
  const sequence = Number(digits);
  return Number.isSafeInteger(sequence) ? { sequence, id } : null;
}

/**
 * Where the last whole line before `size` ends: the offset behind its newline, 0 where there is none at all,
 * `null` where none is near. Read from the end, so that the file's length does not matter.
 */
function findLineEnd(file: number, size: number): number | null {
  const chunk = Buffer.alloc(chunkBytes);
  let end = size;
  while (end > 0) {
    if (size - end > lineBytesMax) return null;
    const start = Math.max(0, end - chunkBytes);
    const count = readSync(file, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, count).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and run again",
  EDQUOT: "the disk quota is used up; free some space and run again",
  EFBIG: "the file has reached the largest size allowed; move it away and run again",
  EACCES: "permission denied; check the owner and mode of the file and its folder",
  EPERM: "permission denied; check the owner and mode of the file and its folder",
  EROFS: "the file system is read-only; name a file in a writable place",
  ENOTDIR: "a part of the path is a file; name another",
  EEXIST: "a part of the path is a file; name another",
  EISDIR: "the path is a folder; name a file",
  EIO: "the disk failed; check its health",
};

function toFileFailure(error: unknown, path: string): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined || (error as NodeJS.ErrnoException).syscall === undefined) return error;
  const whatToDo = advice[code] ?? `${code}; check the disk and the path`;
  const message = `cannot append events to ${path}: ${whatToDo}`;
  return new Failure("environment", message, { cause: error, fields: { code } });
}
