import { Failure, type FailureKind } from "../failure/index.ts";

/** What a program can tell apart; what a person is to do, the message says. */
export type SnapshotErrorReason =
  /** There is no file at the path. */
  | "missing"
  /** No run has begun in the file yet: try again after the first. */
  | "empty"
  /** The file is no database of ours, an older or newer release's, or on a network file system. */
  | "unusable"
  /** The disk, the owner and mode of the file, or a lock: it may well be there the next time. */
  | "unavailable"
  /** What was asked cannot be answered as it was asked. */
  | "argument"
  /** The snapshot was closed, or what was being iterated belongs to the publication before a refresh. */
  | "closed"
  /** Change events after the place are not kept any more: start again from the views. */
  | "gap"
  /** The file is another stream's, or an older copy's: start again from the views. */
  | "replaced"
  /** Node is too old. */
  | "runtime";

const kinds: Readonly<Record<SnapshotErrorReason, FailureKind>> = {
  missing: "usage",
  empty: "environment",
  unusable: "usage",
  unavailable: "environment",
  argument: "usage",
  closed: "usage",
  gap: "usage",
  replaced: "environment",
  runtime: "usage",
};

/** Every error that the library expects. Anything else that is thrown is a bug. */
export class SnapshotError extends Failure {
  readonly reason: SnapshotErrorReason;

  constructor(reason: SnapshotErrorReason, message: string, options: { cause?: unknown } = {}) {
    super(kinds[reason], message, options);
    // The bundle may call the class by another name.
    this.name = "SnapshotError";
    this.reason = reason;
  }
}
