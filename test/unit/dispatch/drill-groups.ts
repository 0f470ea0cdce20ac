import type { DrillGroup } from "../../../src/dispatch/index.ts";

/** Groups as the snapshot has them, made up. */
export const groupId = "a1000000-0000-4000-8000-000000000001";
export const dayStartMs = Date.UTC(2026, 10, 1, 7);

export function toMeterId(number: number): string {
  return `b1000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** New ids, each another, and the same ones in each test. */
export function openIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `c1000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
  };
}

export const slot = { start_time: "2026-11-01T23:00:00Z", end_time: "2026-11-02T00:00:00Z" };

export function toGroup(changes: Partial<DrillGroup> = {}): DrillGroup {
  return {
    marketGroupId: groupId,
    tradeDate: "2026-11-01",
    dayStartMs,
    dayEndMs: dayStartMs + 25 * 3_600_000,
    members: [
      { meterId: toMeterId(2), partnerReference: "SITE-2" },
      { meterId: toMeterId(1), partnerReference: "SITE-1" },
      { meterId: toMeterId(3), partnerReference: null },
    ],
    programs: ["ELRP", "CCA"],
    timeslots: [slot],
    ...changes,
  };
}
