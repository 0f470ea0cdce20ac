import { Failure, type FailureKind } from "../failure/index.ts";
import type { HttpOutcome } from "../http/index.ts";

/** Volue could not be asked, or not as we are. */
export class VolueFailure extends Failure {
  /** Whether any other request would fare no better: then nothing more is sent. */
  readonly endsRun: boolean;

  constructor(kind: FailureKind, message: string, options: { endsRun: boolean; status?: number | null }) {
    super(kind, message, { fields: { status: options.status ?? null } });
    this.endsRun = options.endsRun;
  }
}

/** Volue knows us and says no, or does not know us. */
export function toRefusalFailure(purpose: string, url: string, status: number): VolueFailure {
  const why =
    status === 401
      ? "refused the token, and a new one too"
      : "does not let this client have it: it may belong to another partner";
  const advice = "Check VOLUE_CLIENT_ID, VOLUE_SCOPE and VOLUE_BASE_URL (sandbox and production are apart).";
  return new VolueFailure("refused", `Could not ${purpose}: ${toHost(url)} ${why} (${status}). ${advice}`, {
    endsRun: status === 401,
    status,
  });
}

/** No token is given to these credentials. What the other side wrote is of no use but for its code. */
export function toLoginFailure(url: string, status: number, code: string | null): VolueFailure {
  const said = code === null ? "" : `, ${code}`;
  return new VolueFailure(
    "refused",
    `Could not get a token from ${toHost(url)} (${status}${said}). ` +
      "Check VOLUE_CLIENT_ID, VOLUE_CLIENT_SECRET, VOLUE_SCOPE and VOLUE_TOKEN_URL.",
    { endsRun: true, status },
  );
}

export function toNoAnswerFailure(
  purpose: string,
  url: string,
  outcome: HttpOutcome,
  attempt: number,
): VolueFailure {
  const what =
    outcome.kind === "answer"
      ? `${toHost(url)} answered ${outcome.answer.status}`
      : `no answer from ${toHost(url)} (${outcome.kind === "fault" ? outcome.fault.code : "too much"})`;
  const times = attempt === 1 ? "once" : `${attempt} times`;
  return new VolueFailure("environment", `Could not ${purpose}: ${what}, asked ${times}. Run again later.`, {
    endsRun: true,
    status: outcome.kind === "answer" ? outcome.answer.status : null,
  });
}

export function toContractFailure(purpose: string, url: string, what: string): VolueFailure {
  return new VolueFailure(
    "contract",
    `Could not ${purpose}: ${toHost(url)} answered ${what}. ` +
      "Check that VOLUE_BASE_URL and VOLUE_TOKEN_URL name Volue; else a person has to look.",
    { endsRun: false },
  );
}

/** Which Volue it is: a name with a dot at its end is the same host, and its reports are the same reports. */
export function toHost(url: string): string {
  return new URL(url).host.replace(/\.(?=:|$)/, "");
}
