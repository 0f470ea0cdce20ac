import type { HttpOutcome } from "../http/index.ts";
import { isRecord } from "./fields.ts";
import { type Hide, type ProblemDetails, parseProblem } from "./problem-details.ts";
import type { ReportState } from "./report.ts";

/** What became of a report that was sent, as far as anyone here can know. */
export type SendingOutcome = {
  readonly state: Exclude<ReportState, "sending">;
  readonly status: number | null;
  readonly volueId: string | null;
  readonly problem: ProblemDetails | null;
  /** Whether the next report would fare no better. */
  readonly endsRun: boolean;
};

/**
 * Only what is certain is called so: `reported` where Volue gave an id, `refused` where it said no to the
 * report, `unsent` where it took none from us or was never reached. Everything else may have arrived.
 */
export function decideOutcome(outcome: HttpOutcome, hide: Hide): SendingOutcome {
  if (outcome.kind === "oversize") return toUncertain(null, { title: "the answer was too large to be one" });
  if (outcome.kind === "fault") {
    const { code, mayHaveArrived } = outcome.fault;
    if (mayHaveArrived) return toUncertain(null, { title: `no whole answer came (${code})` });
    const problem = { title: `no connection could be made (${code})` };
    return { state: "unsent", status: null, volueId: null, problem, endsRun: true };
  }
  const { status, bytes } = outcome.answer;
  if (status >= 200 && status < 300) {
    const volueId = toId(bytes);
    if (volueId !== null)
      return { state: "reported", status, volueId: hide(volueId), problem: null, endsRun: false };
    return toUncertain(status, { title: `Volue answered ${status} without the id of a report` });
  }
  const problem = parseProblem(status, bytes, hide);
  if (status === 401 || status === 403 || status === 429) {
    return { state: "unsent", status, volueId: null, problem, endsRun: status !== 403 };
  }
  // A redirect may come after the deed; a server that gave up, or had no time left, may have done it.
  if (status < 400 || status >= 500 || status === 408) return toUncertain(status, problem);
  return { state: "refused", status, volueId: null, problem, endsRun: false };
}

function toUncertain(status: number | null, problem: ProblemDetails): SendingOutcome {
  return { state: "uncertain", status, volueId: null, problem, endsRun: false };
}

function toId(bytes: Uint8Array): string | null {
  try {
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const id = isRecord(body) ? body.id : null;
    return typeof id === "string" && id !== "" && id.length <= 200 ? id : null;
  } catch {
    return null;
  }
}
