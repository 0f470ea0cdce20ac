/**
 * Due events → settled events; one file a sink.
 *
 * Takes: the outbox, the configured sinks. Gives: what was delivered and what is still due.
 * Never: reads Leap; settles a delivery before the sink has answered (I5); delivers a later event of one
 * partition key before an earlier one is settled or set aside (I6).
 */
export {
  type DeadLetterChoice,
  dropDeadLetters,
  enableSink,
  resendDeadLetters,
} from "./dead-letter-store.ts";
export { type DeliveryContext, deliverDue } from "./deliver.ts";
export type { Answer, AppendSink, DeliveryReport, DueEvent, Sink, WebhookSink } from "./delivery.ts";
export { registerSinks } from "./delivery-store.ts";
export { type Forgotten, forgetSink } from "./forget-store.ts";
export { openSinks } from "./open-sinks.ts";
export { type ReplayReport, replayEvents } from "./replay.ts";
export type { ReplayFilter } from "./replay-store.ts";
export { isWanted } from "./wants.ts";
