import type { Hash } from "node:crypto";
import { type EventContext, type StagedEvent, saveStagedEvents } from "../events/index.ts";
import type { RegionHorizon } from "../market/index.ts";
import type { Run, SyncContext } from "./context.ts";

/** A run's plan while it is made; its results are staged in the database, chunk by chunk. */
export type Plan = {
  /** The instant everything is planned as of, and published at. */
  readonly nowMs: number;
  /** The regions met so far. */
  readonly horizons: ReadonlyMap<string, RegionHorizon>;
  /** The horizon of a region, met before or not. */
  readonly toHorizon: (region: string) => RegionHorizon;
  readonly events: EventContext;
  /** False for a baseline that tells no events of meters and groups. */
  readonly tells: boolean;
  readonly checksum: Hash;
  /** Fields that some document had before this run, by their keys. */
  readonly knownFields: ReadonlySet<string>;
  /** Fields told now or later: whether this run tells them. */
  readonly fields: Map<string, boolean>;
  created: number;
  changed: number;
  ordinal: number;
};

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
