import { isIP, isIPv4 } from "node:net";
import { resolve } from "node:path";
import { Cron } from "croner";
import { validate as isCronExpression } from "node-cron";
import { parseDuration, parseInstant } from "../time/index.ts";
import type { Share } from "./config.ts";

/** One value made known; undefined where the text is not one. */
export type ParseValue<T> = (text: string) => T | undefined;

const dayMs = 24 * 3_600_000;
const durationMaxMs = 366 * dayMs;

export function parseWholeNumber(min: number, max: number): ParseValue<number> {
  return (text) => {
    const number = /^\d{1,8}$/.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  };
}

export function parseDurationMs(text: string): number | undefined {
  const durationMs = parseDuration(text);
  return durationMs !== undefined && durationMs <= durationMaxMs ? durationMs : undefined;
}

/** `null` for off. */
export function parseDurationMsOrOff(text: string): number | null | undefined {
  return isOff(text) ? null : parseDurationMs(text);
}

/** How long something stays: between a day and ten years; `null` for good. */
export function parseKeepMsOrOff(text: string): number | null | undefined {
  if (isOff(text)) return null;
  const durationMs = parseDuration(text);
  return durationMs !== undefined && durationMs >= dayMs && durationMs <= 3660 * dayMs
    ? durationMs
    : undefined;
}

/** A duration in which something can be done at all. */
export function parseRunTimeMs(text: string): number | undefined {
  const durationMs = parseDurationMs(text);
  return durationMs !== undefined && durationMs >= 1000 ? durationMs : undefined;
}

/** Whole percent: the comparisons made with it are exact. */
export function parsePercent(text: string): number | undefined {
  const percent = /^\d{1,3}%$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  return percent <= 100 ? percent : undefined;
}

/** A share and a count such as `5%,10`; `null` for off. */
export function parseShareOrOff(text: string): Share | null | undefined {
  if (isOff(text)) return null;
  const [share = "", countText = "", ...rest] = text.split(",").map((part) => part.trim());
  const percent = parsePercent(share);
  const count = parseWholeNumber(0, 1_000_000)(countText);
  return percent === undefined || count === undefined || rest.length > 0 ? undefined : { percent, count };
}

export function parseSwitch(text: string): boolean | undefined {
  if (isOff(text)) return false;
  return text.toLowerCase() === "on" ? true : undefined;
}

function isOff(text: string): boolean {
  return text.toLowerCase() === "off";
}

/** Midnight UTC of a day that exists. */
export function parseDayMs(text: string): number | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseInstant(`${text}T00:00:00Z`) : undefined;
}

/** A zone with rules of its own; a mere offset such as +02:00 knows no daylight saving and is refused. */
export function parseZone(text: string): string | undefined {
  if (!/^[A-Za-z]/.test(text)) return undefined;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return text;
  } catch {
    return undefined;
  }
}

/** What node-cron and croner both read, and some day has: one wakes `schedule`, the other knows the times. */
export function parseCron(text: string): string | undefined {
  return isCronExpression(text) && hasTimes(text) ? text : undefined;
}

function hasTimes(text: string): boolean {
  const options = { mode: "5-or-6-parts", domAndDow: true, timezone: "UTC", paused: true } as const;
  try {
    return new Cron(text.trim(), options).nextRun(new Date(0)) !== null;
  } catch {
    return false;
  }
}

/** `null` for off. */
export function parseCronOrOff(text: string): string | null | undefined {
  return isOff(text) ? null : parseCron(text);
}

/** A file's absolute path. SQLite's own names for databases that are no files are refused. */
export function parseFilePath(cwd: string): ParseValue<string> {
  return (text) => {
    const isFile =
      text !== "" && !text.includes("\0") && !text.startsWith(":") && !/(^|\/)\.{0,2}$/.test(text);
    return isFile ? resolve(cwd, text) : undefined;
  };
}

export function parseFilePathOrOff(cwd: string): ParseValue<string | null> {
  return (text) => (isOff(text) ? null : parseFilePath(cwd)(text));
}

/** What a textfile collector takes: it passes other names by. */
export function parseMetricsPathOrOff(cwd: string): ParseValue<string | null> {
  return (text) => (isOff(text) || text.endsWith(".prom") ? parseFilePathOrOff(cwd)(text) : undefined);
}

/** Nothing but its own path is sent there: a service in the same network may do without encryption. */
export function parsePingUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || /[?#\s]/.test(text) || url.username !== "" || url.password !== "")
    return undefined;
  return url.protocol === "https:" || url.protocol === "http:" ? url.href.replace(/\/+$/, "") : undefined;
}

/** A host alone, given back as its origin. */
export function parseBaseUrl(text: string): string | undefined {
  const url = parseSafeUrl(text);
  return url !== undefined && url.pathname === "/" ? url.origin : undefined;
}

/** The address of an API, which may have a path; given back without a slash at its end. */
export function parseApiUrl(text: string): string | undefined {
  return parseSafeUrl(text)?.href.replace(/\/+$/, "");
}

export function parseLoginUrl(text: string): string | undefined {
  return parseSafeUrl(text)?.href;
}

/** A URL a secret may be sent to: encrypted, or to this very machine. */
function parseSafeUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || /[?#@\s]/.test(text)) return undefined;
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  return isSafe ? url : undefined;
}

export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."))
  );
}

/** Text that can be one segment of a path. */
export function parseAccountId(text: string): string | undefined {
  return /^[A-Za-z0-9._~-]{1,128}$/.test(text) && !/^\.{1,2}$/.test(text) ? text : undefined;
}

/** A key that is legal as the value of a header. */
export function parseKey(text: string): string | undefined {
  const isLegal = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text);
  return isLegal && !/^bearer\s/i.test(text) ? text : undefined;
}

/** What an OAuth scope may be: names with single spaces between them. */
export function parseScope(text: string): string | undefined {
  const isScope = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(text);
  return isScope && text.length <= 500 ? text : undefined;
}

export function parseAcknowledgementTypes(text: string): "acknowledgement" | "acknowledged" | undefined {
  return text === "acknowledgement" || text === "acknowledged" ? text : undefined;
}

export function parseEmail(text: string): string | undefined {
  return /^[^\s@]+@[^\s@]+$/.test(text) && text.length <= 320 ? text : undefined;
}

export function parsePassword(text: string): string | undefined {
  return /^[^\r\n\0]{1,1024}$/.test(text) ? text : undefined;
}

export function parseListen(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  const [, ipv6, name, portText] = match ?? [];
  const port = Number(portText);
  const isHost = ipv6 === undefined ? isHostName(name ?? "") : isIP(ipv6) === 6;
  return match !== null && isHost && port <= 65_535 ? { host: ipv6 ?? name ?? "", port } : undefined;
}

function isHostName(text: string): boolean {
  // Digits and dots alone are an address or a mistake, never a name.
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  return /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);
}

/** A token that is legal in a header `authorization`, and long enough not to be guessed. */
export function parseToken(text: string): string | undefined {
  return /^[\x21-\x7e]{16,1024}$/.test(text) ? text : undefined;
}
