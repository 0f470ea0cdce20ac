import type { JsonObject, JsonValue } from "../meter/index.ts";

export type FieldType = "string" | "number" | "boolean" | "object" | "array" | "enum";

/** A place in a document and what stands there; `value` is set for fields that have a few values only. */
export type Field = { readonly path: string; readonly type: FieldType; readonly value: string | null };

/** Fields whose values are few and mean something: a new one is worth telling. */
const enumPaths: ReadonlySet<string> = new Set([
  "transmission_region",
  "customer_classification",
  "meter_type",
  "load_types[]",
  "global_enrollment_status",
  "participation_preferences[].participation_preference",
  "program_enrollment[].program_identifier",
  "program_enrollment[].enrollment_status",
  "required_actions.partner[].action_type",
  "required_actions.leap[].action_type",
  "enrollment.status",
  "enrollment.status_reasons[].code",
  "enrollment.partner_preferred_action",
]);

const depthMax = 12;

/** Every field of a document, each place once; what is null says nothing. */
export function toFields(document: JsonObject): Field[] {
  const found = new Map<string, Field>();
  collect(document, "", 0, found);
  return [...found.values()];
}

/** A field as one text, to remember it by. */
export function toFieldKey(apiVersion: string, field: Field): string {
  return JSON.stringify([apiVersion, field.path, field.type, field.value]);
}

/** What a key stands for. */
export function parseFieldKey(key: string): Field & { readonly apiVersion: string } {
  const [apiVersion, path, type, value] = JSON.parse(key) as [string, string, FieldType, string | null];
  return { apiVersion, path, type, value };
}

function collect(value: JsonValue, path: string, depth: number, found: Map<string, Field>): void {
  if (value === null || depth > depthMax) return;
  if (path !== "") note(path, value, found);
  if (Array.isArray(value)) {
    for (const item of value) collect(item, `${path}[]`, depth + 1, found);
  } else if (typeof value === "object") {
    for (const [key, item] of Object.entries(value)) {
      collect(item, path === "" ? key : `${path}.${key}`, depth + 1, found);
    }
  }
}

function note(path: string, value: JsonValue, found: Map<string, Field>): void {
  const type = Array.isArray(value) ? "array" : (typeof value as FieldType);
  found.set(`${type} ${path}`, { path, type, value: null });
  if (typeof value === "string" && enumPaths.has(path)) {
    const key = value.slice(0, 120);
    found.set(`enum ${path} ${key}`, { path, type: "enum", value: key });
  }
}
