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
 */
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
export type { PortfolioOptions } from "./world.ts";
