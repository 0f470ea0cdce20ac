/**
 * The kinds of failure a run can end with, and the exit code of each.
 *
 * Takes: what went wrong, and what a person can do about it.
 * Gives: one error class every room's own errors extend.
 * Never: imports another room.
 */

/** Every way a command can fail. The exit code follows from the kind alone. */
export type FailureKind =
  /** The command line or the configuration is wrong: exit 2. */
  | "usage"
  /** Leap refused the key, the account or the host: exit 2. */
  | "refused"
  /** Something around us is down, full or slow; the next run may well pass: exit 3. */
  | "environment"
  /** Leap answered in a way we cannot accept; a person looks: exit 4. */
  | "contract"
  /** Another run holds the lock: exit 5. */
  | "locked";

const exitCodes: Readonly<Record<FailureKind, number>> = {
  usage: 2,
  refused: 2,
  environment: 3,
  contract: 4,
  locked: 5,
};

/** Exit codes that are outcomes, not failures. */
export const exitCode = { done: 0, bug: 1, held: 6, incomplete: 7 } as const;

/** Facts about a failure, for the log. Never a secret, never an end customer's data (I9). */
export type FailureFields = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * An anticipated error. The message says what *we* could not do and what to do about it; facts go into
 * `fields`.
 */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly fields: FailureFields;

  constructor(kind: FailureKind, message: string, options: { cause?: unknown; fields?: FailureFields } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.kind = kind;
    this.fields = options.fields ?? {};
  }
}

/** The exit code for anything thrown: an anticipated failure's own, 1 (a bug) for everything else. */
export function toExitCode(error: unknown): number {
  return error instanceof Failure ? exitCodes[error.kind] : exitCode.bug;
}
