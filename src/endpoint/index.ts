/**
 * A small HTTP server beside the schedule: is it alive, is it ready, and what became of the remaps?
 *
 * Takes: an address, the routes. Gives: answers as JSON, metrics as text.
 * Never: knows the database; logs, or repeats, a token (I9); waits for a client without a limit (I8).
 */
export {
  type AcknowledgementOutcome,
  toAcknowledgementRoute,
} from "./acknowledgement-route.ts";
export { toHealthRoute } from "./health-route.ts";
export type { Reply, Route, TextReply } from "./route.ts";
export { type Endpoint, type EndpointOptions, openEndpoint } from "./server.ts";
export { type Readiness, toMetricsRoute, toReadinessRoute } from "./status-routes.ts";
