import { createHash } from "node:crypto";
import type { JsonValue } from "./meter.ts";

/**
 * JSON with the keys of every object in code-unit order: the same value has one text, whatever order it came
 * in.
 */
export function toCanonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(",")}]`;
  const object = value as { readonly [key: string]: JsonValue };
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${toCanonicalJson(object[key] ?? null)}`);
  return `{${members.join(",")}}`;
}

/**
 * sha-256, in hex, over the canonical form: equal exactly when two documents hold the same fields and values.
 */
export function toFingerprint(value: JsonValue): string {
  return createHash("sha256").update(toCanonicalJson(value)).digest("hex");
}
