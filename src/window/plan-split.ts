import type { ReadWindow } from "../leap/index.ts";
import { toOverlapping, windowCountMax } from "./plan-windows.ts";

/** Where an open-ended window is taken to begin or to end: the portfolio's first day, and now. */
export type Bounds = { readonly startMs: number; readonly nowMs: number };

/** Meters enrolled together carry nearly the same date: closer cuts would only read them again and again. */
export const narrowestMs = 60_000;

/**
 * A window in parts of equal time that together hold just what it holds: its ends stay as open as they were,
 * parts overlap at their cuts as the windows of `planWindows` do, and a poll stays one. `null` where a part
 * would be less than a minute. Throws a `RangeError` unless `parts` is a whole number from 1 to 10,000 (I8).
 */
export function planSplit(
  window: ReadWindow,
  { startMs, nowMs }: Bounds,
  parts: number,
): ReadWindow[] | null {
  if (!Number.isInteger(parts) || parts < 1 || parts > windowCountMax) {
    throw new RangeError(`cannot split a window into ${parts} parts: 1 to ${windowCountMax}`);
  }
  const { addedFromMs, addedToMs, modifiedFromMs = null } = window;
  const fromMs = addedFromMs ?? startMs;
  const partMs = ((addedToMs ?? nowMs) - fromMs) / parts;
  if (partMs < narrowestMs) return null;
  const cuts = Array.from({ length: parts - 1 }, (_, index) => Math.round(fromMs + (index + 1) * partMs));
  const split = toOverlapping({ addedFromMs, addedToMs }, cuts);
  return modifiedFromMs === null ? split : split.map((part) => ({ ...part, modifiedFromMs }));
}
