import { z } from "zod";
import type { JsonObject } from "../meter/index.ts";
import { parseInstant } from "../time/index.ts";

/** A field read leniently: `null` where it is null, left out or of another type; only the last is odd. */
export type Field<T> = { readonly value: T | null; readonly isOdd: boolean };

const odd: Field<never> = Object.freeze({ value: null, isOdd: true });

/** A schema for one field that never fails: null and absent are the same, another type is marked as odd. */
export function lenient<T>(schema: z.ZodType<T>) {
  return schema
    .nullish()
    .transform((value): Field<T> => ({ value: value ?? null, isOdd: false }))
    .catch(odd);
}

export const text = lenient(z.string());
export const flag = lenient(z.boolean());
export const list = lenient(z.array(z.unknown()));
export const object = lenient(z.record(z.string(), z.unknown()));

/** A decoration that should be text. A number is taken as its digits: no reason to lose a reference. */
export const looseText = z.union([
  z.number().transform((value): Field<string> => ({ value: String(value), isOdd: true })),
  text,
]);

/** What is noticed while one document is read: codes of oddities, and the first reason to give up on it. */
export type Notes = { readonly drift: Set<string>; problem: string | null };

export function openNotes(): Notes {
  return { drift: new Set(), problem: null };
}

export function noteProblem(notes: Notes, problem: string): void {
  notes.problem ??= problem;
}

/** The value of a decoration: the wrong type is drift, never fatal (I11). Empty text says nothing. */
export function takeDecoration<T>(name: string, field: Field<T>, notes: Notes): T | null {
  if (field.isOdd) notes.drift.add(`${name}_type`);
  return field.value === "" ? null : field.value;
}

/** The value of a field that decides where a meter stands: of the wrong type, the meter cannot be read. */
export function takeEssential<T>(name: string, field: Field<T>, notes: Notes): T | null {
  if (field.isOdd) noteProblem(notes, `${name} is of a type that cannot be read`);
  return field.value === "" ? null : field.value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Leap spells "forever" as an instant in 2099 or in 9000; nothing real is planned that far ahead.
const foreverFromMs = Date.UTC(2099, 0, 1);

/** Epoch milliseconds, `forever`, or undefined where the text is no instant. */
export function readInstant(value: string | null): number | "forever" | undefined {
  if (value === null) return "forever";
  const instantMs = parseInstant(value.trim());
  return instantMs !== undefined && instantMs >= foreverFromMs ? "forever" : instantMs;
}

/** An end: left out or forever is `null`; anything else that is no instant makes the meter unreadable. */
export function takeEnd(name: string, field: Field<string>, notes: Notes): number | null {
  const end = field.isOdd ? undefined : readInstant(field.value === "" ? null : field.value);
  if (end === undefined) noteProblem(notes, `${name} is no instant`);
  return end === undefined || end === "forever" ? null : end;
}

/** A start: one that is left out, forever or no instant makes the meter unreadable. */
export function takeStart(name: string, field: Field<string>, notes: Notes): number {
  const start = field.isOdd ? undefined : readInstant(field.value);
  if (start !== undefined && start !== "forever") return start;
  noteProblem(notes, `${name} is no instant`);
  return 0;
}

/** A market group's id in lower case, `null` for none. */
export function takeMarketGroupId(field: Field<string>, notes: Notes): string | null {
  const id = takeEssential("market_group_id", field, notes)?.trim().toLowerCase() ?? "";
  return id === "" ? null : id;
}

/** The meter's id in lower case, `null` where the document has none. */
export function toMeterId(field: Field<string>): string | null {
  const id = field.value?.trim().toLowerCase() ?? "";
  return id === "" ? null : id;
}

/** The region as Leap spells it; `unknown`, and told as drift, where there is none. */
export function takeRegion(field: Field<string>, notes: Notes): string {
  const region = takeDecoration("transmission_region", field, notes);
  if (region === null && !field.isOdd) notes.drift.add("region_missing");
  return region ?? "unknown";
}

/** The texts of a list whose order means nothing: sorted, each once. */
export function takeTexts(name: string, field: Field<readonly unknown[]>, notes: Notes): readonly string[] {
  const values = takeDecoration(name, field, notes) ?? [];
  const texts = values.filter((value) => typeof value === "string");
  if (texts.length < values.length) notes.drift.add(`${name}_type`);
  return [...new Set(texts)].sort();
}

/** The values sorted by a text made of each, the first of equals only. */
export function toSortedSet<T>(values: readonly T[], toKey: (value: T) => string): readonly T[] {
  const byKey = new Map<string, T>();
  for (const value of values) {
    const key = toKey(value);
    if (!byKey.has(key)) byKey.set(key, value);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

/** A key whose parts cannot run into one another. */
export function toKey(...parts: readonly (string | number | null)[]): string {
  return JSON.stringify(
    parts.map((part) => (typeof part === "number" ? String(part).padStart(16, "0") : part)),
  );
}
