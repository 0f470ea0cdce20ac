/**
 * A simulated Leap that can be talked to over HTTP and evolves day by day.
 *
 * Takes: a seed, a size, a first day, a clock. Or a folder of recorded pages: `*.json` files in the order
 * of their names, each a whole response body (`meters` or `results`). They are linked by tokens of our own.
 * Windows of date added and `meter_ids` are honoured, other filters and page sizes are not; meters that do
 * not say when they were added (all of v1) come in the window that is open at its low end.
 * Gives: `startSimulator`, a server on 127.0.0.1 that speaks v2 enrollments and v1 meters;
 * `createPortfolio`, the truth behind it, to be asked directly. Every fact of a meter is a function of
 * seed, index and instant: nothing is kept, a million meters cost no memory, and answers are the same in
 * whatever order they are asked for.
 * Never: imports a working room or is imported by one; it is the independent counterpart they are judged
 * by. Never reads the time of day: the simulated clock stands where it was set, or runs on from there.
 *
 * The clock of a running simulator is read by `GET /_simulator/now` and set by `PUT /_simulator/now` with
 * `{"now": "<ISO 8601 instant>"}`, both without a key and not noted among the requests. The `Date` header
 * of every response carries it.
 *
 * Faults are what goes wrong at Leap or on the way: `faults` and `faultSeed`, `setFaults`, or
 * `PUT /_simulator/faults` with `{"faults": [{"kind": "throttle", "rate": 0.2}], "seed": 1}` (GET shows them
 * with their hits; neither needs a key). Which requests a fault hits is a function of fault seed, kind and
 * the running number of the request since the faults were set; which meters, of fault seed, kind and meter.
 * Every fault takes `rate` (0 to 1, 1), `times` (only the first N hits), `after` (the first N requests that
 * it could hit are spared) and `on` (`all`, `pages` of the portfolio, or meters by their `ids`).
 * - `throttle`: 429, with `retryAfterSeconds` or without; with `above`, only beyond N requests under way.
 * - `error-500`: status 500 with a bare JSON string for a body.
 * - `reset`: the connection is reset in the middle of the body.
 * - `truncated-gzip`: half of the gzipped body, with the content-length of the half. Only where gzip is
 *   accepted.
 * - `slow-drip`: the body a byte at a time, `pauseMs` (1000) between two.
 * - `html`: a page of HTML with status 200.
 * - `empty-first-page`: a search without page token gives no meter and no token.
 * - `missing-token`: a page that should have a next one comes without its token; `page`: only the Nth.
 * - `repeated-token`: after `page` (2) comes the token that stood `period` (1) pages before.
 * - `token-expiry`: a page token is answered 400 once it is older than `requests` (20) of all requests.
 * - `page-cap`: pages hold at most `size` (50) meters.
 * - `moving-meters`: of the meters read page by page, `twice` (0.05) come again on the next page, `skipped`
 *   (0.05) on none; by id all are there.
 * - `clock-skew`: the `Date` header is `seconds` (3600) ahead, or behind.
 * - `region-vanishes`: no meter of `region` (CAISO); with `on: "pages"` they are still found by id.
 * - `ungrouped`: no document names a group; with `rows: "drop"` v2 lists no delivery period either.
 * - `other-account`: the meters of the account with another `seed` (the next one), under other ids.
 * - `missing-meters`: a `share` (0.05) of the meters is gone; with `on: "pages"` still found by id.
 * - `hidden-meters`: a `share` (0.05) is left out wherever a search limits the date added.
 *
 * Dispatches (Leap's API v2, below `/v2/dispatch`) of groups and of meters are drawn from the seed, day by
 * day: day-ahead, hour-ahead, of CAISO's five-minute market, standard, tests of capacity. Some are cancelled,
 * some sent anew with other contents; some meters' ones are communication tests. A group's dispatch names its
 * members on the trade date as Leap knew them when it was sent; many are sent minutes after a change for
 * today or tomorrow. `dispatches` of a running simulator has them all, whenever they are sent
 * (`createDispatchBook` without a server); a search has what was sent by the clock, all its pages as of the
 * first one's instant. `dispatchRate` says how often (0: never), `dispatchPageSizeMax` how long a page is.
 * `PUT …/webhook` sets a webhook, and `POST …/webhook/integration_test` really calls it, waiting at most
 * `dispatchTestTimeoutMs`. A communication test is always refused, and counted. Whatever recorded pages or
 * faults make of the meters, dispatches are those of the generated portfolio; of a million meters, each of
 * them takes seconds.
 *
 * Leap's meter webhooks: `webhooksBetween` has what happened in a time as they tell it, `capture` what a
 * receiver would have kept of it and what faults (`drop`, `double`, `late`, `reorder`) did to it. The
 * calendar alone brings none; archiving, tags and references have none. `/v1.1/webhooks` creates, lists,
 * replaces, deletes and tests; `webhooks.receivers` are told everything from the start. When the clock is
 * set forward, or as it runs, what happened since is sent by real POSTs: a receiver that does not answer 2xx
 * in time is tried ten times in all, on Leap's ladder of eight hours, shortened by `webhooks.timeScale` (a
 * clock that stands: all at once). `webhooks.settled()` waits for all of it, `webhooks.sent` shows it,
 * `webhooks.setFaults` hits what happens from then on. They tell of the generated portfolio, always.
 *
 * Beside Leap stands a simulated Volue, with `/volue` in front of its paths: tokens by client credentials,
 * events of every day (a price curve an area, limits to power, eligible users), reports, which are checked
 * by the documented shapes and kept, and the sandbox's simulated events. `volue` of a running simulator shows
 * what was kept and sets what goes wrong there.
 */
export { createDispatchBook } from "./dispatch-book.ts";
export type { DispatchBook, DispatchTruth } from "./dispatch-truth.ts";
export type { FaultCount } from "./fault-book.ts";
export { type Fault, type FaultKind, faultKinds } from "./fault-kinds.ts";
export type {
  GroupTruth,
  MeterTruth,
  Portfolio,
  RowTruth,
} from "./portfolio.ts";
export { createPortfolio } from "./portfolio.ts";
export type { LoggedRequest } from "./server.ts";
export { type RunningSimulator, type SimulatorOptions, startSimulator } from "./simulator.ts";
export {
  type AcknowledgementNames,
  type VolueBook,
  type VolueEvent,
  type VolueEventPayload,
  type VolueStoredReport,
  type VolueTokenRequest,
  volueBasePath,
  volueTokenPath,
} from "./volue-book.ts";
export type { VolueFault, VolueFaultKind } from "./volue-faults.ts";
export {
  type Capture,
  type CapturedWebhook,
  capture,
  type FaultedWebhooks,
  type WebhookFault,
  type WebhookFaultKind,
} from "./webhook-capture.ts";
export type { WebhookBook, WebhookOptions } from "./webhook-desk.ts";
export type { GroupPayload, MeterPayload, WebhookPayload, WebhookType } from "./webhook-payloads.ts";
export type { SentWebhook, WebhookAttempt } from "./webhook-sending.ts";
export { type WebhookTruth, webhooksBetween } from "./webhook-truth.ts";
export type { PortfolioOptions } from "./world.ts";
