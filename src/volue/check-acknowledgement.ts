import type { VolueEvent } from "./event.ts";
import type { Findings } from "./fields.ts";
import { describeTarget, fitTarget } from "./fit-target.ts";
import type { AcknowledgementPayload, TargetIds } from "./report.ts";

const listNames = ["acknowledgedTargets", "declinedTargets"] as const;

/** Every target is acknowledged or declined, once: what is left out would be taken for consent, or not. */
export function checkAcknowledgement(
  payloads: readonly AcknowledgementPayload[],
  event: VolueEvent,
  findings: Findings,
): void {
  const places = new Map<number, string>();
  for (const payload of payloads) {
    for (const name of listNames) {
      for (const [index, ids] of payload[name].entries()) {
        noteTarget(ids, `${payload.path}.${name}[${index}]`, event, places, findings);
      }
    }
  }
  for (const [number, target] of event.targets.entries()) {
    // The same target may be there twice, with times of its own: one word is said of both.
    const fitted = fitTarget(target, event);
    if (places.has(number) || ("number" in fitted && places.has(fitted.number))) continue;
    const message = `the event's target ${describeTarget(target)} is neither acknowledged nor declined`;
    findings.problems.push({ path: "payloads", message });
  }
}

function noteTarget(
  ids: TargetIds,
  path: string,
  event: VolueEvent,
  places: Map<number, string>,
  { problems }: Findings,
): void {
  const fitted = fitTarget(ids, event);
  if ("wrong" in fitted) {
    problems.push({ path: `${path}.${fitted.wrong}`, message: fitted.message });
    return;
  }
  const before = places.get(fitted.number);
  if (before !== undefined) problems.push({ path, message: `is the same target as ${before}` });
  else places.set(fitted.number, path);
}
