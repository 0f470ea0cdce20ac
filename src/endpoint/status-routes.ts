import type { Route } from "./route.ts";
import { toSharedAnswer } from "./shared-answer.ts";

export type Readiness = {
  /** Why nothing can be asked of us now, in words; null where we are ready. */
  readonly reason: string | null;
  /** Told either way. */
  readonly facts: Readonly<Record<string, unknown>>;
};

/** `GET /readyz`: whether this process can do what others ask of it. */
export function toReadinessRoute(loadReadiness: () => Promise<Readiness>): Route {
  const answer = toSharedAnswer(async () => {
    const { reason, facts } = await loadReadiness();
    const status = reason === null ? "ready" : "not ready";
    return { status: reason === null ? 200 : 503, body: { status, reason, ...facts } };
  });
  return { method: "GET", path: "/readyz", answer };
}

/** `GET /metrics`, in the Prometheus text format. */
export function toMetricsRoute(loadText: () => Promise<string>): Route {
  const contentType = "text/plain; version=0.0.4; charset=utf-8";
  const answer = toSharedAnswer(async () => ({ status: 200, text: await loadText(), contentType }));
  return { method: "GET", path: "/metrics", answer };
}
