import { type DrillBody, planDrill } from "../../../src/dispatch/index.ts";
import { openIds, slot, toGroup } from "./drill-groups.ts";

export const otherId = "a1000000-0000-4000-8000-000000000002";
const planned = planDrill(
  [
    toGroup({ timeslots: [{ ...slot, energy_kw: 12.5, dispatch_event_types: ["standard", "5m"] }, slot] }),
    toGroup({ marketGroupId: otherId }),
  ],
  openIds(),
);
/** A drill of two groups. */
export const sent = (planned as { readonly body: DrillBody }).body;

// biome-ignore lint/suspicious/noExplicitAny: an echo is whatever a receiver makes of it
export type Anything = any;

/** What Leap delivers of what was sent, changed by a receiver. */
export function echoOf(change: (echo: Anything) => void = () => {}): string {
  const echo = structuredClone({
    integration_test_notification: true,
    communication_test: false,
    ...sent,
  });
  change(echo);
  return JSON.stringify(echo);
}
