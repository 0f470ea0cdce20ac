import { h, type JSX } from "preact";
import { parseInstant } from "../time/index.ts";

const count = new Intl.NumberFormat("en");
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** 1204 as 1,204. */
export function formatCount(value: number): string {
  return count.format(value);
}

/** A change with its sign, the minus a true one. */
export function formatChange(value: number): string {
  if (value === 0) return "0";
  return `${value > 0 ? "+" : "−"}${formatCount(Math.abs(value))}`;
}

/** `1 meter`, `1,204 meters`. */
export function toPhrase(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

export function formatShare(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  const percent = (part * 100) / whole;
  // What is nearly all is not all, and what is nearly none is not none.
  if (percent > 99 && part < whole) return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
  if (percent > 0 && percent < 1) return percent < 0.1 ? "under 0.1 %" : `${percent.toFixed(1)} %`;
  return `${Math.round(percent)} %`;
}

/** How long something lies back or ahead, in the unit that says it best. */
export function formatSpan(spanMs: number): string {
  const span = Math.abs(spanMs);
  if (span < minuteMs) return toPhrase(Math.floor(span / 1000), "second");
  if (span < 1.5 * hourMs) return toPhrase(Math.floor(span / minuteMs), "minute");
  if (span < 2 * dayMs) return toPhrase(Math.round(span / hourMs), "hour");
  return toPhrase(Math.round(span / dayMs), "day");
}

/** Before or after the instant the report is of. */
export function formatAge(instant: string, now: string): string {
  const [at, nowMs] = [parseInstant(instant), parseInstant(now)];
  if (at === undefined || nowMs === undefined) return "at an unknown time";
  return at <= nowMs ? `${formatSpan(nowMs - at)} ago` : `in ${formatSpan(at - nowMs)}`;
}

/** The same for whoever reads it at any time later. */
export function formatDistance(instant: string, now: string): string {
  const [at, nowMs] = [parseInstant(instant), parseInstant(now)];
  if (at === undefined || nowMs === undefined) return "at an unknown time";
  return `${formatSpan(nowMs - at)} ${at <= nowMs ? "before" : "after"}`;
}

/** A duration with two units: `4 min 12 s`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${formatCount(Math.floor(seconds / 3600))} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `2026-10-07 06:21 UTC`, or undefined where the text is no instant. */
export function formatInstantShort(instant: string): string | undefined {
  const at = parseInstant(instant);
  if (at === undefined) return undefined;
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day for the axis of a chart: `Oct 7`. */
export function formatDay(day: string): string {
  const match = /^\d{4}-(\d{2})-(\d{2})/.exec(day);
  const month = months[Number(match?.[1]) - 1];
  return month === undefined ? day.slice(0, 10) : `${month} ${Number(match?.[2])}`;
}

/** Trade dates and days stay as they are; they are no instants. */
export function Day({ day }: { day: string }): JSX.Element {
  return h("time", { datetime: day }, day);
}
