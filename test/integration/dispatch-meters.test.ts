import { describe, expect, it } from "vitest";
import type { Dispatch } from "../../src/leap/index.ts";
import { loadDispatchScore, toReader } from "../../src/reader/index.ts";
import { firstMs, meters, north, south, thenMs } from "./as-of-stays.ts";
import { check, insertStays, openPublished, readDrifts, startMs, toDispatch } from "./dispatch-world.ts";

const [one, two] = meters;

function toMeterDispatch(part: Partial<Dispatch> = {}): Dispatch {
  return toDispatch({ level: "meter", targetId: one, meterIds: [one], ...part });
}

describe("a dispatch of a meter", () => {
  it.each([
    ["its program", "CCA", ["CCA"], "agreed"],
    ["one of several", "CCA", ["ELRP", "CCA"], "agreed"],
    ["its program in another spelling", "CEC_DSGS", ["cec-dsgs"], "agreed"],
    ["another program only", "ELRP", ["CCA"], "drift"],
    ["no program, as v1 has none", null, ["CCA"], "agreed"],
    ["a program that Leap did not name", "unknown", ["CCA"], "agreed"],
  ])("is held against its assignment in %s", (_, program, programs, verdict) => {
    const database = openPublished([{ program }]);
    expect(check(database, [toMeterDispatch({ programs })]).rows[0]).toMatchObject({
      verdict,
      missingHere: verdict === "agreed" ? [] : [one],
      missingThere: [],
      toldAtMs: verdict === "agreed" ? firstMs : null,
    });
  });

  it("that is in no program's group is told with the groups it was in", () => {
    const database = openPublished([{ program: "ELRP", group: south }]);
    const ask = () => check(database, [toMeterDispatch()]).told;
    expect([ask(), ask()]).toEqual([1, 0]);
    expect(readDrifts(database).map(({ data }) => data)).toMatchObject([
      {
        meter_id: one,
        partner_reference: "SITE-1",
        transmission_region: "CAISO",
        verdict: "drift",
        before: { programs: ["ELRP"], market_group_ids: [south] },
        after: { programs: ["CCA"], market_group_ids: null },
      },
    ]);
  });

  it("is late where its assignment is known since, and unknown where the meter is", () => {
    const database = openPublished([{}, { meter: 2, knownFromMs: thenMs }]);
    const late = toMeterDispatch({ targetId: two, meterIds: [two] });
    const nobody = toMeterDispatch({ eventId: "slot-2", targetId: "nobody", meterIds: ["nobody"] });
    const { rows, zoneUnknown } = check(database, [late, nobody]);
    expect(rows.map(({ targetId, verdict, toldAtMs }) => [targetId, verdict, toldAtMs])).toEqual([
      [two, "late", thenMs],
      ["nobody", "unknown_meter", null],
    ]);
    expect(zoneUnknown).toBe(1);
    const before = { programs: [], market_group_ids: [] };
    expect(readDrifts(database).map(({ data }) => data)).toMatchObject([
      { meter_id: two, verdict: "late", transmission_region: "CAISO", before },
      { meter_id: "nobody", verdict: "unknown_meter", transmission_region: null, before },
    ]);
  });

  it("is of an unknown meter until the publication that first showed it", () => {
    const database = openPublished([]);
    database.prepare("UPDATE run SET publication = 1").run();
    const run = database.prepare("SELECT * FROM run").get()!;
    database
      .prepare(
        `INSERT INTO run SELECT ${Object.keys(run)
          .map((name) => ({ run_key: "2", run_id: "'run-2'", publication: "2" })[name] ?? name)
          .map((name) => (name === "published_at_ms" ? String(thenMs) : name))
          .join(", ")} FROM run`,
      )
      .run();
    database.prepare("UPDATE meter SET first_publication = 2").run();
    const at = (receivedAtMs: number, eventId: string) =>
      check(database, [toMeterDispatch({ receivedAtMs, eventId })]).rows[0]?.verdict;
    expect([at(thenMs - 1, "before"), at(thenMs, "after")]).toEqual(["unknown_meter", "drift"]);
    // It came to another region: its groups had been known before.
    insertStays(database, [{ group: south, program: "ELRP" }]);
    expect(at(firstMs, "elsewhere")).toBe("drift");
    database.execute("DELETE FROM assignment; UPDATE meter SET first_publication = 0");
    expect(at(firstMs, "long ago")).toBe("drift");
  });
});

describe("the score", () => {
  const dayMs = 86_400_000;
  const slot = (day: number, part: Partial<Dispatch> = {}) =>
    toDispatch({
      eventId: `slot-${day}-${part.targetId ?? "north"}`,
      startMs: startMs + day * dayMs,
      endMs: startMs + day * dayMs + 1,
      ...part,
    });

  it("counts by trade date what counts, and has the shares of dispatches and of meters", () => {
    const database = openPublished([{}, { meter: 2, group: south, knownFromMs: thenMs }]);
    check(database, [
      // Both in the north, of which one is published: late never, drift; one in the south: late.
      slot(0),
      slot(0, { targetId: south, meterIds: [two] }),
      slot(0, { eventId: "gone", isCancelled: true }),
      slot(1, { meterIds: [one] }),
      // One is missing here, and one there.
      slot(1, { eventId: "other", meterIds: [two] }),
      slot(2, { targetId: "nowhere", meterIds: [one] }),
    ]);
    const score = loadDispatchScore(toReader(database), { by: "date", sinceDate: null });
    expect(score).toMatchObject([
      {
        period: "2026-10-03",
        counted: 2,
        agreed: 0,
        late: 1,
        drift: 1,
        agreed_share: 0,
        // Of two in the north one, of one in the south none.
        meter_share: 0.3333,
        worst_lead_time_hours: -32.28,
        not_counted: 1,
      },
      { period: "2026-10-04", counted: 2, agreed: 1, agreed_share: 0.5, meter_share: 0.3333 },
      { period: "2026-10-05", counted: 1, unknown: 1, meter_share: 0, worst_lead_time_hours: null },
    ]);
    expect(loadDispatchScore(toReader(database), { by: "date", sinceDate: "2026-10-05" })).toHaveLength(1);
  });

  it("counts by week from its Monday on, by month, and by group; of meters' dispatches aside", () => {
    const database = openPublished([{}, { meter: 2 }]);
    // 2026-10-04 is a Sunday.
    check(database, [slot(0), slot(1), slot(2), slot(30), toMeterDispatch({ eventId: "meter" })]);
    const by = (period: "week" | "month" | "group") =>
      loadDispatchScore(toReader(database), { by: period, sinceDate: null }).map(
        ({ level, period: when, market_group_id: id, market_group_name: name, counted }) =>
          `${level} ${when ?? `${id} ${name}`}: ${counted}`,
      );
    expect(by("week")).toEqual([
      "group 2026-09-28: 2",
      "meter 2026-09-28: 1",
      "group 2026-10-05: 1",
      "group 2026-11-02: 1",
    ]);
    expect(by("month")).toEqual(["group 2026-10: 3", "meter 2026-10: 1", "group 2026-11: 1"]);
    expect(by("group")).toEqual([`group ${north} NORTH: 4`]);
  });
});
