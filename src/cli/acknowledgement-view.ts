import type { Config } from "../config/index.ts";
import type { AcknowledgementView } from "../reader/index.ts";

const hourMs = 3_600_000;

/** Whose reports count, and from when on a remap without one is overdue, as every look at them takes it. */
export function toAcknowledgementView(
  { acknowledgedBy, ackMarginHours }: Pick<Config, "acknowledgedBy" | "ackMarginHours">,
  nowMs: number,
): AcknowledgementView {
  return { acknowledgedBy, marginMs: ackMarginHours * hourMs, nowMs };
}
