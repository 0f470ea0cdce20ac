import { expect } from "vitest";
import { type MeterSketch, type Stay, toEntry } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap } from "../support/scripted-leap.ts";

/** When the last of the three days was published. */
export const lastPublishedMs = Date.UTC(2026, 10, 11, 20);
/** The customer that the README asks about. */
const customer = "SITE-00042";

/** Three days of a small portfolio in which every question has an answer. */
export async function openCookbookDays(): Promise<Days> {
  const leap = await openScriptedLeap();
  const days = openDays(leap);
  for (const day of [9, 10, 11]) {
    leap.entries = toMeters(day).map(toEntry);
    const report = await days.run(Date.UTC(2026, 10, day, 20));
    expect(report.status).toBe("published");
  }
  await leap.close();
  return days;
}

/** Nine meters as Leap has them on a day of November, at noon in Los Angeles. */
function toMeters(day: number): readonly MeterSketch[] {
  const always = (group: string): Stay => ({ group, from: "2026-11-01" });
  const told = day >= 10;
  const moving = [
    { group: "HARBOR", from: "2026-11-01", to: "2026-11-11" },
    { group: "HILL", from: "2026-11-12" },
  ];
  const ending = [{ group: "HARBOR", from: "2026-11-01", to: "2026-11-11" }];
  const meters: readonly MeterSketch[] = [
    { number: 1, stays: told ? moving : [always("HARBOR")] },
    { number: 2, stays: [always("HARBOR"), { program: "DRA", ...always("HILL") }] },
    { number: 3, stays: [always("HILL")], ...(told ? waiting("2026-11-20T08:00:00Z") : {}) },
    { number: 4, status: day === 11 ? "ACTIVE" : "PROCESSING", stays: [always("HILL")] },
    { number: 5, stays: [always("HARBOR")] },
    { number: 6, stays: told ? ending : [always("HARBOR")] },
    { number: 7, region: "NYISO", stays: [always("ISLE")], isArchived: told },
    { number: 8, reference: customer, stays: [always("HILL")], ...waiting("2026-11-15T08:00:00Z") },
    { number: 9, stays: [always("HILL")] },
  ];
  return meters.filter(({ number }) => (number === 5 ? day < 11 : number === 9 ? told : true));
}

function waiting(deadline: string): Pick<MeterSketch, "status" | "extra"> {
  const action = {
    program_identifier: "CCA",
    delivery_period: "PERIOD_0",
    action_type: "ENROLLMENT",
    action_code: "SIGN",
    action_description: "Sign the agreement",
    enrollment_deadline_date_time: deadline,
  };
  return { status: "ACTION_REQUIRED", extra: { required_actions: { partner: [action], leap: [] } } };
}
