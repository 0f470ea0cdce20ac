import type { JsonValue } from "../meter/index.ts";
import type { EventData } from "./schemas.ts";
import { type EventContext, type StagedEvent, toStagedEvent } from "./to-event.ts";

type RunEventType = "sync.published" | "sync.held" | "sync.failed";

/** The event of a run's end. Its key is the stream, not the run: a repeated run tells the same event. */
export function toRunEvent(
  context: EventContext,
  type: RunEventType,
  report: EventData<RunEventType>["after"],
  told: number,
): StagedEvent {
  return toStagedEvent(context, {
    type,
    subject: context.runId,
    partitionkey: "sync",
    program: "",
    data: { before: null, after: report },
    identity: { before: null, after: null, told },
  });
}

export type DiscoveredField = {
  readonly apiVersion: string;
  readonly path: string;
  readonly type: EventData<"portfolio.field.discovered">["type"];
  readonly value: string | null;
};

/** A field or a value that no document had before: told once, ever. */
export function toFieldEvent(context: EventContext, field: DiscoveredField): StagedEvent {
  const { apiVersion, ...data } = field;
  const said: JsonValue = [apiVersion, field.path, field.type, field.value];
  return toStagedEvent(context, {
    type: "portfolio.field.discovered",
    subject: field.path,
    partitionkey: field.path,
    program: "",
    data: { ...data, before: null, after: field.value ?? field.type },
    identity: { before: null, after: said, told: 0 },
  });
}
