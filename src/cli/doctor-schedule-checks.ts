import type { Config } from "../config/index.ts";
import { openCalendar } from "../schedule/index.ts";
import { formatInstant } from "../time/index.ts";
import { type Finding, ok, warn } from "./finding.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const yearMs = 366 * dayMs;
/** Sweeps that follow each other as closely lose nothing where one of them falls out. */
const closeMs = 2 * hourMs;

type Times = Pick<Config, "cron" | "pollCron" | "timezone">;

/** A clock that is put forward or back: the hours of the clock face that are left out, or come twice. */
export type ClockChange = {
  readonly kind: "left out" | "repeated";
  /** Local times, written as if they were UTC. */
  readonly fromMs: number;
  readonly toMs: number;
};

/** When `schedule` would start its next runs, and whether daylight saving gets in the way of a sweep. */
export function checkTimes(times: Times, nowMs: number): readonly Finding[] {
  const { cron, pollCron, timezone } = times;
  return [checkSweepTimes(cron, timezone, nowMs), ...checkPollTimes(pollCron, timezone, nowMs)];
}

function checkSweepTimes(cron: string, timezone: string, nowMs: number): Finding {
  const check = "sweeps";
  const [first, second] = toNextRuns(cron, timezone, nowMs, 2);
  if (first === undefined) {
    return warn(check, refuse("METER_SYNC_CRON", cron));
  }
  const change = findClockChange(cron, timezone, nowMs);
  if (change !== null) {
    const then = change.kind === "left out" ? "at the end of that hour" : "the first time only";
    return warn(
      check,
      `${describe(cron, timezone)} starts a sweep in the hour that is ${change.kind} there on ` +
        `${formatLocal(change.fromMs)}, ${then}: set METER_SYNC_TIMEZONE to UTC, or another hour`,
    );
  }
  const then = second === undefined ? "" : `, then ${formatInstant(second)}`;
  return ok(check, `\`schedule\` sweeps by ${describe(cron, timezone)}: at ${formatInstant(first)}${then}`);
}

function checkPollTimes(cron: string | null, timezone: string, nowMs: number): readonly Finding[] {
  if (cron === null) return [];
  const check = "polls";
  const [first] = toNextRuns(cron, timezone, nowMs, 1);
  if (first !== undefined) {
    return [ok(check, `\`schedule\` polls by ${describe(cron, timezone)}: at ${formatInstant(first)}`)];
  }
  return [warn(check, refuse("METER_SYNC_POLL_CRON", cron))];
}

function refuse(name: string, cron: string): string {
  const advice = "name a time that comes, in five fields, or six with seconds in front";
  return `\`schedule\` cannot use ${name} \`${cron}\`: ${advice}`;
}

/** The longest time between two of the next sweeps: what is published may be as old as that. */
export function toSweepGapMs({ cron, timezone }: Times, nowMs: number): number | null {
  const runs = toNextRuns(cron, timezone, nowMs, 20);
  const gaps = runs.slice(1).map((atMs, index) => atMs - (runs[index] ?? atMs));
  return gaps.length === 0 ? null : Math.max(...gaps);
}

function describe(cron: string, timezone: string): string {
  return `\`${cron}\` in ${timezone}`;
}

/** None where the expression names no time that comes, or cannot be used at all. */
function toNextRuns(cron: string, timezone: string, fromMs: number, count: number): readonly number[] {
  try {
    const { nextSlotMs } = openCalendar(cron, timezone);
    const runs: number[] = [];
    for (let atMs = nextSlotMs(fromMs); atMs !== null && runs.length < count; atMs = nextSlotMs(atMs)) {
      runs.push(atMs);
    }
    return runs;
  } catch {
    return [];
  }
}

/** The first change of the clock within a year that a sweep falls into. */
function findClockChange(cron: string, timezone: string, nowMs: number): ClockChange | null {
  const isHit = ({ fromMs, toMs }: ClockChange): boolean => {
    const [first, second] = toNextRuns(cron, "UTC", fromMs - 1, 2);
    return first !== undefined && first < toMs && (second ?? Number.POSITIVE_INFINITY) - first > closeMs;
  };
  return findClockChanges(timezone, nowMs, nowMs + yearMs).find(isHit) ?? null;
}

/** Every change of the offset of a zone, by looking at each day and then closer. */
export function findClockChanges(timezone: string, fromMs: number, toMs: number): readonly ClockChange[] {
  const toOffset = openOffsets(timezone);
  const changes: ClockChange[] = [];
  for (let dayStartMs = fromMs; dayStartMs < toMs; dayStartMs += dayMs) {
    const before = toOffset(dayStartMs);
    const after = toOffset(dayStartMs + dayMs);
    if (before === after) continue;
    let [low, high] = [dayStartMs, dayStartMs + dayMs];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (toOffset(middle) === before) low = middle;
      else high = middle;
    }
    const kind = after > before ? "left out" : "repeated";
    changes.push({ kind, fromMs: high + Math.min(before, after), toMs: high + Math.max(before, after) });
  }
  return changes;
}

function openOffsets(timezone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" });
  return (atMs) => {
    const name = format.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
    const [, sign, hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
    return sign === "-" ? -offsetMs : offsetMs;
  };
}

function formatLocal(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 16).replace("T", " at ");
}
