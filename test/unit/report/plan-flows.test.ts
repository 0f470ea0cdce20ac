import { describe, expect, it } from "vitest";
import type { RemapFacts } from "../../../src/reader/index.ts";
import { toReportHtml } from "../../../src/report/index.ts";
import { planFlowDiagram } from "../../../src/report/plan-flows.ts";
import { madeUpFacts } from "./made-up-facts.ts";
import { findById, readHtml, toText } from "./read-html.ts";

type Flow = RemapFacts["flows"][number];
const day = "2026-10-08";
const group = (id: string) => ({ market_group_id: id, market_group_name: `Group ${id}` });
const flow = (
  from: readonly string[],
  to: readonly string[],
  meters: number,
  over: Partial<Flow> = {},
): Flow => ({
  effective_from: day,
  program: null,
  from: from.map(group),
  to: to.map(group),
  meters,
  applied: 0,
  rejected: 0,
  overdue: 0,
  ...over,
});

describe("the diagram of a trade date's remaps", () => {
  it("has every group on the side it is on, and those without one as unassigned", () => {
    const diagram = planFlowDiagram([flow(["a"], ["b"], 3), flow([], ["a"], 2), flow(["b"], [], 1)], day);
    expect(diagram.before.map(({ name, meters }) => [name, meters])).toEqual([
      ["Group a", 3],
      ["unassigned", 2],
      ["Group b", 1],
    ]);
    expect(diagram.after.map(({ name, meters }) => [name, meters])).toEqual([
      ["Group b", 3],
      ["Group a", 2],
      ["unassigned", 1],
    ]);
    const [before, after] = [diagram.before, diagram.after].map(
      (side) => new Set(side.map(({ key }) => key)),
    );
    expect([...before!].filter((key) => after!.has(key))).toEqual([]);
    for (const { from, to } of diagram.links)
      expect([before!.has(from), after!.has(to)]).toEqual([true, true]);
  });

  it("adds up programs and the order of groups, and leaves other dates out", () => {
    const flows = [
      flow(["a", "b"], ["c"], 3),
      flow(["b", "a"], ["c"], 4, { program: "CAISO_RA" }),
      flow(["a"], ["c"], 1, { effective_from: "2026-10-09" }),
    ];
    const diagram = planFlowDiagram(flows, day);
    expect(diagram.links.map(({ meters }) => meters)).toEqual([7]);
    expect(diagram.before.map(({ name }) => name)).toEqual(["Group a + Group b"]);
  });

  it.each([
    [25, 25, 0],
    [26, 25, 2],
    [60, 25, 36],
  ])("draws %i flows as %i, of which the last stands for %i", (count, drawn, merged) => {
    const flows = Array.from({ length: count }, (_, place) =>
      flow([`f${place}`], [`t${place}`], count - place),
    );
    const diagram = planFlowDiagram(flows, day);
    expect(diagram.links).toHaveLength(drawn);
    expect(diagram.merged).toBe(merged);
    expect(diagram.meters).toBe((count * (count + 1)) / 2);
    const last = diagram.links.at(-1)!.meters;
    expect(last).toBe(merged === 0 ? 1 : (merged * (merged + 1)) / 2);
  });
});

it("a trade date whose flows are cut says all of its remaps, and where the others belong", () => {
  const flow = madeUpFacts().remaps.flows[0]!;
  const flows = [{ ...flow, effective_from: "2026-10-08", meters: 20 }];
  const remaps = { from_trade_date: "2026-10-07", remaps: 100, flows, others: 80, others_of_last_date: 30 };
  const page = readHtml(toReportHtml({ ...madeUpFacts(), remaps }));
  expect(toText(findById(page, "flows-1-summary")!)).toMatch(
    /^50 remaps, the largest flows: 20 from .* 30 of them, of the smallest flows, are not drawn\.$/,
  );
  const text = toText(findById(page, "remaps")!);
  expect(text).toContain("… and 30 more remaps of smaller flows");
  expect(text).toContain(
    "80 more remaps of flows left out: 30 effective from 2026-10-08, 50 effective later",
  );
  const later = readHtml(toReportHtml({ ...madeUpFacts(), remaps: { ...remaps, others_of_last_date: 0 } }));
  expect(toText(findById(later, "remaps")!)).toContain("flows left out: 80 effective later");
});
