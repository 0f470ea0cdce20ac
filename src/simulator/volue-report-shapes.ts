import { parseInstant } from "../time/index.ts";
import type { AcknowledgementNames } from "./volue-book.ts";
import type { FieldErrors } from "./volue-problem.ts";

/** Tells what is wrong with a value, and where. */
type Check = (value: unknown, at: string, note: Note) => void;
type Note = (at: string, words: string) => void;
type Shape = Readonly<Record<string, { readonly check: Check; readonly isOptional?: true }>>;

const hourPoint: Shape = {
  timestamp: { check: checkTimestamp },
  kiloWattHours: { check: checkNumber },
};
const location: Shape = { locationId: { check: checkText }, meterPointId: { check: checkMeterPoint } };
const resource: Shape = { ...location, resourceId: { check: checkText } };
const hours = { check: toListCheck(hourPoint) };

const usage: Readonly<Record<string, Shape>> = {
  EnergyUsage: {
    resourceId: { check: checkText },
    resolution: { check: checkResolution },
    points: { ...hours, isOptional: true },
    curvePoints: { check: orNull(hours.check), isOptional: true },
    locationId: { check: orNull(checkText), isOptional: true },
    meterPointId: { check: orNull(checkMeterPoint), isOptional: true },
  },
  LocationEnergyUsage: { ...location, resolution: { check: checkResolution }, points: hours },
  LocationEnergyUsagePlan: {
    ...location,
    resolution: { check: checkResolution },
    baseline: hours,
    flexibility: hours,
  },
};

const namesOfAcknowledgements: Readonly<Record<AcknowledgementNames, readonly [string, string]>> = {
  swagger: ["LocationLPCAcknowledgement", "ResourceLPCAcknowledgement"],
  guide: ["LocationLPCAcknowledged", "ResourceLPCAcknowledged"],
};

/** What is wrong with the body of a report, by place; nothing where it has the documented shape. */
export function findFieldErrors(body: unknown, names: AcknowledgementNames): FieldErrors {
  const errors: Record<string, string[]> = {};
  const note: Note = (at, words) => {
    const known = errors[at];
    if (known === undefined) errors[at] = [words];
    else known.push(words);
  };
  const report: Shape = {
    eventId: { check: checkText },
    payloads: { check: (value, at) => checkPayloads(value, at, note, toShapes(names)) },
  };
  checkObject(report, body, "", note);
  return errors;
}

function toShapes(names: AcknowledgementNames): Readonly<Record<string, Shape>> {
  const [ofLocations, ofResources] = namesOfAcknowledgements[names];
  return { ...usage, [ofLocations]: toAcknowledgement(location), [ofResources]: toAcknowledgement(resource) };
}

function toAcknowledgement(target: Shape): Shape {
  const targets = { check: toListCheck(target), isOptional: true } as const;
  return { acknowledgedTargets: targets, declinedTargets: targets };
}

function checkPayloads(value: unknown, at: string, note: Note, shapes: Readonly<Record<string, Shape>>) {
  if (!Array.isArray(value) || value.length === 0) {
    note(at, "At least one payload is required.");
    return;
  }
  for (const [index, payload] of value.entries()) {
    const place = `${at}[${index}]`;
    const type: unknown = isObject(payload) ? payload.payloadType : undefined;
    const shape = typeof type === "string" && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
    if (shape === undefined) note(`${place}.payloadType`, `'${String(type)}' is no type of payload.`);
    else checkPayload({ payloadType: { check: checkText }, ...shape }, payload, place, note);
  }
}

function checkPayload(shape: Shape, payload: unknown, at: string, note: Note): void {
  checkObject(shape, payload, at, note);
  const lists = ["points", "curvePoints", "acknowledgedTargets", "declinedTargets", "baseline"];
  const own = lists.filter((name) => Object.hasOwn(shape, name));
  const isEmpty = (list: unknown): boolean => !Array.isArray(list) || list.length === 0;
  if (isObject(payload) && own.every((name) => isEmpty(payload[name])))
    note(`${at}.${own[0]}`, "There is nothing in this report.");
}

function checkObject(shape: Shape, value: unknown, at: string, note: Note): void {
  const toPlace = (name: string): string => (at === "" ? name : `${at}.${name}`);
  if (!isObject(value)) {
    note(at === "" ? "$" : at, "An object is required.");
    return;
  }
  for (const [name, { check, isOptional = false }] of Object.entries(shape)) {
    if (Object.hasOwn(value, name)) check(value[name], toPlace(name), note);
    else if (!isOptional) note(toPlace(name), `The ${name} field is required.`);
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(shape, name)) note(toPlace(name), "There is no such field.");
  }
}

function toListCheck(shape: Shape): Check {
  return (value, at, note) => {
    if (!Array.isArray(value)) return note(at, "A list is required.");
    for (const [index, entry] of value.entries()) checkObject(shape, entry, `${at}[${index}]`, note);
  };
}

function orNull(check: Check): Check {
  return (value, at, note) => {
    if (value !== null) check(value, at, note);
  };
}

function checkText(value: unknown, at: string, note: Note): void {
  if (typeof value !== "string" || value.trim() === "") note(at, "A text is required.");
}

function checkMeterPoint(value: unknown, at: string, note: Note): void {
  if (typeof value !== "string" || !/^\d{18}$/.test(value)) note(at, "Eighteen digits are required.");
}

function checkNumber(value: unknown, at: string, note: Note): void {
  if (typeof value !== "number") note(at, "A number is required.");
}

function checkResolution(value: unknown, at: string, note: Note): void {
  if (value !== "01:00:00") note(at, "The only resolution is 01:00:00.");
}

function checkTimestamp(value: unknown, at: string, note: Note): void {
  if (typeof value !== "string" || !/[T]/.test(value) || parseInstant(value) === undefined)
    note(at, "A date-time with an offset is required.");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
