/**
 * A job's beginning and end, told to a service that notices when they do not come.
 *
 * Takes: a ping URL, an exit code. Gives: nothing that a job could fail by.
 * Never: takes long; lets the URL, which is a secret, into a log (I9).
 */
export {
  type Heartbeat,
  type HeartbeatLimits,
  type HeartbeatOptions,
  type JobEnd,
  type PingFault,
  startHeartbeat,
} from "./heartbeat.ts";
export { type Ping, toPingUrl } from "./ping-url.ts";
