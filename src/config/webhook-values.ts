import { parseDuration } from "../time/index.ts";
import { isLoopback, parseKey } from "./values.ts";

/** One value of the file made known; undefined where it is not one. */
export type ParseUnknown<T> = (value: unknown) => T | undefined;

const secretCountMax = 5;
const headerCountMax = 20;
const itemCountMax = 50;

/** Encrypted, or to this very machine, unless plain http is allowed. */
export function parseWebhookUrl(isHttpAllowed: boolean): ParseUnknown<string> {
  return (value) => {
    // Spaces and controls would be dropped silently; an @ before the host is the sign of credentials.
    if (typeof value !== "string" || value.length > 2048 || !/^https?:\/\/[^\s\\#]+$/i.test(value))
      return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?]*@/.test(value))
      return undefined;
    return url.protocol === "https:" || isHttpAllowed || isLoopback(url.hostname) ? url.href : undefined;
  };
}

/** Keys that sign, without the prefix. */
export function parseSecrets(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > secretCountMax) return undefined;
  const secrets = value.map(parseSecret).filter((secret) => secret !== undefined);
  return secrets.length === value.length && new Set(secrets).size === secrets.length ? secrets : undefined;
}

/** Base64, padded or not, of as many bytes as Standard Webhooks wants. */
function parseSecret(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.replace(/^whsec_/, "").replace(/={0,2}$/, "");
  const bytes = Buffer.from(text, "base64");
  const encoded = bytes.toString("base64");
  // Buffer skips what is not base64: only what comes out as it went in was all of it.
  const isWhole = encoded.replace(/=+$/, "") === text;
  return isWhole && bytes.length >= 24 && bytes.length <= 64 ? encoded : undefined;
}

/** The length of HTTP fields a receiver can be expected to take. */
const headerLengthMax = 4096;
// What we or the connection set: another value would break the request, or say what it is not.
const reserved: ReadonlySet<string> = new Set([
  ...["accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type"],
  ...["expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"],
]);

/** Names in lower case, none twice. */
export function parseHeaders(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).map(([name, text]) => [name.toLowerCase(), text] as const);
  const areLegal = entries.every(([name, text]) => isHeaderName(name) && isHeaderValue(text));
  const names = new Set(entries.map(([name]) => name));
  if (!areLegal || names.size < entries.length || entries.length > headerCountMax) return undefined;
  return Object.fromEntries(entries);
}

function isHeaderName(name: string): boolean {
  if (reserved.has(name) || /^(proxy|webhook)-/.test(name)) return false;
  return /^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/.test(name);
}

function isHeaderValue(value: unknown): value is string {
  if (typeof value !== "string" || value.length > headerLengthMax) return false;
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);
}

export function parseBearer(value: unknown): string | undefined {
  return typeof value === "string" && value.length <= headerLengthMax ? parseKey(value) : undefined;
}

export function parseFlag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

export function parsePath(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !value.includes("\0") ? value : undefined;
}

export function parseWebhookMode(value: unknown): "batched" | "structured" | undefined {
  return value === "batched" || value === "structured" ? value : undefined;
}

export function parseBatchEvents(value: unknown): number | undefined {
  return toWholeWithin(value, 1, 500);
}

const unitBytes: Readonly<Record<string, number>> = { "": 1, KiB: 1024, MiB: 1024 * 1024 };

export function parseBatchBytes(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^(\d{1,7}) ?(|KiB|MiB)$/.exec(value) : null;
  const bytes = match === null ? value : Number(match[1]) * (unitBytes[match[2] ?? ""] ?? 1);
  return toWholeWithin(bytes, 1024, 8 * 1024 * 1024);
}

export function parseTimeoutMs(value: unknown): number | undefined {
  return toWholeWithin(typeof value === "string" ? parseDuration(value) : undefined, 1000, 300_000);
}

export function parseTypes(value: unknown): readonly string[] | undefined {
  return toList(value, /^([a-z][a-z0-9._-]{0,127})?\*?$/);
}

export function parseRegions(value: unknown): readonly string[] | undefined {
  return toList(value, /^[A-Za-z][A-Za-z0-9_-]{0,63}$/);
}

export function parsePrograms(value: unknown): readonly string[] | undefined {
  return toList(value, /^[^\p{C}]{1,128}$/u);
}

/** A sequence as a number, or as the events carry it: digits with zeros in front. */
export function parseStartAt(value: unknown): "now" | number | undefined {
  if (value === "now") return "now";
  const sequence = typeof value === "string" && /^\d{1,19}$/.test(value) ? Number(value) : value;
  return toWholeWithin(sequence, 1, Number.MAX_SAFE_INTEGER);
}

/** An empty list would let nothing through: it is a mistake. */
function toList(value: unknown, pattern: RegExp): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > itemCountMax) return undefined;
  const isLegal = value.every((item) => typeof item === "string" && item !== "" && pattern.test(item));
  return isLegal ? (value as string[]) : undefined;
}

function toWholeWithin(value: unknown, min: number, max: number): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
    ? value
    : undefined;
}
