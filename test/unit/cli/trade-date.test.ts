import { describe, expect, it } from "vitest";
import { decideTradeDate, toLacking } from "../../../src/cli/trade-date.ts";
import { toProgram } from "../../docs/command-lines.ts";

const rules = { defaultZone: "Asia/Tokyo", zones: { ISLAND: "Pacific/Honolulu" } };
/** 21 November 23:30 in Los Angeles; the 22nd, 01:30 in Chicago, 02:30 in New York. */
const aroundMidnight = Date.UTC(2026, 10, 22, 7, 30);
const noon = Date.UTC(2026, 10, 22, 20);

describe("the trade date that a word means", () => {
  it.each([
    ["today", ["CAISO"], "2026-11-21"],
    ["tomorrow", ["CAISO", "WECC_PC"], "2026-11-22"],
    ["today", ["NYISO", "ERCOT"], "2026-11-22"],
    ["tomorrow", ["ISLAND"], "2026-11-22"],
    ["today", ["ATLANTIS"], "2026-11-22"],
    ["tomorrow", [], "2026-11-23"],
  ] as const)("is for %s of %j by the regions' own midnight", (asked, regions, date) => {
    expect(decideTradeDate(asked, regions, aroundMidnight, rules)).toBe(date);
  });

  it("goes over the end of a month and over a day of 25 hours", () => {
    const eve = Date.UTC(2026, 10, 1, 6, 30);
    expect(decideTradeDate("today", ["CAISO"], eve, rules)).toBe("2026-10-31");
    expect(decideTradeDate("tomorrow", ["CAISO"], eve, rules)).toBe("2026-11-01");
    expect(decideTradeDate("tomorrow", ["CAISO"], Date.UTC(2026, 10, 2, 7, 30), rules)).toBe("2026-11-02");
  });

  it("is refused around midnight where it is two days, with the date of each region", () => {
    const regions = ["CAISO", "NYISO", "WECC_PC"];
    expect(decideTradeDate("tomorrow", regions, noon, rules)).toBe("2026-11-23");
    expect(() => decideTradeDate("tomorrow", regions, aroundMidnight, rules)).toThrow(
      "tomorrow is not the same day everywhere: 2026-11-22 in CAISO, WECC_PC; 2026-11-23 in NYISO. " +
        "Give the date itself",
    );
  });
});

describe("a trade date that the publication does not show", () => {
  const horizons = {
    CAISO: { first: "2026-11-20", last: "2026-11-22" },
    NYISO: { first: "2026-11-21", last: "2026-11-23" },
  };
  const info = { horizons, published_at: "2026-11-20T20:00:00.000Z" };

  it("names the regions that lack it", () => {
    expect(toLacking("2026-11-21", "today", ["CAISO", "NYISO"], info)).toEqual([]);
    expect(toLacking("2026-11-23", "tomorrow", ["CAISO", "NYISO"], info)).toEqual(["CAISO"]);
    expect(toLacking("2026-11-20", "today", ["CAISO", "NYISO"], info)).toEqual(["NYISO"]);
    expect(toLacking("2026-11-23", "tomorrow", ["NYISO", "toString"], info)).toEqual(["toString"]);
    expect(toLacking("2026-11-23", "tomorrow", [], info)).toEqual([]);
  });

  it("is refused as stale where all of them do, with what there is", () => {
    expect(() => toLacking("2026-11-24", "tomorrow", ["CAISO", "NYISO"], info)).toThrow(
      expect.objectContaining({
        kind: "environment",
        message:
          "tomorrow is 2026-11-24, which the last publication, at 2026-11-20T20:00:00.000Z, does not show: " +
          "it has 2026-11-20 to 2026-11-22 in CAISO; 2026-11-21 to 2026-11-23 in NYISO. " +
          "Run `meter-sync sync`, " +
          "or give the date of a day it has",
      }),
    );
  });
});

it.each(["groups", "group g"])("the trade date of %s is a day or a word for one", (command) => {
  const parse = (date: string) => () =>
    toProgram().parse([...command.split(" "), "--trade-date", date], { from: "user" });
  for (const date of ["today", "tomorrow", "2026-11-01"]) expect(parse(date)).not.toThrow();
  for (const date of ["yesterday", "Today", "2026-11-31", "1d"]) {
    expect(parse(date)).toThrow("It takes a day such as 2026-11-01, today or tomorrow.");
  }
});
