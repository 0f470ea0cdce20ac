import { createHash } from "node:crypto";
import { parseInstant } from "../time/index.ts";
import type { MeterState } from "./meter-state.ts";

/** What a search asks for, checked. Instants are epoch microseconds; `null` is not asked for. */
export type Search = {
  readonly addedFromUs: number | null;
  /** Inclusive. */
  readonly addedToUs: number | null;
  readonly modifiedFromMs: number | null;
  readonly pageSize: number;
  readonly pageToken: string | null;
  /** In lower case. */
  readonly meterIds: readonly string[] | null;
  readonly excludeArchived: boolean;
  readonly actionRequired: boolean;
  /** Field → values, of which the meter must have one. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same for the same filter, whatever the page: a token belongs to one filter. */
  readonly digest: string;
};

export type ParsedSearch = { readonly search: Search } | { readonly problem: string };

type Body = Readonly<Record<string, unknown>>;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The lists of v2's filter, with the most values each may hold. */
const listLimits: Readonly<Record<string, number>> = {
  partner_references: 1000,
  global_enrollment_statuses: 5,
  meter_types: 20,
  load_types: 20,
  customer_groups: 20,
  tags: 20,
  connection_reference_ids: 100,
  action_type: 20,
};

/**
 * v2: `created_after` and `created_before` are strict. An empty `meter_ids` asks for nothing in particular.
 */
export function parseV2Search(body: Body, pageSizeMax: number): ParsedSearch {
  const problems: string[] = [];
  const after = parseUs(body, "created_after_date_time", problems);
  const before = parseUs(body, "created_before_date_time", problems);
  const modified = parseUs(body, "last_modified_date_time", problems);
  const wanted = parseWanted(body, problems);
  const search: Search = {
    addedFromUs: after === null ? null : after + 1,
    addedToUs: before === null ? null : before - 1,
    modifiedFromMs: modified === null ? null : Math.floor(modified / 1000) + 1,
    pageSize: parsePageSize(body, pageSizeMax, problems),
    pageToken: parseText(body, "page_token", problems),
    meterIds: parseMeterIds(body, problems),
    excludeArchived: parseFlag(body, "exclude_archived", problems),
    actionRequired: parseFlag(body, "partner_action_required", problems),
    wanted,
    digest: toDigest("v2", body),
  };
  return problems.length > 0 ? { problem: problems.join("; ") } : { search };
}

/** v1: both ends of the range of date added are inclusive; there is no other filter but modified time. */
export function parseV1Search(body: Body, pageSizeMax: number): ParsedSearch {
  const problems: string[] = [];
  const modified = parseUs(body, "date_last_modified", problems);
  const search: Search = {
    addedFromUs: parseUs(body, "date_added_from", problems),
    addedToUs: parseUs(body, "date_added_to", problems),
    modifiedFromMs: modified === null ? null : Math.ceil(modified / 1000),
    pageSize: parsePageSize(body, pageSizeMax, problems),
    pageToken: parseText(body, "page_token", problems),
    meterIds: null,
    excludeArchived: false,
    actionRequired: false,
    wanted: new Map(),
    digest: toDigest("v1", body),
  };
  return problems.length > 0 ? { problem: problems.join("; ") } : { search };
}

/** Everything but the range of date added, which decides what is looked at in the first place. */
export function isWanted(search: Search, state: MeterState): boolean {
  if (search.modifiedFromMs !== null && state.modifiedMs < search.modifiedFromMs) return false;
  if (search.excludeArchived && state.life.isArchived) return false;
  if (search.actionRequired && state.actions.partner.length === 0) return false;
  for (const [field, values] of search.wanted) {
    if (!valuesOf(state, field).some((value) => values.has(value))) return false;
  }
  return true;
}

function valuesOf(state: MeterState, field: string): readonly string[] {
  const { identity } = state;
  switch (field) {
    case "transmission_region":
      return [state.basics.facts.region];
    case "customer_classification":
      return [identity.customerClassification];
    case "partner_references":
      return identity.partnerReference === null ? [] : [identity.partnerReference];
    case "global_enrollment_statuses":
      return [state.life.status];
    case "meter_types":
      return [identity.meterType];
    case "load_types":
      return identity.loadTypes;
    case "customer_groups":
      return [identity.customerGroup];
    case "tags":
      return identity.tags;
    case "connection_reference_ids":
      return identity.connectionReferences;
    case "action_type":
      return [...state.actions.partner, ...state.actions.leap].map((action) => action.action_type);
    default:
      return [];
  }
}

function parseWanted(body: Body, problems: string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, ReadonlySet<string>>();
  for (const field of ["transmission_region", "customer_classification"]) {
    const value = parseText(body, field, problems);
    if (value !== null) wanted.set(field, new Set([value]));
  }
  for (const [field, countMax] of Object.entries(listLimits)) {
    const values = parseList(body, field, 1, countMax, problems);
    if (values !== null) wanted.set(field, new Set(values));
  }
  return wanted;
}

function parseMeterIds(body: Body, problems: string[]): readonly string[] | null {
  const ids = parseList(body, "meter_ids", 0, 1000, problems);
  if (ids === null || ids.length === 0) return null;
  if (!ids.every((id) => uuidPattern.test(id))) problems.push("meter_ids must hold UUIDs");
  return ids.map((id) => id.toLowerCase());
}

function parseList(
  body: Body,
  field: string,
  countMin: number,
  countMax: number,
  problems: string[],
): readonly string[] | null {
  const value = body[field] ?? null;
  if (value === null) return null;
  const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
  if (isList && value.length >= countMin && value.length <= countMax && new Set(value).size === value.length)
    return value;
  problems.push(`${field} must hold ${countMin} to ${countMax} different texts`);
  return null;
}

function parsePageSize(body: Body, pageSizeMax: number, problems: string[]): number {
  const value = body.page_size ?? 500;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 500)
    return Math.min(value, pageSizeMax);
  problems.push("page_size must be a whole number from 1 to 500");
  return 1;
}

function parseText(body: Body, field: string, problems: string[]): string | null {
  const value = body[field] ?? null;
  if (value === null || typeof value === "string") return value;
  problems.push(`${field} must be a text`);
  return null;
}

function parseFlag(body: Body, field: string, problems: string[]): boolean {
  const value = body[field] ?? false;
  if (typeof value === "boolean") return value;
  problems.push(`${field} must be true or false`);
  return false;
}

/** An instant in epoch microseconds: `parseInstant` cuts at milliseconds, a date added has six digits. */
function parseUs(body: Body, field: string, problems: string[]): number | null {
  const text = parseText(body, field, problems);
  if (text === null) return null;
  const instantMs = parseInstant(text);
  if (instantMs === undefined) {
    problems.push(`${field} must be a date-time`);
    return null;
  }
  const fraction = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? "";
  return instantMs * 1000 + Number(fraction.padEnd(3, "0"));
}

function toDigest(version: "v1" | "v2", body: Body): string {
  const entries = Object.entries(body).filter(([field]) => field !== "page_token" && field !== "page_size");
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([version, entries]))
    .digest("hex")
    .slice(0, 16);
}
