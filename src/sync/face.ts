import { toActionData } from "../events/index.ts";
import type { Meter } from "../meter/index.ts";
import type { RevisionFace } from "../snapshot/index.ts";
import { parseInstant } from "../time/index.ts";

/** What a meter shows in the views. */
export function toFace(meter: Meter): RevisionFace {
  return {
    meter,
    requiredActions: JSON.stringify(meter.requiredActions.map(toActionData)),
    addedAtMs: meter.addedAt === null ? null : (parseInstant(meter.addedAt) ?? null),
  };
}
