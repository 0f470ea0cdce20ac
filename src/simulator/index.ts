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
 */
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
