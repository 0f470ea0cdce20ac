import { Failure, toExitCode } from "../failure/index.ts";

/** What one look found. `exitCode` counts for `fail` only. */
export type Finding = {
  readonly outcome: "ok" | "warn" | "fail";
  readonly check: string;
  /** What is so; and, unless all is well, what to do. */
  readonly message: string;
  readonly exitCode: 2 | 3;
};

export function ok(check: string, message: string): Finding {
  return { outcome: "ok", check, message, exitCode: 3 };
}

export function warn(check: string, message: string): Finding {
  return { outcome: "warn", check, message, exitCode: 3 };
}

export function fail(check: string, message: string, exitCode: 2 | 3): Finding {
  return { outcome: "fail", check, message, exitCode };
}

/** A failure as a finding; an answer that is not Leap's at all most likely comes from a wrong host. */
export function toFinding(check: string, error: unknown): Finding {
  if (!(error instanceof Failure)) throw error;
  return fail(check, error.message, toExitCode(error) === 3 ? 3 : 2);
}
