import { type EventContext, type StagedEvent, saveStagedEvents } from "../events/index.ts";
import type { EmptiedGroup } from "../guard/index.ts";
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
  /** Fields that some document had before this run, by their keys. */
  readonly knownFields: ReadonlySet<string>;
  /** Fields told now or later: whether this run tells them. */
  readonly fields: Map<string, boolean>;
  created: number;
  changed: number;
  ordinal: number;
  /** Meters that are left without any group on a date for which the published data gives them one. */
  losing: number;
  readonly losingByProgram: Map<string, number>;
  /** Groups that fall to zero, and how many of their members are left without any group. */
  readonly emptied: EmptiedGroup[];
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
  plan.ordinal += events.length;
}
