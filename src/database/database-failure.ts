import { Failure } from "../failure/index.ts";

type Advice = { readonly kind: "usage" | "environment"; readonly advice: string };

const sqliteAdvice: readonly (readonly [prefix: string, Advice])[] = [
  ["SQLITE_FULL", { kind: "environment", advice: "the disk is full; free some space and run again" }],
  [
    "SQLITE_NOTADB",
    { kind: "usage", advice: "the file is not a SQLite database; set METER_SYNC_DATABASE to another" },
  ],
  [
    "SQLITE_READONLY",
    { kind: "environment", advice: "the file or its folder cannot be written; check its owner and mode" },
  ],
  [
    "SQLITE_CANTOPEN",
    { kind: "environment", advice: "the file or its folder cannot be opened; check its owner and mode" },
  ],
  [
    "SQLITE_BUSY",
    { kind: "environment", advice: "another program keeps the file locked; end it or run again later" },
  ],
  [
    "SQLITE_CORRUPT",
    { kind: "environment", advice: "the file is damaged; restore a backup (docs/files.md)" },
  ],
  [
    "SQLITE_IOERR",
    { kind: "environment", advice: "the disk failed while reading or writing; check its space and health" },
  ],
  ["ENOSPC", { kind: "environment", advice: "the disk is full; free some space and run again" }],
  ["EACCES", { kind: "environment", advice: "permission denied; check the folder's owner and mode" }],
  ["EPERM", { kind: "environment", advice: "permission denied; check the folder's owner and mode" }],
  [
    "EROFS",
    {
      kind: "environment",
      advice: "the file system is read-only; set METER_SYNC_DATABASE to a writable place",
    },
  ],
  [
    "ENOTDIR",
    { kind: "usage", advice: "a part of the path is a file; set METER_SYNC_DATABASE to another place" },
  ],
  [
    "ENOENT",
    {
      kind: "usage",
      advice: "there is no such folder and none can be made; set METER_SYNC_DATABASE to another place",
    },
  ],
  ["EISDIR", { kind: "usage", advice: "the path is a folder; set METER_SYNC_DATABASE to a file" }],
  [
    "EEXIST",
    { kind: "usage", advice: "a part of the path is a file; set METER_SYNC_DATABASE to another place" },
  ],
];

/** An error of SQLite or of the file system as a `Failure` that says what to do; anything else as it came. */
export function toDatabaseFailure(error: unknown, couldNot: string): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string") return error;
  const found = sqliteAdvice.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (found === undefined) return error;
  return new Failure(found.kind, `${couldNot}: ${found.advice}`, { cause: error, fields: { code } });
}
