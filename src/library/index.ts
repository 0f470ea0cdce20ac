/**
 * The library, `meter-sync/reader`: what is published, for other programs.
 *
 * Takes: the path of a database or of an export. Gives: a snapshot that stays one publication until it is
 * refreshed, with typed answers; a `SnapshotError` that says what to do.
 * Never: writes a file; does anything by being imported: the database's native part is loaded when a snapshot
 * is opened.
 */
import type { Snapshot, SnapshotOptions } from "./snapshot.ts";
import { SnapshotError } from "./snapshot-error.ts";

export type {
  Assignment,
  Change,
  ChangeEvent,
  Group,
  Meter,
  MeterWithDocument,
  SnapshotInfo,
  TradeDateAssignment,
} from "./rows.ts";
export type {
  ChangesOptions,
  FollowOptions,
  Freshness,
  MeterFilter,
  Snapshot,
  SnapshotOptions,
  TradeDateOptions,
} from "./snapshot.ts";
export { SnapshotError, type SnapshotErrorReason } from "./snapshot-error.ts";

/** Opens the file at `path` for reading: the job's database or an export. Rejects with a `SnapshotError`. */
export async function openSnapshot(path: string, options: SnapshotOptions = {}): Promise<Snapshot> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  // An older one is crashed by the native part of the database, without a word.
  if (major < 22 || (major === 22 && minor < 14)) {
    const found = process.versions.node;
    throw new SnapshotError(
      "runtime",
      `meter-sync/reader needs Node 22.14 or newer, this is ${found}: upgrade`,
    );
  }
  const { openView } = await import("./open-view.ts");
  return openView(path, options);
}
