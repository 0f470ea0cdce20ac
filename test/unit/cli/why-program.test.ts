import { describe, expect, it } from "vitest";
import { describeInactivePrograms, toProgramStatusesOn } from "../../../src/cli/why-program.ts";
import { toPeriodStatuses } from "../../../src/leap/index.ts";

const zone = "America/Los_Angeles";

/** In October active, in November pending, each for a group. */
const document = {
  program_enrollment: [
    period("CCA", "OCT", "ACTIVE", "2026-10-01T07:00:00Z", "2026-10-31T07:00:00Z"),
    period("CCA", "NOV", "PENDING", "2026-11-01T07:00:00Z", "2026-11-30T08:00:00Z"),
    period("CCA", "NOV", "PENDING", "2026-11-01T07:00:00Z", "2026-11-30T08:00:00Z"),
    period("DRAM", "EVER", "ACTIVE", "2026-01-01T08:00:00Z", "2099-12-31T08:00:00Z"),
    period("ELRP", "EVER", "INELIGIBLE", "2026-01-01T08:00:00Z", undefined),
  ],
};

describe("what keeps a meter out that is in a group", () => {
  it("is a program whose period of that day is not active", () => {
    expect(tell("2026-10-31", ["CCA"])).toEqual([]);
    expect(tell("2026-11-01", ["CCA"])).toEqual(["its status in CCA (NOV) is PENDING on 2026-11-01"]);
    expect(tell("2026-11-30", ["CCA"])).toHaveLength(1);
    expect(tell("2026-12-01", ["CCA"])).toEqual([]);
  });

  it("is none that it is in no group by", () => {
    expect(tell("2026-11-01", ["DRAM"])).toEqual([]);
  });

  it("are all of them where it is in no group at all", () => {
    expect(tell("2026-11-01", [])).toEqual([
      "its status in CCA (NOV) is PENDING on 2026-11-01",
      "its status in ELRP (EVER) is INELIGIBLE on 2026-11-01",
    ]);
  });

  it("is none where a row of the day is active, or where nothing can be read", () => {
    const both = [...document.program_enrollment, period("CCA", "NOV", "ACTIVE", "2026-11-01T07:00:00Z")];
    expect(tellOf({ program_enrollment: both }, "2026-11-01", ["CCA"])).toEqual([]);
    for (const odd of [null, {}, { program_enrollment: "none" }, { program_enrollment: [1, {}] }])
      expect(tellOf(odd, "2026-11-01", [])).toEqual([]);
  });

  it("is a status that is not given, too", () => {
    const nameless = { program_enrollment: [period("CCA", undefined, undefined, "2026-11-01T07:00:00Z")] };
    expect(tellOf(nameless, "2026-11-01", ["CCA"])).toEqual(["its status in CCA is not given on 2026-11-01"]);
  });
});

function tell(date: string, programs: readonly string[]) {
  return tellOf(document, date, programs);
}

function tellOf(of: unknown, date: string, programs: readonly string[]) {
  return describeInactivePrograms(date, toProgramStatusesOn(date, toPeriodStatuses(of), zone), programs);
}

function period(program: string, name: string | undefined, status?: string, start?: string, end?: string) {
  return {
    program_identifier: program,
    delivery_period: name,
    enrollment_status: status,
    delivery_period_start_date_time: start,
    delivery_period_end_date_time: end,
    market_group_id: "11111111-0000-4000-8000-000000000001",
  };
}
