import { describe, expect, it, onTestFinished } from "vitest";
import { type Database, openDatabaseReadOnly } from "../../src/database/index.ts";
import { Failure } from "../../src/failure/index.ts";
import {
  type AsOf,
  loadFirstPublished,
  loadGroupAsOf,
  loadGroupMembersAsOf,
  loadGroupsAsOf,
  loadMeterGroupsAsOf,
  type Reader,
  toReader,
} from "../../src/reader/index.ts";
import { saveExport } from "../../src/snapshot/index.ts";
import { digestOf } from "../support/oracle-views.ts";
import { firstMs, meters, north, openStays, type Stay, south, thenMs } from "./as-of-stays.ts";

function membersOf(database: Database, tradeDate: string, knownAtMs: number, group = north): string[] {
  const rows = [...loadGroupMembersAsOf(toReader(database), group, { tradeDate, knownAtMs })];
  return rows.map(({ program, meter_id }) => `${program} ${meters.indexOf(meter_id as never) + 1}`);
}

describe("who was in a group as known at an instant", () => {
  it("is from the very instant on at which it became known, until just before it was replaced", () => {
    const database = openStays([
      { knownToMs: thenMs },
      { group: south, knownFromMs: thenMs },
      { meter: 2, group: south },
    ]);
    const at = (knownAtMs: number) =>
      [north, south].map((group) => membersOf(database, "2026-10-03", knownAtMs, group));
    expect(at(firstMs - 1)).toEqual([[], []]);
    expect(at(firstMs)).toEqual([["CCA 1"], ["CCA 2"]]);
    expect(at(thenMs - 1)).toEqual([["CCA 1"], ["CCA 2"]]);
    expect(at(thenMs)).toEqual([[], ["CCA 1", "CCA 2"]]);
  });

  it("is on its first date and on its last, and on no other; what is open holds on", () => {
    const stays: Stay[] = [
      { from: "2026-10-03", to: "2026-10-04" },
      { meter: 2, from: "2026-10-04" },
    ];
    for (const knownToMs of [null, thenMs]) {
      const database = openStays(stays.map((stay) => ({ ...stay, knownToMs })));
      const on = (date: string) => membersOf(database, date, firstMs);
      expect([on("2026-10-02"), on("2026-10-03")]).toEqual([[], ["CCA 1"]]);
      expect([on("2026-10-04"), on("2026-10-05")]).toEqual([["CCA 1", "CCA 2"], ["CCA 2"]]);
      expect(on("2036-10-05")).toEqual(["CCA 2"]);
    }
  });

  it("was never what two publications of one instant had between them", () => {
    const database = openStays([
      { knownFromMs: thenMs, knownToMs: thenMs },
      { group: south, knownFromMs: thenMs },
    ]);
    expect(membersOf(database, "2026-10-03", thenMs)).toEqual([]);
    expect(membersOf(database, "2026-10-03", thenMs, south)).toEqual(["CCA 1"]);
  });

  it("is what is known now for an instant yet to come", () => {
    const database = openStays([{ knownToMs: thenMs }, { meter: 2, knownFromMs: thenMs }]);
    expect(membersOf(database, "2026-10-03", Date.UTC(2100, 0))).toEqual(["CCA 2"]);
  });

  it("has what is published now for names, references and regions, and as many rows as asked for", () => {
    const database = openStays([{}, { meter: 2 }]);
    const asOf = { tradeDate: "2026-10-03", knownAtMs: firstMs };
    expect([...loadGroupMembersAsOf(toReader(database), north.toUpperCase(), asOf, 1)]).toEqual([
      {
        trade_date: "2026-10-03",
        market_group_id: north,
        market_group_name: "NORTH",
        program: "CCA",
        meter_id: meters[0],
        partner_reference: "SITE-1",
        transmission_region: "CAISO",
      },
    ]);
  });
});

describe("the groups of a trade date as known at an instant", () => {
  const asOf = { tradeDate: "2026-10-03", knownAtMs: firstMs };

  it("count a meter in two programs once, and have the programs and the digest of then", () => {
    const database = openStays([
      { program: "ELRP" },
      { program: "CCA" },
      { program: null, meter: 2, knownToMs: thenMs },
      { meter: 2, group: south, knownFromMs: thenMs },
    ]);
    const row = {
      trade_date: "2026-10-03",
      market_group_id: north,
      market_group_name: "NORTH",
      programs: ["CCA", "ELRP"],
      member_count: 2,
      members_sha256: digestOf(meters),
      version: null,
    };
    const reader = toReader(database);
    expect([...loadGroupsAsOf(reader, asOf)]).toEqual([row]);
    expect(loadGroupAsOf(reader, north.toUpperCase(), asOf)).toEqual(row);
    const later = [...loadGroupsAsOf(reader, { ...asOf, knownAtMs: thenMs })];
    expect(later.map(({ market_group_name: name, member_count: count }) => [name, count])).toEqual([
      ["NORTH", 1],
      ["SOUTH", 1],
    ]);
    expect([...loadGroupsAsOf(reader, { ...asOf, knownAtMs: thenMs }, 1)]).toHaveLength(1);
  });

  it("tell a group without members from one that there never was", () => {
    const reader = toReader(openStays([{}]));
    const empty = { member_count: 0, members_sha256: digestOf([]), programs: [] };
    expect(loadGroupAsOf(reader, south, asOf)).toMatchObject(empty);
    expect(loadGroupAsOf(reader, "nowhere", asOf)).toBeUndefined();
  });
});

it("the groups a meter was in are those of all its programs, as known at the instant", () => {
  const database = openStays([
    { program: "CCA", knownToMs: thenMs },
    { program: "CCA", group: south, knownFromMs: thenMs },
    { program: "ELRP", group: south },
    { meter: 2 },
  ]);
  const at = (knownAtMs: number, id: string = meters[0].toUpperCase()) =>
    [...loadMeterGroupsAsOf(toReader(database), id, { tradeDate: "2026-10-03", knownAtMs })].map(
      (row) => `${row.meter_id} ${row.program} ${row.market_group_name}`,
    );
  expect(at(firstMs)).toEqual([`${meters[0]} CCA NORTH`, `${meters[0]} ELRP SOUTH`]);
  expect(at(thenMs)).toEqual([`${meters[0]} CCA SOUTH`, `${meters[0]} ELRP SOUTH`]);
  expect(at(thenMs, "nobody")).toEqual([]);
});

describe("what is asked of before what is kept", () => {
  type Question = (reader: Reader, asOf: AsOf) => unknown;
  const questions: [string, Question][] = [
    ["the groups", loadGroupsAsOf],
    ["a group", (reader, asOf) => loadGroupAsOf(reader, north, asOf)],
    ["its members", (reader, asOf) => loadGroupMembersAsOf(reader, north, asOf)],
    ["a meter", (reader, asOf) => loadMeterGroupsAsOf(reader, meters[0], asOf)],
  ];

  it.each(questions)("is refused at once, with from when on it can be answered: %s", (_, ask) => {
    const database = openStays([{}]);
    database
      .prepare("UPDATE stream SET pruned_known_at_ms = ?, pruned_trade_date = '2026-10-02'")
      .run(thenMs);
    const reader = toReader(database);
    const kept = { tradeDate: "2026-10-03", knownAtMs: thenMs };
    expect(() => ask(reader, kept)).not.toThrow();
    const early = () => ask(reader, { ...kept, knownAtMs: thenMs - 1 });
    expect(early).toThrow("ask as known at 2026-10-05T06:17:00.000Z or later");
    expect(early).toThrow(Failure);
    expect(() => ask(reader, { ...kept, knownAtMs: firstMs })).toThrow("is not kept any more");
    const gone = () => ask(reader, { ...kept, tradeDate: "2026-10-02" });
    expect(gone).toThrow("ask for a trade date after 2026-10-02");
    // Before the first publication nothing was known: nothing of that can have gone.
    expect(() => ask(reader, { ...kept, knownAtMs: firstMs - 1 })).not.toThrow();
  });

  it("is nothing where nothing was ever published", () => {
    const database = openStays([]);
    const reader = toReader(database);
    expect(loadFirstPublished(reader)).toBe("2026-10-01T06:17:00.000Z");
    database.execute("DELETE FROM run; DELETE FROM stream");
    expect(loadFirstPublished(reader)).toBeNull();
    expect([...loadGroupsAsOf(reader, { tradeDate: "2026-10-03", knownAtMs: thenMs })]).toEqual([]);
  });
});

it("an export answers as the file does", () => {
  const database = openStays([{ knownToMs: thenMs }, { meter: 2, knownFromMs: thenMs }]);
  const target = `${database.path}.export`;
  saveExport(database.path, target, { isPersonal: false, keepCount: 1, exportedAtMs: thenMs });
  const copy = openDatabaseReadOnly(target);
  onTestFinished(copy.close);
  for (const knownAtMs of [firstMs, thenMs]) {
    const at = (file: Database) => membersOf(file, "2026-10-03", knownAtMs);
    expect(at(copy)).toEqual(at(database));
    expect(at(copy)).toHaveLength(1);
  }
});

it("finds the assignments of a group, or of a meter, by indexes alone", () => {
  const database = openStays([]);
  const plans: string[] = [];
  const spy: Database = {
    ...database,
    prepare: (sql) => {
      const statement = database.prepare(sql);
      if (sql.includes("FROM assignment")) {
        const values = { tradeDate: "2026-10-03", knownAtMs: firstMs, key: 1, limit: -1 };
        plans.push(
          database
            .prepare(`EXPLAIN QUERY PLAN ${sql}`)
            .all(values)
            .map((row) => String(row.detail))
            .join("\n"),
        );
      }
      return statement;
    },
  };
  const reader = toReader(spy);
  const asOf = { tradeDate: "2026-10-03", knownAtMs: firstMs };
  loadGroupAsOf(reader, north, asOf);
  expect([
    ...loadGroupMembersAsOf(reader, north, asOf),
    ...loadMeterGroupsAsOf(reader, meters[0], asOf),
  ]).toEqual([]);
  expect(plans).toHaveLength(3);
  for (const [place, plan] of plans.entries()) {
    // Of a group no row is looked up beside the index.
    const [name, how, by] =
      place < 2 ? ["group", "COVERING INDEX", "market_group_id=?"] : ["meter", "INDEX", "meter_key=?"];
    for (const part of ["current", "history"])
      expect(plan).toContain(`SEARCH assignment USING ${how} assignment_${part}_${name} (${by}`);
    expect(plan.split("\n").filter((line) => /^SCAN (?!a\b)/.test(line))).toEqual([]);
  }
});
