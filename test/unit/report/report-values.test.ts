import { describe, expect, it } from "vitest";
import { toReportHtml } from "../../../src/report/index.ts";
import { fullFacts, troubledFacts } from "./made-up-facts.ts";
import { findAll, findById, type HtmlNode, readHtml, toRowsOf, toText } from "./read-html.ts";

const facts = troubledFacts();
const page = readHtml(toReportHtml(facts));
const en = (value: number): string => value.toLocaleString("en");
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const numbers = (rows: readonly string[][], column: number): number[] =>
  rows.map((row) => Number(row[column]!.replaceAll(",", "")));

describe("what the tables of the report say", () => {
  it("counts meters by region and status", () => {
    expect(toRowsOf(page, "standing-table").map((row) => row.slice(0, 4))).toEqual(
      facts.enrollment.standing.map((row) => [
        row.transmission_region,
        row.enrollment_status ?? "no status",
        row.dispatchable ? "yes" : "no",
        en(row.meters),
      ]),
    );
  });

  it("counts what moved, day by day, each move once", () => {
    const rows = toRowsOf(page, "active-table");
    expect(rows).toHaveLength(31);
    const { moves, days } = facts.enrollment;
    const became = moves.filter((move) => move.is_dispatchable && !move.was_dispatchable);
    const stopped = moves.filter((move) => !move.is_dispatchable && move.was_dispatchable);
    expect(sum(numbers(rows, 1))).toBe(sum(became.map(({ meters }) => meters)));
    expect(sum(numbers(rows, 2))).toBe(sum(stopped.map(({ meters }) => meters)));
    expect(sum([1, 2, 3].flatMap((column) => numbers(rows, column)))).toBe(
      sum(moves.map(({ meters }) => meters)),
    );
    const told = toRowsOf(page, "told-table");
    for (const day of days) {
      const row = told.find(([first]) => first === day.day)!;
      expect(row.slice(2)).toEqual(
        [day.created, day.archived, day.restored, day.missing, day.reappeared].map(en),
      );
    }
    expect(sum(numbers(toRowsOf(page, "transition-table"), 2))).toBe(sum(moves.map(({ meters }) => meters)));
  });

  it("lists actions by deadline, and marks what is past in words", () => {
    const rows = toRowsOf(page, "action-table");
    expect(rows).toHaveLength(facts.actions.counts.length);
    facts.actions.counts.forEach(({ deadline, is_past, code, party, meters }, place) => {
      expect(rows[place]!.slice(1)).toEqual([code, party ?? "none", en(meters)]);
      expect(rows[place]![0]).toContain(deadline ?? "none");
      expect(rows[place]![0]!.endsWith(" past")).toBe(is_past);
    });
    const first = toRowsOf(page, "action-meters");
    expect(first.map(([id]) => id)).toEqual(facts.actions.first.map(({ meter_id }) => meter_id));
    expect(first[0]).toEqual([
      facts.actions.first[0]!.meter_id,
      "site-1000",
      "2026-09-30 07:00 UTC past",
      "UTILITY_AUTHORIZATION",
      "PARTNER",
      "none",
      "none",
    ]);
    // Due an hour before the report was made, and four days after it.
    expect(first[18]![2]).toBe("2026-10-07 07:00 UTC past");
    expect(first[27]![2]).toBe("2026-10-12 07:00 UTC soon");
    expect(first[36]![2]).toBe("2026-10-31 07:00 UTC");
  });

  it("gives members by trade date with the change from the date before", () => {
    const rows = toRowsOf(page, "group-table");
    expect(rows).toHaveLength(12);
    expect(rows[0]).toEqual([
      "PG&E · SUBLAP_PGEB · October 99990000-0000-4000-8000-000000000000",
      "CAISO_RA",
      "1,900",
      "1,925 +25",
      "1,950 +25",
      "1,975 +25",
    ]);
    expect(rows[7]![0]).toBe("unnamed 99990007-0000-4000-8000-000000000007");
    expect(rows[9]!.slice(2)).toEqual(["370", "383 +13", "none −383", "none"]);
    expect(toRowsOf(page, "member-table")).toEqual([
      ["2026-10-07", "14", "8,610", "none", "all"],
      ["2026-10-08", "14", "8,647", "+37", "all"],
      ["2026-10-09", "14", "8,684", "+37", "all"],
      ["2026-10-10", "13", "8,721", "+37", "all"],
    ]);
  });

  it.each([["troubled", facts, page] as const, ["full", fullFacts(), undefined] as const])(
    "has every flow of remaps once: %s",
    (_, { remaps }, given) => {
      const read: HtmlNode = given ?? readHtml(toReportHtml(fullFacts()));
      const days = new Set(remaps.flows.map(({ effective_from }) => effective_from));
      const tables = [...days].slice(0, 4).map((_day, place) => `flows-${place + 1}-table`);
      if (days.size > 4) tables.push("later-flows");
      const rows = tables.flatMap((id) => toRowsOf(read, id));
      expect(rows.map((row) => [row[0], row[4], row[5], row[6], row[7]])).toEqual(
        remaps.flows.map((flow) => [
          flow.effective_from,
          ...[flow.meters, flow.applied, flow.rejected, flow.overdue].map(en),
        ]),
      );
      remaps.flows.forEach(({ from, to }, place) => {
        for (const [groups, column] of [[from, 2] as const, [to, 3] as const]) {
          const cell = rows[place]![column]!;
          if (groups.length === 0) expect(cell).toBe("unassigned");
          for (const { market_group_id: id, market_group_name: name } of groups) {
            expect(cell).toContain(`${name ?? "unnamed"} ${id.slice(0, 8)}`);
          }
        }
      });
    },
  );

  it("says of how many runs it is not known how long they took, and makes up no duration", () => {
    const toSummary = (unknown: number) => {
      const runs = facts.runs.map((run, place) => (place < unknown ? { ...run, duration_ms: null } : run));
      return toText(findById(readHtml(toReportHtml({ ...facts, runs })), "durations-summary")!);
    };
    expect(toSummary(0)).toMatch(/^30 runs, [^.]*\. The one in the middle took [^.]*\.$/);
    expect(toSummary(2)).toMatch(/The one in the middle took .*\. Of 2 it is not known: running, killed/);
    expect(toSummary(30)).toMatch(/^30 runs, [^.]*\. Of 30 it is not known[^.]*\.$/);
  });

  it("lists the last runs with what became of them", () => {
    const rows = toRowsOf(page, "run-table");
    expect(rows).toHaveLength(30);
    facts.runs.forEach((run, place) => {
      const row = rows[place]!;
      expect(row[1]).toBe(run.mode);
      expect(row[2]).toBe(run.status);
      expect(row[6]).toBe(run.change_count === null ? "unknown" : en(run.change_count));
      expect(row[8]).toBe(run.error ?? "none");
      expect(row[9]).toBe(run.run_id);
    });
    const types = toRowsOf(page, "change-table")[1]!;
    expect(types[3]).toBe("meter.group.remapped 53meter.enrollment.global-status.updated 31meter.created 11");
  });

  it("says how things stand", () => {
    const text = toText(findById(page, "things"));
    for (const said of ["9,842", "8,647", "431", "310", "acme-flexibility", "v2", "1 to 41,207"]) {
      expect(text).toContain(said);
    }
    expect(toRowsOf(page, "sinks").map((row) => row.slice(0, 5))).toEqual([
      ["webhook:ems", "failing: 9 times in a row", "412", "7", "41,207"],
      ["stdout", "up to date", "0", "0", "41,207"],
    ]);
    expect(toRowsOf(page, "overdue").map(([meter]) => meter)).toEqual(
      facts.acknowledgement.first_overdue.map(({ meter_id }) => meter_id),
    );
    expect(toRowsOf(page, "trips")).toEqual([
      [
        "absent_meters",
        "612 of 9,842 known meters are absent, 6.2 %. Rule METER_SYNC_HOLD_ABSENT.",
        "known 9,842absent 612",
      ],
    ]);
    expect(toRowsOf(page, "horizons")[0]).toEqual(["CAISO", "2026-10-07", "2026-10-10"]);
  });

  it("draws what the tables say: the meters of each status, and the remaps of each group", () => {
    const drawn = (id: string): string[] =>
      findAll(findAll(findById(page, id), "svg")[0]!, "text").map((text) =>
        toText(text).replace(/[\u2068\u2069]/g, ""),
      );
    for (const said of ["ACTIVE", "no status", "8,647", "673", "258", "174", "90"]) {
      expect(drawn("standing")).toContain(said);
    }
    // One program alone has this flow, and it is the only one of both groups on this date.
    expect(drawn("flows-3")).toContain("PG&E · SUBLAP_PGEB · October  180");
    expect(drawn("flows-3")).toContain("SCE · SUBLAP_SCEW · October  180");
  });
});
