import { createHash } from "node:crypto";
import { parseInstant } from "../time/index.ts";
import { dayMs } from "./calendar.ts";

export type DispatchLevel = "group" | "meter";

/** What a search for dispatches asks for, checked. `null` is not asked for; ids are in lower case. */
export type DispatchSearch = {
  readonly level: DispatchLevel;
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly targetIds: ReadonlySet<string> | null;
  readonly eventIds: ReadonlySet<string> | null;
  readonly excludesRealTime: boolean;
  readonly excludesVoluntary: boolean;
  readonly page: DispatchPageMark | null;
  /** The same for the same request, whatever the page. Ten hex digits. */
  readonly digest: string;
};

/** Where a search goes on, and which instant's dispatches its pages show. */
export type DispatchPageMark = { readonly position: number; readonly askedAtMs: number };

type Body = Readonly<Record<string, unknown>>;

const daysMax = 31;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function parseDispatchSearch(
  level: DispatchLevel,
  body: Body,
): { readonly search: DispatchSearch } | { readonly problem: string } {
  const problems: string[] = [];
  const [targets, events] =
    level === "group" ? ["market_group_ids", "market_group_event_ids"] : ["meter_ids", "meter_event_ids"];
  const fromMs = parseDate(body, "start_date", problems);
  const toMs = parseDate(body, "end_date", problems);
  if (toMs < fromMs) problems.push("end_date must not be before start_date");
  if (toMs - fromMs > daysMax * dayMs)
    problems.push(`end_date must be at most ${daysMax} days after start_date`);
  const asked = {
    level,
    fromMs,
    toMs,
    targetIds: parseIds(body, targets, problems),
    eventIds: parseIds(body, events, problems),
    excludesRealTime: parseFlag(body, "exclude_real_time_events", true, problems),
    excludesVoluntary: parseFlag(body, "exclude_voluntary_events", false, problems),
  };
  const digest = toDigest(asked);
  const token = body.page_token ?? null;
  const page = token === null ? null : parseDispatchToken(token, digest);
  if (page === undefined) problems.push("page_token is not one of this request");
  if (problems.length > 0) return { problem: problems.join("; ") };
  return { search: { ...asked, page: page ?? null, digest } };
}

/**
 * A UUID that holds all there is to know, so that nothing has to be kept: the mark, hidden behind a digest of
 * the request.
 */
export function toDispatchToken({ position, askedAtMs }: DispatchPageMark, digest: string): string {
  const masks = toMasks(digest);
  const head = ((position ^ masks.position) >>> 0).toString(16).padStart(8, "0");
  const tail = (BigInt(askedAtMs) ^ masks.askedAt).toString(16).padStart(12, "0");
  return `${head}-${digest.slice(0, 4)}-4${digest.slice(4, 7)}-8${digest.slice(7, 10)}-${tail}`;
}

function parseDispatchToken(token: unknown, digest: string): DispatchPageMark | undefined {
  if (typeof token !== "string" || !uuidPattern.test(token)) return undefined;
  const text = token.toLowerCase();
  const masks = toMasks(digest);
  const position = (Number.parseInt(text.slice(0, 8), 16) ^ masks.position) >>> 0;
  const askedAtMs = Number(BigInt(`0x${text.slice(24)}`) ^ masks.askedAt);
  const mark = { position, askedAtMs };
  return toDispatchToken(mark, digest) === text ? mark : undefined;
}

function toMasks(digest: string): { readonly position: number; readonly askedAt: bigint } {
  const hash = createHash("sha256").update(digest).digest("hex");
  return { position: Number.parseInt(hash.slice(0, 8), 16), askedAt: BigInt(`0x${hash.slice(8, 20)}`) };
}

function parseDate(body: Body, field: string, problems: string[]): number {
  const value = body[field];
  const instantMs = typeof value === "string" ? parseInstant(value) : undefined;
  if (instantMs === undefined) problems.push(`${field} must be a date-time`);
  return instantMs ?? 0;
}

function parseIds(body: Body, field: string, problems: string[]): ReadonlySet<string> | null {
  const value = body[field] ?? null;
  if (value === null) return null;
  const isList = Array.isArray(value) && value.every((id) => typeof id === "string" && uuidPattern.test(id));
  if (!isList || value.length === 0 || new Set(value).size < value.length)
    problems.push(`${field} must hold one or more different UUIDs`);
  return new Set(isList ? value.map((id) => id.toLowerCase()) : []);
}

function parseFlag(body: Body, field: string, usual: boolean, problems: string[]): boolean {
  const value = body[field] ?? usual;
  if (typeof value === "boolean") return value;
  problems.push(`${field} must be true or false`);
  return usual;
}

function toDigest(asked: Omit<DispatchSearch, "page" | "digest">): string {
  const ids = (set: ReadonlySet<string> | null) => (set === null ? null : [...set].sort());
  return createHash("sha256")
    .update(JSON.stringify({ ...asked, targetIds: ids(asked.targetIds), eventIds: ids(asked.eventIds) }))
    .digest("hex")
    .slice(0, 10);
}
