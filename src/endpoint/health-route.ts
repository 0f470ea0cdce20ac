import type { Route } from "./route.ts";

/** Says that the process is alive, and nothing of how the work goes. */
export function toHealthRoute(): Route {
  return { method: "GET", path: "/healthz", answer: () => ({ status: 200, body: { status: "ok" } }) };
}
