import { closeSync, openSync, readSync } from "node:fs";

/** "MSNC": what `file` and we tell a meter-sync database by. */
export const applicationId = 0x4d534e43;

/** What the first bytes of a SQLite file say, without opening it as one. */
export type FileHeader = { readonly applicationId: number; readonly isWal: boolean };

const magic = "SQLite format 3\0";

/** Null for what is no SQLite file, or has nothing in it yet. */
export function loadHeader(path: string): FileHeader | null {
  const bytes = Buffer.alloc(100);
  const file = openSync(path, "r");
  try {
    if (readSync(file, bytes, 0, bytes.length, 0) < bytes.length) return null;
  } finally {
    closeSync(file);
  }
  if (bytes.toString("latin1", 0, magic.length) !== magic) return null;
  return { applicationId: bytes.readUInt32BE(68), isWal: bytes[18] === 2 };
}
