import { parseInstant } from "../time/index.ts";
import type { DrillBody } from "./plan-drill.ts";

/** What a receiver sent back, held against what it was sent. */
export type Echo =
  | { readonly kind: "no body" }
  | { readonly kind: "not JSON" }
  /** JSON that does not claim to be what was sent, such as `{"ok":true}`. */
  | { readonly kind: "no echo" }
  | { readonly kind: "same" }
  | {
      readonly kind: "different";
      /** One line each with its path, the first of them. */
      readonly differences: readonly string[];
      readonly differenceCount: number;
    };

type Fields = Readonly<Record<string, unknown>>;

const differenceCountMax = 50;

/**
 * Whether the body echoes what was sent: ids and names as sets, ids in any case, instants as instants, left
 * out as null. Fields that were not sent are the receiver's own or new ones of Leap's, and no difference; but
 * a drill that came in as anything else than a test is.
 */
export function compareEcho(sent: DrillBody, body: string | null): Echo {
  if (body === null || body.trim() === "") return { kind: "no body" };
  const echoed = parseJson(body);
  if (echoed === undefined) return { kind: "not JSON" };
  if (!isFields(echoed) || !Array.isArray(echoed.group_dispatches)) return { kind: "no echo" };
  const differences: string[] = [];
  let differenceCount = 0;
  for (const difference of diffBody(sent, echoed, echoed.group_dispatches)) {
    differenceCount += 1;
    if (differenceCount <= differenceCountMax) differences.push(difference);
  }
  return differenceCount === 0 ? { kind: "same" } : { kind: "different", differences, differenceCount };
}

function* diffBody(sent: DrillBody, echoed: Fields, groups: readonly unknown[]): Generator<string> {
  const flag = echoed.integration_test_notification;
  if (flag !== undefined && flag !== true) {
    yield `integration_test_notification: it has to be true, echoed ${toShown(flag)}`;
  }
  yield* diffCommunicationTest("", echoed);
  const list = sent.group_dispatches.map((group) => toFields(group));
  yield* diffEntries("group_dispatches", "market_group_id", list, groups, diffGroup);
}

/** What moves real assets must not have become of it. */
function* diffCommunicationTest(path: string, echoed: Fields): Generator<string> {
  for (const name of ["communication_test", "is_communication_test"]) {
    if (echoed[name] === true) yield `${path}${name}: a drill is none, echoed true`;
  }
}

function* diffGroup(path: string, sent: Fields, echoed: Fields): Generator<string> {
  yield* diffSet(`${path}.meter_ids`, sent.meter_ids, echoed.meter_ids, toCaseless);
  yield* diffSet(`${path}.partner_references`, sent.partner_references, echoed.partner_references, toSame);
  const slots = toList(echoed.timeslots);
  if (slots === null) yield `${path}.timeslots: echoed ${toShown(echoed.timeslots)}, which is no list`;
  const list = toList(sent.timeslots) ?? [];
  yield* diffEntries(`${path}.timeslots`, "market_group_event_id", list as Fields[], slots ?? [], diffSlot);
}

function* diffSlot(path: string, sent: Fields, echoed: Fields): Generator<string> {
  yield* diffCommunicationTest(`${path}.`, echoed);
  for (const name of ["start_time", "end_time"]) {
    yield* diffValue(`${path}.${name}`, sent[name], echoed[name], toInstant);
  }
  for (const name of plainNames) yield* diffValue(`${path}.${name}`, sent[name], echoed[name], toSame);
  for (const name of ["dispatch_event_types", "programs"]) {
    yield* diffSet(`${path}.${name}`, sent[name], echoed[name], toSame);
  }
}

const plainNames = [
  "cancelled",
  "energy_kw",
  "nomination_kw",
  "performance_compensation_cap",
  "priority",
  "is_voluntary",
];

/** Entries of two lists by their ids, in whatever order they are. */
function* diffEntries(
  path: string,
  idName: string,
  sent: readonly Fields[],
  echoed: readonly unknown[],
  diffEntry: (path: string, sent: Fields, echoed: Fields) => Generator<string>,
): Generator<string> {
  const open = new Map(sent.map((entry, index) => [toCaseless(entry[idName]), { entry, index }]));
  const seen = new Set<unknown>();
  for (const [index, entry] of echoed.entries()) {
    const id = isFields(entry) ? toCaseless(entry[idName]) : undefined;
    const match = open.get(id);
    if (!isFields(entry) || match === undefined) {
      const what = isFields(entry) ? `${idName} ${toShown(entry[idName])}` : toShown(entry);
      yield `${path}: entry ${index} of the echo, ${what}, was not sent`;
    } else if (seen.has(id)) {
      yield `${path}: ${idName} ${toShown(id)} is echoed twice`;
    } else {
      seen.add(id);
      yield* diffEntry(`${path}[${match.index}]`, match.entry, entry);
    }
  }
  for (const [id, { index }] of open) {
    if (!seen.has(id)) yield `${path}[${index}]: ${idName} ${toShown(id)} is not echoed`;
  }
}

function* diffValue(
  path: string,
  sent: unknown,
  echoed: unknown,
  toComparable: (value: unknown) => unknown,
): Generator<string> {
  if (toComparable(sent ?? null) === toComparable(echoed ?? null)) return;
  yield `${path}: sent ${toShown(sent ?? null)}, echoed ${toShown(echoed ?? null)}`;
}

function* diffSet(
  path: string,
  sent: unknown,
  echoed: unknown,
  toComparable: (value: unknown) => unknown,
): Generator<string> {
  const list = toList(echoed ?? []);
  if (list === null) return yield `${path}: echoed ${toShown(echoed)}, which is no list`;
  const expected = new Set((toList(sent) ?? []).map(toComparable));
  const found = new Set(list.map(toComparable));
  const missing = [...expected].filter((value) => !found.has(value));
  const others = [...found].filter((value) => !expected.has(value));
  if (missing.length > 0) yield `${path}: not echoed of ${expected.size}: ${toSome(missing)}`;
  if (others.length > 0) yield `${path}: echoed and not sent: ${toSome(others)}`;
  const repeated = list.length - found.size;
  if (repeated > 0) yield `${path}: ${repeated} of ${list.length} are echoed more than once`;
}

const shownCountMax = 3;
const shownLengthMax = 80;

function toSome(values: readonly unknown[]): string {
  const shown = values.slice(0, shownCountMax).map(toShown).join(", ");
  return values.length > shownCountMax ? `${shown} and ${values.length - shownCountMax} more` : shown;
}

function toShown(value: unknown): string {
  const json = toJson(value) ?? "nothing";
  return json.length > shownLengthMax ? `${json.slice(0, shownLengthMax)}…` : json;
}

/** What can be parsed may be nested too deep to be written again (I8). */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return "what is nested too deep to be shown";
  }
}

function toSame(value: unknown): unknown {
  return value;
}

function toCaseless(value: unknown): unknown {
  return typeof value === "string" ? value.trim().toLowerCase() : value;
}

function toInstant(value: unknown): unknown {
  return typeof value === "string" ? (parseInstant(value) ?? value) : value;
}

function toList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toFields(value: object): Fields {
  return { ...value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
