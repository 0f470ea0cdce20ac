import { Failure } from "../failure/index.ts";
import { parseInstant } from "../time/index.ts";
import { type Reply, type SimulatedRequest, toError } from "./answer.ts";
import type { FaultBook } from "./fault-book.ts";
import type { Fault } from "./fault-kinds.ts";
import { toOptionSpelling } from "./parse-faults.ts";

/** What can be asked about the simulator itself, and set. */
export type Controls = {
  readonly nowMs: () => number;
  readonly setNow: (nowMs: number) => void;
  readonly meterCountAt: (nowMs: number) => number;
  readonly faults: FaultBook;
};

const nowPath = "/_simulator/now";
const faultsPath = "/_simulator/faults";

// Every day since the start is lived through when a meter is looked at: centuries would take their time.
const latestNowMs = Date.UTC(2100, 0);

/** These need no key, are not noted, and no fault hits them. */
export function isControlPath(path: string): boolean {
  return path === nowPath || path === faultsPath;
}

export function answerControl(controls: Controls, request: SimulatedRequest): Reply {
  if (request.method !== "GET" && request.method !== "PUT")
    return toError(405, "This is read by GET and set by PUT");
  return request.path === nowPath ? answerNow(controls, request) : answerFaults(controls, request);
}

function answerNow(controls: Controls, { method, body }: SimulatedRequest): Reply {
  if (method === "PUT") {
    const now = (body as { readonly now?: unknown } | null | undefined)?.now;
    const nowMs = typeof now === "string" ? parseInstant(now) : undefined;
    if (nowMs === undefined || nowMs > latestNowMs)
      return toError(400, 'Send {"now": "<ISO 8601 instant before 2100>"}');
    controls.setNow(nowMs);
  }
  const nowMs = controls.nowMs();
  const meterCount = controls.meterCountAt(nowMs);
  return { status: 200, body: { now: new Date(nowMs).toISOString(), meter_count: meterCount } };
}

function answerFaults({ faults }: Controls, { method, body }: SimulatedRequest): Reply {
  if (method === "PUT") {
    const asked = (body ?? {}) as { readonly faults?: unknown; readonly seed?: unknown };
    try {
      faults.set(asked.faults as readonly Fault[], (asked.seed ?? faults.seed()) as number);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return toError(400, `Send {"faults": [{"kind": "…"}], "seed": 1}. ${error.message}`);
    }
  }
  const list = faults.counts().map(({ fault, hitCount }) => {
    const options = Object.entries(fault).map(([name, value]) => [toOptionSpelling(name, "_"), value]);
    return { ...Object.fromEntries(options), hits: hitCount };
  });
  return { status: 200, body: { seed: faults.seed(), faults: list } };
}
