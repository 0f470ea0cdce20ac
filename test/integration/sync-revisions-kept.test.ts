import { afterEach, describe, expect, it } from "vitest";
import { meterId, toEntry } from "../support/documents.ts";
import type { ScriptedLeap } from "../support/scripted-leap.ts";
import { readSnapshot } from "../support/views.ts";
import { later } from "./later-release.ts";
import { inGroup, openPortfolioDays, type PortfolioDays, range, toLines } from "./portfolio-days.ts";
import { hourMs } from "./small-portfolio.ts";

let world: PortfolioDays;
afterEach(() => world.close());

/** The first meter was added at the cut itself, so that the windows on both sides return it. */
const cut = Date.UTC(2026, 0, 2) + hourMs;
const third = Date.UTC(2026, 5, 1);
const five = inGroup("north", range(1, 5));
/** The first meter comes once more with the last window, where there are three. */
const entries = [...five.map(toEntry), { ...toEntry(five[0]!), addedMs: third + hourMs }];

type Row = { readonly meter_id: string; readonly partner_reference: string };

const rowsOf = (body: unknown): readonly Row[] => (body as { readonly meters: readonly Row[] }).meters;

/**
 * Whenever the first meter is answered, it has the references that come next on the list, once for each. When
 * the list is at its end, as it was.
 */
function answerWith(answers: readonly (readonly string[])[]): ScriptedLeap["rewrite"] {
  const left = [...answers];
  return (_, { status, body }) => {
    const one = rowsOf(body).find(({ meter_id }) => meter_id === meterId(1));
    const references = one === undefined ? undefined : left.shift();
    if (one === undefined || references === undefined) return undefined;
    const others = rowsOf(body).filter((row) => row !== one);
    const copies = references.map((partner_reference) => ({ ...one, partner_reference }));
    return { status, body: { ...(body as object), meters: [copies[0]!, ...others, ...copies.slice(1)] } };
  };
}

/** Every version of the first meter that the database holds, in the order they were stored. */
function readVersions(): unknown[] {
  return world.days.database
    .prepare(
      `SELECT r.partner_reference FROM revision r JOIN meter m ON m.meter_key = r.meter_key
       WHERE m.meter_id = ? ORDER BY r.revision_id`,
    )
    .all(meterId(1))
    .map((row) => row.partner_reference);
}

const readShown = () =>
  world.days.database.prepare("SELECT partner_reference AS p FROM snapshot_meters ORDER BY meter_id").get()
    ?.p;

describe("a version of a meter that was published", () => {
  it.each([
    ["was as published in the second of three windows", [cut, third], [["N1"], ["SITE 1"], ["N2"]], "N2"],
    ["came twice in one window, as published at last", [cut], [["N1", "SITE 1"], ["N2"]], "N2"],
    ["moved and moved back, in two windows", [cut], [["N1"], ["SITE 1"]], "SITE 1"],
    ["moved and moved back, in one window", [], [["N1", "SITE 1"]], "SITE 1"],
    ["moved twice and moved back", [cut, third], [["N1"], ["N2"], ["SITE 1"]], "SITE 1"],
  ] as const)("is not lost to a sweep in which it %s", async (_, cuts, answers, shown) => {
    world = await openPortfolioDays("v2", { concurrency: 1, cuts: [...cuts] });
    const meters = cuts.length < 2 ? {} : { entries };
    await world.run(0, five, meters);
    world.leap.rewrite = answerWith(answers);
    const { report, told } = await world.run(1, five, meters);
    world.leap.rewrite = null;
    expect([report.meters.moved, readShown()]).toEqual([answers.flat().length - 1, shown]);
    const isMoved = shown !== "SITE 1";
    expect(toLines(told)).toEqual(isMoved ? ["partner-reference 1"] : []);
    // A later run drops what was read and never published, and nothing else.
    const back = await world.run(2, five, meters);
    expect(toLines(back.told)).toEqual(isMoved ? ["partner-reference 1"] : []);
    await world.run(3, five, meters);
    expect(readVersions()).toEqual(isMoved ? ["SITE 1", shown, "SITE 1"] : ["SITE 1"]);
    expect(readSnapshot(world.days.database).meters!.length).toBe(5);
  });

  it("is not lost to a release that reads it anew while it moves and moves back", async () => {
    world = await openPortfolioDays("v2", { concurrency: 1, cuts: [cut] });
    await world.run(0, five);
    world.leap.rewrite = answerWith([["N1"], ["SITE 1"]]);
    const extractor = later({ meterType: "OTHER" });
    const { told } = await world.run(1, five, { extractor });
    world.leap.rewrite = null;
    expect(toLines(told)).toEqual([]);
    expect(toLines((await world.run(2, five, { extractor })).told)).toEqual([]);
    expect([readShown(), readVersions()[0]]).toEqual(["SITE 1", "SITE 1"]);
    expect(readVersions()).not.toContain("N1");
  });

  it("is not lost where a run that had moved away from it was held, and a person drops that", async () => {
    world = await openPortfolioDays("v2", { concurrency: 1, cuts: [cut] });
    const forty = inGroup("north", range(1, 40));
    await world.run(0, forty);
    world.leap.rewrite = answerWith([["N1"], ["SITE 1"]]);
    const held = await world.run(1, [...forty.slice(0, 20), ...inGroup(null, range(21, 40))]);
    world.leap.rewrite = null;
    expect(held.report.status).toBe("held");
    world.days.discard(Date.parse("2026-11-10T22:00:00Z"), held.report);
    const { report, told } = await world.run(3, forty);
    expect([report.status, toLines(told), readVersions()]).toEqual(["published", [], ["SITE 1"]]);
  });
});

describe("a meter that three windows return as it was published", () => {
  it("came twice more, and has not moved", async () => {
    world = await openPortfolioDays("v2", { concurrency: 1, cuts: [cut, third] });
    await world.run(0, five, { entries });
    const { report, told } = await world.run(1, five, { entries });
    expect([toLines(told), report.meters.repeated, report.meters.moved]).toEqual([[], 2, 0]);
    expect([report.certificate!.repeated, report.certificate!.moved]).toEqual([2, 0]);
  });
});
