import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import type { SinkState } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { formatAge } from "./durations.ts";
import { type Row, toTable } from "./formats.ts";

/** One sink as it is shown: what the database holds of it, and what that means now. */
export type SinkRow = Omit<SinkState, "settled_sequence" | "start_sequence"> & {
  readonly is_configured: boolean;
  /** `null` for a sink that no run has met yet. */
  readonly settled_sequence: number | null;
  readonly start_sequence: number | null;
  readonly state: "ok" | "new" | "waiting" | "failing" | "disabled" | "not_configured";
  readonly backlog: Backlog;
  readonly oldest_undelivered_age_seconds: number | null;
};

/** How close a sink is to having more undelivered than it should. */
export type Backlog = "ok" | "filling" | "full";

export const sinkColumns = [
  "name",
  "is_configured",
  "state",
  "backlog",
  "settled_sequence",
  "start_sequence",
  "settled_at",
  "undelivered",
  "set_aside",
  "oldest_undelivered_at",
  "oldest_undelivered_age_seconds",
  "retry_at",
  "disabled_at",
  "failure_count",
  "error",
  "error_at",
] as const;

const fillingShare = 0.8;

/** Told, and nothing else: an event is never dropped for it. */
export function weighBacklog(eventCount: number, backlogCountMax: number): Backlog {
  if (eventCount > backlogCountMax) return "full";
  return eventCount >= backlogCountMax * fillingShare ? "filling" : "ok";
}

/**
 * The sinks there are: those registered, then those configured that no run has met yet. Events are as old as
 * they are at `nowMs`; what a sink waits for is measured by `realNowMs`.
 */
export function toSinkRows(
  states: readonly SinkState[],
  { sinks, backlogCountMax }: Pick<Config, "sinks" | "backlogCountMax">,
  { nowMs, realNowMs }: { readonly nowMs: number; readonly realNowMs: number },
): readonly SinkRow[] {
  const configured = new Set(sinks.map(({ name }) => name));
  const registered = new Set(states.map(({ name }) => name));
  const met = states.map((sink) => {
    const isConfigured = configured.has(sink.name);
    const ageMs = toAgeMs(sink.oldest_undelivered_at, nowMs);
    return {
      ...sink,
      is_configured: isConfigured,
      state: isConfigured ? toState(sink, realNowMs) : ("not_configured" as const),
      backlog: isConfigured ? weighBacklog(sink.undelivered, backlogCountMax) : ("ok" as const),
      oldest_undelivered_age_seconds: ageMs === null ? null : Math.round(ageMs / 1000),
    };
  });
  return [...met, ...[...configured].filter((name) => !registered.has(name)).map(toNewRow)];
}

function toState(sink: SinkState, realNowMs: number): SinkRow["state"] {
  if (sink.disabled_at !== null) return "disabled";
  const waitsMs = sink.retry_at === null ? null : toAgeMs(sink.retry_at, realNowMs);
  if (waitsMs !== null && waitsMs < 0) return "waiting";
  return sink.failure_count > 0 && sink.undelivered > 0 ? "failing" : "ok";
}

function toNewRow(name: string): SinkRow {
  return {
    name,
    is_configured: true,
    state: "new",
    backlog: "ok",
    settled_sequence: null,
    start_sequence: null,
    settled_at: null,
    undelivered: 0,
    set_aside: 0,
    oldest_undelivered_at: null,
    oldest_undelivered_age_seconds: null,
    retry_at: null,
    disabled_at: null,
    failure_count: 0,
    error: null,
    error_at: null,
  };
}

/** The words a table has for a sink, some in place of a value of the same name. */
export const sinkTableColumns = [
  "sink",
  "place",
  "undelivered",
  "oldest",
  "set_aside",
  "state",
  "last_error",
] as const;

/** The sinks with these words beside their values; `realNowMs` tells how long ago something went wrong. */
export function toSinkTableRows(rows: readonly SinkRow[], realNowMs: number): readonly Row[] {
  return rows.map((row) => ({
    ...row,
    sink: row.name,
    place: row.settled_sequence,
    oldest: describeSeconds(row.oldest_undelivered_age_seconds),
    state: describeState(row),
    last_error: describeError(row, realNowMs),
  }));
}

/** The sinks for people, with what went wrong last, and what to do about it beneath. */
export function toSinkLines(rows: readonly SinkRow[], realNowMs: number, width?: number): string {
  const table = toTable(sinkTableColumns, toSinkTableRows(rows, realNowMs), width);
  const advice = [
    ...(rows.some((row) => row.set_aside > 0) ? [deadLetterAdvice] : []),
    ...(rows.some((row) => row.state === "disabled") ? [enableAdvice] : []),
  ];
  return `${table}${advice.map((line) => `${line}\n`).join("")}`;
}

const deadLetterAdvice =
  "set aside, waiting for a person: `meter-sync dead-letters` lists them, to be sent again or dropped";
const enableAdvice =
  "disabled by its receiver (410 Gone): once that is mended, `meter-sync enable SINK`, then deliver";

/** State and backlog in words: one does not hide the other. */
export function describeState(row: Pick<SinkRow, "state" | "backlog" | "retry_at" | "disabled_at">): string {
  const words: Readonly<Record<SinkRow["state"], string>> = {
    ok: "ok",
    new: "new: registered by the next run",
    waiting: `waiting until ${row.retry_at}`,
    failing: "failing, due again",
    disabled: `disabled since ${row.disabled_at}`,
    not_configured: "not configured",
  };
  if (row.backlog === "ok") return words[row.state];
  return row.state === "ok" ? row.backlog : `${words[row.state]}, ${row.backlog}`;
}

function describeError({ error, error_at: at }: SinkRow, realNowMs: number): string | null {
  const ageMs = toAgeMs(at, realNowMs);
  if (error === null) return null;
  return ageMs === null ? error : `${error} (${formatAge(ageMs)} ago)`;
}

function describeSeconds(seconds: number | null): string | null {
  return seconds === null ? null : formatAge(seconds * 1000);
}

function toAgeMs(instant: string | null, nowMs: number): number | null {
  return instant === null ? null : nowMs - (parseInstant(instant) ?? Number.NaN);
}

/** The sink that is meant: its name, or that of a webhook without `webhook:`. */
export function toSinkName(asked: string, names: readonly string[]): string {
  const found = [asked, `webhook:${asked}`].find((name) => names.includes(name));
  if (found !== undefined) return found;
  const there = names.length === 0 ? "there is none yet" : `there are ${names.join(", ")}`;
  throw new Failure("usage", `no sink ${asked}: ${there}`);
}
