import type { Hash } from "node:crypto";
import { type Field, toFieldKey, toFields } from "../diff/index.ts";
import { type EventContext, type StagedEvent, saveStagedEvents, toFieldEvent } from "../events/index.ts";
import type { RegionHorizon } from "../market/index.ts";
import type { JsonObject } from "../meter/index.ts";
import type { Run, SyncContext } from "./context.ts";

/** A run's plan while it is made; its results are staged in the database, chunk by chunk. */
export type Plan = {
  /** The instant everything is planned as of, and published at. */
  readonly nowMs: number;
  readonly horizons: ReadonlyMap<string, RegionHorizon>;
  readonly events: EventContext;
  /** False for a baseline that tells no events of meters and groups. */
  readonly tells: boolean;
  readonly checksum: Hash;
  readonly knownFields: Set<string>;
  readonly newFields: Map<string, Field>;
  created: number;
  changed: number;
  ordinal: number;
};

/**
 * So many new fields are told per run, and so many remembered: a document with random keys must not flood
 * anyone.
 */
const fieldsPerRunMax = 50;
const fieldsMax = 5000;

/** Lets signals and timers in between two chunks; a run told to stop ends here and can be resumed. */
export async function pause(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw signal.reason;
}

/** Appends events to the plan in their order. */
export function stageEvents(
  context: SyncContext,
  run: Run,
  plan: Plan,
  events: readonly StagedEvent[],
): void {
  saveStagedEvents(context.database, run.runKey, plan.ordinal, events);
  for (const event of events) plan.checksum.update(event.id);
  plan.ordinal += events.length;
}

/** Looks at a document's fields for ones that none had before. */
export function noteFields(run: Run, plan: Plan, document: JsonObject): void {
  if (plan.knownFields.size >= fieldsMax) return;
  for (const field of toFields(document)) {
    const key = toFieldKey(run.apiVersion, field);
    if (plan.knownFields.has(key) || plan.newFields.has(key)) continue;
    if (isSilent(run) ? plan.newFields.size < fieldsMax : plan.newFields.size < fieldsPerRunMax) {
      plan.newFields.set(key, field);
    }
  }
}

/** Tells of the fields that no document had before. */
export function stageFields(context: SyncContext, run: Run, plan: Plan): void {
  if (isSilent(run)) return;
  stageEvents(
    context,
    run,
    plan,
    [...plan.newFields.values()].map((field) =>
      toFieldEvent(plan.events, { ...field, apiVersion: run.apiVersion }),
    ),
  );
}

/** Fields are no news at the baseline, nor when the API's version has changed. */
function isSilent(run: Run): boolean {
  return run.stream.apiVersion !== run.apiVersion;
}
