/**
 * Changes → change events: CloudEvents 1.0, staged with the plan and appended to the outbox by its
 * publication.
 *
 * Takes: what changed, a transaction. Gives: events with ids that a repeated run repeats.
 * Never: sends; alters an event once appended.
 */
export { type DriftSlot, type GroupDrift, type MeterDrift, toDriftEvent } from "./drift-events.ts";
export {
  appendEvents,
  appendRunEvent,
  appendStagedEvents,
  loadStagedCounts,
  loadToldCount,
  saveStagedEvents,
  saveStagedEventTimes,
} from "./event-store.ts";
export { type GroupUpdate, idsPerPartMax, toGroupEvents } from "./group-events.ts";
export { toJsonSchema, toSchemaFiles } from "./json-schemas.ts";
export { toActionData, toMeterEvents } from "./meter-events.ts";
export { type OverdueRemap, toOverdueEvent } from "./overdue-events.ts";
export { type DiscoveredField, toFieldEvent, toRunEvent } from "./run-events.ts";
export { type EventData, type EventType, eventData, eventTypes, toEnvelopeSchema } from "./schemas.ts";
export type { EventContext, StagedEvent } from "./to-event.ts";
