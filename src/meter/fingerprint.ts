import { createHash } from "node:crypto";
import type { JsonValue } from "./meter.ts";

/**
 * JSON with the keys of every object in code-unit order: the same value has one text, whatever order it came
 * in.
 */
export function toCanonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) text += (text === "" ? "" : ",") + toCanonicalJson(item);
    return `[${text}]`;
  }
  const object = value as { readonly [key: string]: JsonValue };
  for (const key of Object.keys(object).sort()) {
    text += (text === "" ? "" : ",") + toQuotedKey(key) + toCanonicalJson(object[key] ?? null);
  }
  return `{${text}}`;
}

/** Documents share a few keys among all of them; whoever sends others does not fill the memory (I8). */
const quotedKeys = new Map<string, string>();
const quotedKeysMax = 1000;

function toQuotedKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const quoted = `${JSON.stringify(key)}:`;
  if (quotedKeys.size < quotedKeysMax) quotedKeys.set(key, quoted);
  return quoted;
}

/**
 * sha-256, in hex, over the canonical form: equal exactly when two documents hold the same fields and values.
 */
export function toFingerprint(value: JsonValue): string {
  return createHash("sha256").update(toCanonicalJson(value)).digest("hex");
}
