import type { EventTarget, VolueEvent } from "./event.ts";
import type { TargetIds } from "./report.ts";

const idNames = ["resourceId", "locationId", "meterPointId"] as const;
type IdName = (typeof idNames)[number];

/** The numbers of the targets that have an id, in order; under `null` of those that do not tell theirs. */
type Numbers = ReadonlyMap<string | null, readonly number[]>;
type Lists = Readonly<Record<IdName, Numbers>> & { readonly all: readonly number[] };
const listsOf = new WeakMap<VolueEvent, Lists>();

/** What is meant by ids: one of the event's targets, by its number; or what is wrong, and with which id. */
export type FittedTarget =
  | { readonly number: number; readonly target: EventTarget }
  | { readonly wrong: IdName; readonly message: string };

/** The target that all given ids fit. An id that the event does not tell of its targets cannot be wrong. */
export function fitTarget(ids: TargetIds, event: VolueEvent): FittedTarget {
  const lists = idNames.map((name) => listFitting(ids, event, name));
  // The shortest list will do: an event has thousands of targets, and a report as many payloads.
  const numbers = lists.reduce((one, other) => (other.length < one.length ? other : one));
  for (const number of numbers) {
    const target = event.targets[number];
    if (target !== undefined && idNames.every((name) => isFit(ids, target, name))) return { number, target };
  }
  for (const [index, wrong] of idNames.entries()) {
    if (lists[index]?.length !== 0) continue;
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

/** The numbers of the targets that one of the ids fits, in order. */
function listFitting(ids: TargetIds, event: VolueEvent, name: IdName): readonly number[] {
  const { all, [name]: numbers } = toLists(event);
  if (ids[name] === null) return all;
  const own = numbers.get(ids[name]) ?? [];
  const open = numbers.get(null) ?? [];
  if (open.length === 0 || own.length === 0) return own.length === 0 ? open : own;
  return [...own, ...open].sort((one, other) => one - other);
}

function toLists(event: VolueEvent): Lists {
  const known = listsOf.get(event);
  if (known !== undefined) return known;
  const lists = {
    all: [...event.targets.keys()],
    resourceId: toNumbers(event, "resourceId"),
    locationId: toNumbers(event, "locationId"),
    meterPointId: toNumbers(event, "meterPointId"),
  };
  listsOf.set(event, lists);
  return lists;
}

function toNumbers({ targets }: VolueEvent, name: IdName): Numbers {
  const numbers = new Map<string | null, number[]>();
  for (const [number, { [name]: id }] of targets.entries()) {
    const list = numbers.get(id);
    if (list === undefined) numbers.set(id, [number]);
    else list.push(number);
  }
  return numbers;
}

function isFit(ids: TargetIds, target: TargetIds, name: IdName): boolean {
  return ids[name] === null || target[name] === null || ids[name] === target[name];
}

function shorten(id: string | null): string {
  return JSON.stringify((id ?? "").slice(0, 60)).slice(1, -1);
}
