import { Failure } from "../failure/index.ts";

export type LogFields = Readonly<Record<string, unknown>>;

const depthMax = 4;
const itemCountMax = 50;
const textLengthMax = 4000;
const causeCountMax = 5;

// Second lock (I9): rooms translate errors themselves, and what slips through still shows none of these.
const secretNames = /(authorization|cookie|password|secret|credentials?|api_?key|^key|headers?|^email)$/i;
const wholeNames =
  /^(token|(access|refresh|id|bearer)_?token|(default_?)?options|(raw_?)?body|json|form|request|response)$/i;

/** The fields as plain data that may be logged: errors reduced to their words, dangerous names withheld. */
export function toSafeFields(fields: LogFields): Record<string, unknown> {
  return toSafeObject(fields, depthMax);
}

/** Text without control of a bearer token, and bounded. */
export function scrubText(text: string): string {
  const scrubbed = text.replace(/\b(bearer|basic)\s+[^\s"',]+/gi, "$1 [withheld]");
  return scrubbed.length > textLengthMax ? `${scrubbed.slice(0, textLengthMax)}…` : scrubbed;
}

function toSafeObject(object: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(object).slice(0, itemCountMax);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      secretNames.test(name) || wholeNames.test(name) ? "[withheld]" : toSafeValue(value, depth),
    ]),
  );
}

function toSafeValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return scrubText(value);
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return toErrorFields(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value !== "object") return undefined;
  if (depth === 0) return "[deeper]";
  if (Array.isArray(value)) return value.slice(0, itemCountMax).map((item) => toSafeValue(item, depth - 1));
  const prototype = Object.getPrototypeOf(value);
  // Anything with a class may hold a whole request: its name has to do.
  if (prototype !== Object.prototype && prototype !== null)
    return `[${prototype.constructor?.name ?? "object"}]`;
  return toSafeObject(value, depth - 1);
}

function toErrorFields(error: Error): Record<string, unknown> {
  const causes = toCauses(error);
  const words = { message: toWords(error), ...(causes.length === 0 ? {} : { causes }) };
  if (error instanceof Failure) return { kind: error.kind, ...words, fields: toSafeObject(error.fields, 2) };
  // Only the places of the stack: its head repeats the message.
  const stack = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { name: error.name, ...words, stack: scrubText(stack.map((line) => line.trim()).join("\n")) };
}

function toCauses(error: Error): readonly string[] {
  const causes: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && causes.length < causeCountMax) {
    causes.push(toWords(cause));
    cause = cause.cause;
  }
  return causes;
}

/** A parser's message quotes what it parsed, which may be a customer's data. */
function toWords(error: Error): string {
  return error instanceof SyntaxError ? "a text could not be parsed" : scrubText(error.message);
}
