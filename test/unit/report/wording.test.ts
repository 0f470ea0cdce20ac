import { describe, expect, it } from "vitest";
import { toShort } from "../../../src/report/foreign-text.ts";
import { toLargest } from "../../../src/report/largest.ts";
import {
  formatAge,
  formatChange,
  formatDuration,
  formatInstantShort,
  formatShare,
} from "../../../src/report/wording.ts";

const now = "2026-10-07T08:15:00.000Z";

describe("numbers and times in words", () => {
  it.each([
    ["2026-10-07T08:14:30Z", "30 seconds ago"],
    ["2026-10-07T08:14:00Z", "1 minute ago"],
    ["2026-10-07T06:46:00Z", "89 minutes ago"],
    ["2026-10-07T06:21:44Z", "2 hours ago"],
    ["2026-10-05T09:15:00Z", "47 hours ago"],
    ["2026-09-30T08:15:00Z", "7 days ago"],
    ["2026-10-07T08:25:00Z", "in 10 minutes"],
    ["yesterday", "at an unknown time"],
  ])("says of %s that it is %s", (instant, said) => {
    expect(formatAge(instant, now)).toBe(said);
  });

  it("says instants in UTC, whatever they were given in", () => {
    expect(formatInstantShort("2026-10-07T00:30:59.9+02:00")).toBe("2026-10-06 22:30 UTC");
    expect(formatInstantShort("2026-10-07")).toBeUndefined();
  });

  it("never says all or none of what is nearly so", () => {
    const said = [0, 1, 40, 5_000, 99_950, 100_000].map((part) => formatShare(part, 100_000));
    expect(said).toEqual(["0 %", "under 0.1 %", "under 0.1 %", "5 %", "99.9 %", "100 %"]);
    expect(formatShare(0, 0)).toBe("0 %");
  });

  it("says changes with their sign, and durations in two units", () => {
    expect([1204, 0, -3].map(formatChange)).toEqual(["+1,204", "0", "−3"]);
    const said = [950, 59_000, 59_700, 252_000, 3_660_000].map(formatDuration);
    expect(said).toEqual(["950 ms", "59 s", "1 min 0 s", "4 min 12 s", "1 h 1 min"]);
  });
});

describe("names in charts", () => {
  it.each([
    ["short enough", 12, "short enough"],
    ["one too long", 11, "one too lo…"],
    ["電力電力", 8, "電力電力"],
    ["電力電力", 7, "電力電…"],
    ["👩‍👩‍👧‍👦 family", 6, "…"],
  ])("shortens %j to %i columns", (name, columns, shown) => {
    expect(toShort(name, columns)).toBe(`\u2068${shown}\u2069`);
  });

  it("keeps the largest by name and adds up the others", () => {
    const tally = new Map([
      ["a", 1],
      ["b", 5],
      ["others", 4],
      ["c", 2],
      ["d", 3],
    ]);
    const { entries, placeOf } = toLargest(tally, 2, "others");
    expect(entries.map(({ name, value }) => [name, value])).toEqual([
      ["b", 5],
      ["others", 4],
      ["others (all)", 6],
    ]);
    expect(["b", "others", "a", "d"].map(placeOf)).toEqual(["b", "others", "others (all)", "others (all)"]);
    expect(toLargest(tally, 4, "others").entries).toHaveLength(5);
  });
});
