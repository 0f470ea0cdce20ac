import type { JsonObject } from "../meter/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Dispatch, DispatchLevel, ParsedDispatches } from "./dispatch.ts";
import { toId, toSlot } from "./dispatch-slot.ts";
import { isObject, text } from "./fields.ts";

/** What is found on the way through a document: a timeslot, or what could not be read, with its place. */
export type Finding =
  | { readonly dispatch: Dispatch; readonly problem?: never }
  | { readonly problem: string; readonly dispatch?: never };

/** What the parts of a document inherit from what they are in. */
export type DispatchContext = {
  /** Where in the document we are, in words for a person; empty at its root. */
  readonly where: string;
  readonly receivedAtMs: number | null;
  readonly test: Dispatch["test"];
  /** `null` where nothing around it says so. */
  readonly level: DispatchLevel | null;
  /** Levels that may still follow: what is nested further is no dispatch (I8). */
  readonly depth: number;
};

const problemCountMax = 50;
const depthMax = 6;

/**
 * The dispatches in what Leap answered to a search, delivered or described: an answer, a notification, one
 * dispatch of a group or a meter, a list of these, or a capture of one as `{received_at, body}`. What cannot
 * be read is told with its place, and the others are given all the same; nothing unknown is fatal (I11).
 */
export function parseDispatches(value: unknown, receivedAtMs: number | null): ParsedDispatches {
  const found = toSorted(findDispatches(value, toRootContext(receivedAtMs)), Number.MAX_SAFE_INTEGER);
  const token = isObject(value) && Array.isArray(value.results) ? text.parse(value.next_page_token) : null;
  return { ...found, nextPageToken: token?.value ? token.value : null };
}

export function toRootContext(receivedAtMs: number | null): DispatchContext {
  return { where: "", receivedAtMs, test: null, level: null, depth: depthMax };
}

/** Timeslots on one side, problems on the other; nothing beyond the limit is looked at. */
export function toSorted(
  findings: Iterable<Finding>,
  dispatchCountMax: number,
): Omit<ParsedDispatches, "nextPageToken"> {
  const dispatches: Dispatch[] = [];
  const problems: string[] = [];
  let problemCount = 0;
  for (const { dispatch, problem } of findings) {
    if (dispatch !== undefined) dispatches.push(dispatch);
    else {
      problemCount += 1;
      if (problems.length < problemCountMax) problems.push(problem);
    }
    if (dispatches.length > dispatchCountMax) break;
  }
  if (problemCount > problems.length) problems.push(`and ${problemCount - problems.length} more like these`);
  return { dispatches, problems };
}

/** What is in the value, whatever of the known shapes it has. */
export function* findDispatches(value: unknown, context: DispatchContext): Generator<Finding> {
  if (context.depth === 0) yield toProblem(context, "it is nested too deep for a dispatch");
  else if (Array.isArray(value)) yield* findInList(value, "", context);
  else if (isObject(value)) yield* findInObject(value, context);
  else yield toProblem(context, "it is not an object");
}

const lists = [
  ["results", null],
  ["group_dispatches", "group"],
  ["meter_dispatches", "meter"],
] as const;

function* findInObject(value: JsonObject, context: DispatchContext): Generator<Finding> {
  const received = readReceived(value, context);
  if (received === undefined) {
    yield toProblem(toInner(context, "received_at"), "it is no instant: taken as not said");
  }
  const receivedAtMs = received ?? context.receivedAtMs;
  const inner = { ...context, receivedAtMs, test: toTest(value, context) };
  if (Array.isArray(value.timeslots)) yield* findInTarget(value, value.timeslots, inner);
  else if (lists.some(([name]) => isGiven(value, name))) yield* findInLists(value, inner);
  else if (isGiven(value, "received_at") && isGiven(value, "body")) yield* findInBody(value.body, inner);
  else yield toProblem(context, toShapeProblem(value));
}

function* findInLists(value: JsonObject, context: DispatchContext): Generator<Finding> {
  for (const [name, level] of lists) {
    if (!isGiven(value, name)) continue;
    const list = value[name];
    if (Array.isArray(list)) yield* findInList(list, name, { ...context, level: level ?? context.level });
    else yield toProblem(toInner(context, name), "it is not a list");
  }
}

function* findInList(values: readonly unknown[], name: string, context: DispatchContext): Generator<Finding> {
  for (const [index, value] of values.entries()) {
    yield* findDispatches(value, toInner(context, `${name}[${index}]`));
  }
}

/** What whoever captured a notification kept of it: the JSON, or its text. */
function* findInBody(body: unknown, context: DispatchContext): Generator<Finding> {
  const inner = toInner(context, "body");
  const read = typeof body === "string" ? parseJson(body) : ({ isJson: true, value: body } as const);
  if (read.isJson) yield* findDispatches(read.value, inner);
  else yield toProblem(inner, "it is a text that is not JSON");
}

/** The slots of a market group or of a meter. */
function* findInTarget(
  value: JsonObject,
  slots: readonly unknown[],
  context: DispatchContext,
): Generator<Finding> {
  const level = context.level ?? toLevel(value);
  const target = readTarget(value, level);
  if (typeof target === "string") return yield toProblem(context, target);
  if (slots.length === 0) yield toProblem(context, "its list of timeslots is empty");
  const { receivedAtMs } = context;
  for (const [index, slot] of slots.entries()) {
    const read = isObject(slot) ? toSlot(slot, level) : "it is not an object";
    if (typeof read === "string") yield toProblem(toInner(context, `timeslots[${index}]`), read);
    else {
      const test = isObject(slot) ? toTest(slot, context) : context.test;
      yield { dispatch: { ...target, ...read, level, test, receivedAtMs } };
    }
  }
}

/** When this was received; `null` where it does not say, undefined where it says it unreadably. */
function readReceived(value: JsonObject, context: DispatchContext): number | null | undefined {
  const field = text.parse(value.received_at);
  if (field.value === null && !field.isOdd) return context.receivedAtMs;
  return parseInstant(field.value?.trim() ?? "");
}

/** A notification that only rings the bell moves nothing, whatever else it or its slots say. */
function toTest(value: JsonObject, context: DispatchContext): Dispatch["test"] {
  if (context.test === "integration" || value.integration_test_notification === true) return "integration";
  const isTest = value.communication_test === true || value.is_communication_test === true;
  return isTest ? "communication" : context.test;
}

function toLevel(value: JsonObject): DispatchLevel {
  if (!isGiven(value, "market_group_id")) return isGiven(value, "meter_id") ? "meter" : "group";
  return isGiven(value, "meter_id") && !isGiven(value, "meter_ids") ? "meter" : "group";
}

type Target = Pick<Dispatch, "targetId" | "meterIds">;

/** Who is dispatched, or what is wrong with it: half a list of members would be compared as a whole one. */
function readTarget(value: JsonObject, level: DispatchLevel): Target | string {
  const name = level === "group" ? "market_group_id" : "meter_id";
  const targetId = toId(value[name]);
  if (targetId === null) return `it has no ${name}`;
  if (level === "meter") return { targetId, meterIds: [targetId] };
  if (!Array.isArray(value.meter_ids)) return "it has no list of meter_ids";
  const ids = value.meter_ids.map(toId);
  const oddAt = ids.indexOf(null);
  if (oddAt >= 0) return `its meter_ids[${oddAt}] is no id, so its members are not known`;
  return { targetId, meterIds: [...new Set(ids as string[])].sort() };
}

function toShapeProblem(value: JsonObject): string {
  if (isGiven(value, "market_group_id") || isGiven(value, "meter_id")) return "it has no list of timeslots";
  return "it is no dispatch: it has neither timeslots nor results, group_dispatches or meter_dispatches";
}

function isGiven(value: JsonObject, name: string): boolean {
  return Object.hasOwn(value, name) && value[name] !== null;
}

function toInner(context: DispatchContext, part: string): DispatchContext {
  const isJoined = context.where === "" || part.startsWith("[");
  const where = isJoined ? `${context.where}${part}` : `${context.where}.${part}`;
  return { ...context, where, depth: context.depth - 1 };
}

function toProblem({ where }: DispatchContext, problem: string): Finding {
  return { problem: where === "" ? problem : `${where}: ${problem}` };
}

export type MaybeJson = { readonly isJson: true; readonly value: unknown } | { readonly isJson: false };

export function parseJson(json: string): MaybeJson {
  try {
    return { isJson: true, value: JSON.parse(json) as unknown };
  } catch {
    return { isJson: false };
  }
}
