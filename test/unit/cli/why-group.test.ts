import { describe, expect, it } from "vitest";
import { describeNoGroup, findNoGroupRemaps } from "../../../src/cli/why-group.ts";

const today = "2026-11-22";
const north = "11111111-0000-4000-8000-000000000001";

describe("the remap that left a meter without a group", () => {
  const remap = (sequence: string, from: string, to: string | null, groups: readonly string[]) => ({
    type: "meter.group.remapped",
    sequence,
    data: { effective_from: from, effective_to: to, to_market_group_ids: groups, reason: "withdrawn" },
  });

  it("is the latest one about the day", () => {
    const events = [
      remap("1", "2026-11-01", null, []),
      remap("2", "2026-11-20", null, []),
      remap("3", "2026-11-23", null, [north]),
    ];
    expect(findNoGroupRemaps(today, events)).toEqual([{ sequence: "2", reason: "withdrawn", program: null }]);
  });

  it("is none where a later one leads to a group", () => {
    expect(
      findNoGroupRemaps(today, [remap("1", "2026-11-01", null, []), remap("2", today, today, [north])]),
    ).toEqual([]);
  });

  it("is one of each program, but of those before one that is about all", () => {
    const of = (program: string | null, sequence: string, groups: readonly string[] = []) => {
      const { data, ...event } = remap(sequence, "2026-11-01", null, groups);
      return { ...event, data: { ...data, program } };
    };
    const told = [
      of("CCA", "1"),
      of(null, "2", [north]),
      of("CCA", "3"),
      of("DRAM", "4"),
      of("DR", "5", [north]),
    ];
    const remaps = findNoGroupRemaps(today, told);
    expect(remaps.map(({ sequence }) => sequence)).toEqual(["3", "4"]);
    expect(describeNoGroup(today, [], remaps)).toBe(
      "it is in no market group on 2026-11-22; as told by event 3 (CCA, withdrawn) and event 4 (DRAM, " +
        "withdrawn); no later one is published",
    );
  });
});
