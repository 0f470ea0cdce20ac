import { describe, expect, it } from "vitest";
import { documentV2, type MeterSketch, meterId, type Stay } from "../support/documents.ts";
import { type Oracle, openOracle } from "../support/oracle.ts";
import type { Reading } from "../support/oracle-absence.ts";
import { usualRules } from "../support/oracle-breaker.ts";
import { saysOfV2 } from "../support/says.ts";

const noon = Date.parse("2026-11-10T20:00:00Z");
const hourMs = 3_600_000;

function meters(from: number, to: number, stays: readonly Stay[], more: Partial<MeterSketch> = {}) {
  return Array.from({ length: to - from + 1 }, (_, place) =>
    saysOfV2(documentV2({ number: from + place, stays, ...more })),
  );
}
const north: Stay = { group: "north", from: "2026-11-01" };
const south: Stay = { group: "south", from: "2026-11-01" };

/** What holds a run back that comes a day after a first one. */
function weigh(
  before: Reading["says"],
  says: Reading["says"],
  more: Partial<Reading> = {},
): readonly string[] {
  const oracle = openOracle();
  oracle.publish(noon, before);
  return oracle.weigh({ nowMs: noon + 24 * hourMs, says, ...more }, usualRules).trips;
}

describe("the oracle's breaker, on examples counted by hand (§7)", () => {
  const hundred = meters(1, 100, [north]);

  it("holds back what is absent beyond five percent and ten, and no less", () => {
    expect(weigh(hundred, hundred.slice(10))).toEqual([]);
    expect(weigh(hundred, hundred.slice(11))).toEqual(["absent_meters"]);
    const many = meters(1, 400, [north]);
    expect([weigh(many, many.slice(20)), weigh(many, many.slice(21))]).toEqual([[], ["absent_meters"]]);
  });

  it("holds back half a region, an empty sweep and another account", () => {
    const east = meters(401, 420, [south], { region: "NYISO" });
    const all = [...meters(1, 400, [north]), ...east];
    expect(weigh(all, all.slice(0, -10))).toEqual([]);
    expect(weigh(all, all.slice(0, -11))).toEqual(["absent_region"]);
    expect(weigh(hundred, [])).toEqual(["absent_meters", "absent_region", "account_changed", "empty_sweep"]);
    expect(weigh(hundred, hundred, { account: "another" })).toEqual(["account_changed"]);
    expect(weigh(hundred, hundred, { account: "default" })).toEqual([]);
    expect(weigh(hundred, [], { mode: "poll" })).toEqual([]);
  });

  it("holds back losses of a fifth of the meters, of half a program, of a group", () => {
    const none = meters(1, 100, []);
    expect(weigh(hundred, [...none.slice(0, 20), ...hundred.slice(20)])).toEqual([]);
    expect(weigh(hundred, [...none.slice(0, 21), ...hundred.slice(21)])).toEqual(["lost_meters"]);
    const few = meters(101, 105, [south]);
    expect(weigh([...hundred, ...few], [...hundred, ...meters(101, 105, [])])).toEqual(["lost_group"]);
    expect(weigh([...hundred, ...few], [...hundred, ...meters(101, 105, [north])])).toEqual([]);
    const winter = meters(101, 120, [{ ...south, program: "DRAM" }]);
    const left = [...meters(101, 111, []), ...winter.slice(11)];
    expect(weigh([...hundred, ...winter], [...hundred, ...left])).toEqual(["lost_program"]);
  });

  it("lets pass what the published data already said would end, and moves of everything", () => {
    const ending = meters(1, 100, [{ ...north, to: "2026-11-11" }]);
    expect(weigh(ending, ending)).toEqual([]);
    expect(weigh(hundred, meters(1, 100, [{ group: "south", from: "2026-11-01" }]))).toEqual([]);
    expect(weigh(hundred, meters(1, 100, [{ ...north, to: "2026-11-11" }]))).toEqual([
      "lost_group",
      "lost_meters",
      "lost_program",
    ]);
  });
});

describe("the oracle's ladder of absence, rung by rung (§7)", () => {
  const two = meters(1, 2, [north]);

  function run(oracle: Oracle, hours: number, more: Partial<Reading> = {}) {
    const weighed = oracle.weigh(
      { nowMs: noon + hours * hourMs, says: two.slice(0, 1), ...more },
      usualRules,
    );
    return { askedFor: weighed.askedFor.length, ...weighed.publish() };
  }

  it("tells missing, ends after twelve hours and takes back", () => {
    const oracle = openOracle();
    oracle.publish(noon, two);
    const id = meterId(2);
    expect(run(oracle, 1, { rejected: 1 })).toMatchObject({ askedFor: 0, own: [] });
    expect(run(oracle, 1, { isBlind: true })).toMatchObject({ askedFor: 1, own: [] });
    expect(run(oracle, 2)).toMatchObject({ askedFor: 1, own: [JSON.stringify([id, "meter.missing"])] });
    expect(run(oracle, 13.9)).toMatchObject({ askedFor: 0, own: [] });
    const ended = run(oracle, 14);
    expect(ended).toMatchObject({ askedFor: 1, own: [JSON.stringify([id, "remaps"])] });
    expect(JSON.parse(ended.remaps[0]!).slice(0, 5)).toEqual([id, "CCA", "unassigned", "revised", "missing"]);
    expect(run(oracle, 40)).toMatchObject({ askedFor: 0, own: [], remaps: [] });
    const back = run(oracle, 41, { says: two });
    expect(back.own).toEqual([JSON.stringify([id, "meter.reappeared", "remaps"])]);
    expect(back.members.length).toBe(6);
  });

  it("tells nothing of a meter that is found by its id", () => {
    const oracle = openOracle();
    oracle.publish(noon, two);
    const byId = new Map([[meterId(2), two[1]!]]);
    expect(run(oracle, 24, { byId })).toMatchObject({ askedFor: 1, own: [], remaps: [], groupUpdates: [] });
  });
});
