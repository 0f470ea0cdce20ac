import { createHash } from "node:crypto";
import { type JsonValue, toCanonicalJson } from "../meter/index.ts";
import { formatInstant } from "../time/index.ts";
import type { EventData, EventType } from "./schemas.ts";

/** What all events of one run share. */
export type EventContext = {
  readonly streamId: string;
  readonly account: string;
  readonly runId: string;
  readonly nowMs: number;
};

/** A change event that lacks its sequence only, which publishing gives it. */
export type StagedEvent = {
  readonly id: string;
  readonly type: EventType;
  readonly subject: string;
  /** Empty where events of the type are not told per program. */
  readonly program: string;
  readonly partitionkey: string;
  readonly timeMs: number;
  /** The CloudEvent as JSON without `sequence`, beginning with `{"`. */
  readonly body: string;
};

/** What makes an event the same when a run repeats it: everything but clock, lead time and run. */
export type EventIdentity = {
  readonly effectiveFrom?: string | null;
  readonly effectiveTo?: string | null;
  readonly before: JsonValue;
  readonly after: JsonValue;
  /** The number of events told for this type, subject and program before this one. */
  readonly told: number;
  readonly part?: number;
};

/**
 * One change event. Its id is the sha-256 over stream, type, key, effective dates, before, after and the
 * number told before it, so the same change found again has the same id, and A→B→A→B has four.
 */
export function toStagedEvent<T extends EventType>(
  context: EventContext,
  event: {
    readonly type: T;
    readonly subject: string;
    readonly partitionkey: string;
    readonly program: string;
    readonly data: EventData<T>;
    readonly identity: EventIdentity;
  },
): StagedEvent {
  const { type, subject, partitionkey, program, identity } = event;
  const id = createHash("sha256")
    .update(
      toCanonicalJson([
        context.streamId,
        type,
        partitionkey,
        program,
        identity.effectiveFrom ?? null,
        identity.effectiveTo ?? null,
        identity.before,
        identity.after,
        identity.told,
        identity.part ?? 1,
      ]),
    )
    .digest("hex");
  const body = JSON.stringify({
    specversion: "1.0",
    id,
    source: `/meter-sync/${encodeURIComponent(context.account)}`,
    type,
    subject,
    time: formatInstant(context.nowMs),
    datacontenttype: "application/json",
    dataschema: `urn:meter-sync:schemas:${type}`,
    partitionkey,
    correlationid: context.runId,
    streamid: context.streamId,
    data: event.data,
  });
  return { id, type, subject, program, partitionkey, timeMs: context.nowMs, body };
}
