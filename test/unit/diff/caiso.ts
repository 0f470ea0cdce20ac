import type { Row } from "./meters.ts";
import { openPublishedWorld } from "./published-world.ts";

export const october = ["2026-10-01T07:00:00Z", "2026-10-31T07:00:00Z"] as const;
export const november = ["2026-11-01T07:00:00Z", "2026-11-30T08:00:00Z"] as const;
export const row = (program: string, group: string | null, period: readonly [string, string | null]): Row => [
  program,
  group,
  ...period,
];
export const ccaOctober = row("CCA", "G1", october);
export const ccaNovember = row("CCA", "G2", november);

export function openCaiso() {
  return openPublishedWorld("CAISO", "America/Los_Angeles");
}

/** 09:00 in Los Angeles, before and after the clocks change on 1 November. */
export const at = {
  oct28: "2026-10-28T16:00:00Z",
  oct29: "2026-10-29T16:00:00Z",
  oct30: "2026-10-30T16:00:00Z",
  oct31: "2026-10-31T16:00:00Z",
  nov1: "2026-11-01T17:00:00Z",
  nov2: "2026-11-02T17:00:00Z",
};
