import { describe, expect, it } from "vitest";
import type { GroupFacts } from "../../../src/reader/index.ts";
import { toReportHtml } from "../../../src/report/index.ts";
import { madeUpFacts } from "./made-up-facts.ts";
import { findById, type HtmlNode, readHtml, toRowsOf, toText } from "./read-html.ts";

/** Past midnight in New York, and not yet in California. */
const groups: GroupFacts = {
  trade_dates: ["2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01"],
  totals: [
    { groups: 1, meters: 40, regions: ["CAISO"] },
    { groups: 2, meters: 70, regions: ["CAISO", "NYISO"] },
    { groups: 2, meters: 72, regions: ["CAISO", "NYISO"] },
    { groups: 1, meters: 31, regions: ["NYISO"] },
  ],
  groups: [
    { market_group_id: "c", market_group_name: "C", programs: [], members: [40, 40, 41, null] },
    { market_group_id: "n", market_group_name: "N", programs: [], members: [null, 30, 31, 31] },
    { market_group_id: "z", market_group_name: "Z", programs: [], members: [null, 5, 0, 0] },
  ],
  others: 0,
};
const toPage = (change: Partial<GroupFacts> = {}): HtmlNode =>
  readHtml(toReportHtml({ ...madeUpFacts(), groups: { ...groups, ...change } }));
const summaryOf = (page: HtmlNode): string => toText(findById(page, "members-summary")!);

describe("around midnight", () => {
  it("dates of some regions only are not compared with dates of all", () => {
    const page = toPage();
    expect(toRowsOf(page, "member-table")).toEqual([
      ["2026-10-29", "1", "40", "none", "CAISO"],
      ["2026-10-30", "2", "70", "none", "all"],
      ["2026-10-31", "2", "72", "+2", "all"],
      ["2026-11-01", "1", "31", "none", "NYISO"],
    ]);
    expect(summaryOf(page)).toBe(
      "70 meters in 2 groups on 2026-10-30, 72 meters in 2 groups on 2026-10-31: +2. Each meter counts " +
        "once a day. Left out of the chart, being of some regions only (regions are not on the same day): " +
        "2026-10-29, 2026-11-01.",
    );
  });

  it("a group loses no member on a date that its region does not look at", () => {
    expect(toRowsOf(toPage(), "group-table").map((row) => row.slice(2))).toEqual([
      ["40", "40", "41 +1", "not yet"],
      ["past", "30", "31 +1", "31"],
      ["past", "5", "none −5", "none"],
    ]);
  });

  it("nothing is compared where no date is of all regions", () => {
    const totals = groups.totals.map((total, place) => ({ ...total, regions: [place < 2 ? "A" : "B"] }));
    const page = toPage({ totals });
    expect(toRowsOf(page, "member-table").map((row) => row[3])).toEqual(["none", "+30", "none", "−41"]);
    expect(summaryOf(page)).toBe(
      "40 meters in 1 group on 2026-10-29, 31 meters in 1 group on 2026-11-01. Each meter counts once " +
        "a day. No date is of all regions (regions are not on the same day): they are not compared.",
    );
  });

  it("one date of all regions is told alone", () => {
    const totals = groups.totals.map((total, place) =>
      place === 1 ? total : { ...total, regions: ["CAISO"] },
    );
    expect(summaryOf(toPage({ totals }))).toMatch(/^70 meters in 2 groups on 2026-10-30\. Each meter/);
  });
});
