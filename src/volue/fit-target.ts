import type { EventTarget, VolueEvent } from "./event.ts";
import type { TargetIds } from "./report.ts";

const idNames = ["resourceId", "locationId", "meterPointId"] as const;

/** What is meant by ids: one of the event's targets, by its number; or what is wrong, and with which id. */
export type FittedTarget =
  | { readonly number: number; readonly target: EventTarget }
  | { readonly wrong: (typeof idNames)[number]; readonly message: string };

/** The target that all given ids fit. An id that the event does not tell of its targets cannot be wrong. */
export function fitTarget(ids: TargetIds, { targets }: VolueEvent): FittedTarget {
  const number = targets.findIndex((target) => idNames.every((name) => isFit(ids, target, name)));
  const target = targets[number];
  if (target !== undefined) return { number, target };
  for (const wrong of idNames) {
    if (targets.some((one) => isFit(ids, one, wrong))) continue;
    return { wrong, message: `${shorten(ids[wrong])} is not among the event's targets` };
  }
  const given = idNames.filter((name) => ids[name] !== null);
  const wrong = given.at(-1) ?? "locationId";
  return {
    wrong,
    message: `${shorten(ids[wrong])} belongs to another of the event's targets than the other ids`,
  };
}

export function describeTarget(ids: TargetIds): string {
  return idNames.flatMap((name) => (ids[name] === null ? [] : [shorten(ids[name])])).join(" / ");
}

function isFit(ids: TargetIds, target: TargetIds, name: (typeof idNames)[number]): boolean {
  return ids[name] === null || target[name] === null || ids[name] === target[name];
}

function shorten(id: string | null): string {
  return JSON.stringify((id ?? "").slice(0, 60)).slice(1, -1);
}
