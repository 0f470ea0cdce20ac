/**
 * Due events → settled events; one file a sink.
 *
 * Takes: the outbox, the configured sinks. Gives: what was delivered and what is still due.
 * Never: reads Leap; settles a delivery before the sink has answered (I5); delivers a later event of one
 * partition key before an earlier one (I6).
 */
export { deliverDue } from "./deliver.ts";
export type { DeliveryReport, DueEvent, Sink } from "./delivery.ts";
export { registerSinks } from "./delivery-store.ts";
export { openSinks } from "./open-sinks.ts";
