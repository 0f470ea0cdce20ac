import { formatInstant } from "../time/index.ts";

const thirtyDaysMs = 30 * 86_400_000;

/** From which trade date on dispatches count as of late. */
export function toProofDate(nowMs: number): string {
  return formatInstant(nowMs - thirtyDaysMs).slice(0, 10);
}
