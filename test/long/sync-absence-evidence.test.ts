import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  inGroup,
  openPortfolioDays,
  type PortfolioDays,
  range,
  toLines,
  type Version,
} from "../integration/portfolio-days.ts";
import type { MeterSketch } from "../support/documents.ts";
import { meterId } from "../support/documents.ts";
import { noRules } from "../support/oracle-breaker.ts";
import { readSnapshot } from "../support/views.ts";

let world: PortfolioDays;
afterEach(() => world.close());

const six = inGroup("north", range(1, 6));
const five = six.slice(1);

/** The ids asked for in every call that reads by id: v2's searches, v1's single reads. */
function readAsked(): string[][] {
  return world.leap.asked.flatMap(({ method, path, body }) => {
    if (Array.isArray(body.meter_ids)) return [body.meter_ids as string[]];
    return method === "GET" ? [[path.split("/").at(-1)!]] : [];
  });
}

function isById({ method, body }: { method: string; body: Readonly<Record<string, unknown>> }): boolean {
  return method === "GET" || body.meter_ids !== undefined;
}

/** A meter without an id, which stands for any. */
const nameless: MeterSketch = { number: 90, extra: { meter_id: null } };

describe.each(["v2", "v1"] as const)("absence in %s (I7)", (version: Version) => {
  beforeEach(async () => {
    world = await openPortfolioDays(version);
    await world.run(0, six);
    world.leap.forgetAsked();
  });

  it("is not concluded from a sweep with an answer without an id, and nothing is asked by id", async () => {
    const { report, told } = await world.run(1, [...five, nameless]);
    expect([toLines(told), report.exit_code, report.is_certified]).toEqual([[], 7, false]);
    expect(report.absence).toMatchObject({ looked_up: false, waiting: 1, missing: 0 });
    expect(report.warnings.some((text) => text.includes("1 known meters were not returned"))).toBe(true);
    expect(readAsked()).toEqual([]);
  });

  it("is not confirmed by such a sweep either, however late", async () => {
    await world.run(1, five);
    const { report, told } = await world.run(40, [...five, nameless]);
    expect([toLines(told), report.absence.waiting]).toEqual([[], 1]);
    expect(toLines((await world.run(41, five)).told)[0]).toMatch(/^remapped 1: north → none, 2026-11-12…/);
  });

  it("is not begun by a held run: its twelve hours begin with the publication that tells it", async () => {
    const rules = { ...noRules, loss: { percent: 20, count: 1 } };
    const lost = inGroup(null, range(2, 6));
    const held = await world.run(1, lost, { rules });
    expect([held.report.status, held.report.absence.missing, toLines(held.told)]).toEqual(["held", 1, []]);
    const after = await world.run(20, five, { rules });
    expect([after.report.status, toLines(after.told)]).toEqual(["published", ["missing 1"]]);
    expect(toLines((await world.run(31.9, five)).told)).toEqual([]);
    expect(toLines((await world.run(32, five)).told).length).toBe(2);
  });

  it("is not confirmed by a held run, nor by one that failed after it had looked", async () => {
    await world.run(1, five);
    const rules = { ...noRules, loss: { percent: 20, count: 1 } };
    const held = await world.run(14, inGroup(null, range(2, 6)), { rules });
    expect([held.report.status, held.report.absence.ended, toLines(held.told)]).toEqual(["held", 1, []]);
    const before = readSnapshot(world.days.database);
    const kind = await world.fail(15, five, {
      wrapDatabase: (database) => ({
        ...database,
        prepare: (sql) => {
          if (sql.startsWith("UPDATE stream SET api_version")) throw new Error("cannot publish");
          return database.prepare(sql);
        },
      }),
    });
    expect(kind).toBe("cannot publish");
    expect(readSnapshot(world.days.database)).toEqual(before);
    const { report, told } = await world.run(16, five);
    expect([report.absence.ended, toLines(told).length]).toEqual([1, 2]);
  });

  it("asks for nothing by id where nobody is absent, nor of those it may not end yet", async () => {
    await world.run(1, six);
    expect(readAsked()).toEqual([]);
    await world.run(2, five);
    expect(readAsked().flat().sort()).toEqual([meterId(1), meterId(2)]);
    world.leap.forgetAsked();
    await world.run(3, five);
    expect(readAsked()).toEqual([]);
  });

  it("is not concluded where even a meter that was just returned is not found by its id", async () => {
    world.leap.rewrite = (asked, { status, body }) => {
      if (!isById(asked)) return undefined;
      if (version === "v1") return { status: 404, body: { title: "no such meter" } };
      return { status, body: { ...(body as object), meters: [] } };
    };
    const { report, told } = await world.run(1, [...inGroup("south", [2]), ...six.slice(2)]);
    expect([report.status, report.exit_code, report.is_certified]).toEqual(["published", 7, true]);
    expect(report.absence).toMatchObject({ looked_up: false, missing: 0, waiting: 1 });
    expect(report.warnings.some((text) => text.includes(`did not find meter ${meterId(2)}`))).toBe(true);
    // What the sweep itself found is told.
    expect(toLines(told)[0]).toBe("remapped 2: north → south, 2026-11-10…, revised");
    world.leap.rewrite = null;
    const next = await world.run(2, [...inGroup("south", [2]), ...six.slice(2)]);
    expect([next.report.exit_code, toLines(next.told)]).toEqual([0, ["missing 1"]]);
  });

  it("is not concluded from an answer to another question, and the rest is published", async () => {
    // v2 ignores the ids and returns the whole portfolio; v1 returns another meter.
    world.leap.rewrite = (asked) => {
      if (!isById(asked)) return undefined;
      const documents = world.leap.entries.map(({ document }) => document);
      return { status: 200, body: version === "v1" ? documents[0] : { meters: documents } };
    };
    const meters = [...inGroup("south", [2]), ...six.slice(2)];
    const { report, told } = await world.run(1, meters);
    expect([report.status, report.exit_code, report.absence.missing]).toEqual(["published", 7, 0]);
    expect(report.warnings.some((text) => text.startsWith("absent meters were not concluded upon"))).toBe(
      true,
    );
    expect(toLines(told)[0]).toBe("remapped 2: north → south, 2026-11-10…, revised");
    expect(toLines(told).some((line) => line.startsWith("missing"))).toBe(false);
  });

  it("ends the run where reads by id are not answered, and the next takes over the rest", async () => {
    const before = readSnapshot(world.days.database);
    world.leap.rewrite = (asked) => (isById(asked) ? { status: 503, body: {} } : undefined);
    expect(await world.fail(1, five, { attemptCountMax: 1 })).toBe("environment");
    expect(readSnapshot(world.days.database)).toEqual(before);
    world.leap.rewrite = null;
    world.leap.forgetAsked();
    const { report, told } = await world.run(2, five);
    expect([toLines(told), report.windows]).toMatchObject([["missing 1"], { read: 0, resumed: 1 }]);
    expect(world.leap.asked.every(isById)).toBe(true);
  });
});

describe("many absent meters", () => {
  const crowd = inGroup("north", range(1, 2200));

  it("are read by v2 with at most 1000 ids a call, each once, with a known one beside them", async () => {
    world = await openPortfolioDays("v2", { rules: noRules });
    await world.run(0, crowd);
    world.leap.forgetAsked();
    const { report } = await world.run(1, crowd.slice(2100));
    expect(report.absence).toMatchObject({ looked_up: true, missing: 2100 });
    // A call of several pages is one with page tokens; what it asks for is told on each of them.
    const calls = [...new Set(readAsked().map((ids) => JSON.stringify(ids)))].map(
      (text) => JSON.parse(text) as string[],
    );
    expect(calls.map((ids) => ids.length)).toEqual([1000, 1000, 103]);
    const absent = new Set(range(1, 2100).map(meterId));
    for (const ids of calls) expect(ids.filter((id) => !absent.has(id)).length).toBe(1);
    expect(calls.flat().filter((id) => absent.has(id)).length).toBe(2100);
    expect(new Set(calls.flat()).size).toBe(2101);
  });

  it("are all found where answers by id are cut short and say nothing of it (I2)", async () => {
    world = await openPortfolioDays("v2", { rules: noRules });
    await world.run(0, crowd.slice(0, 40));
    const back = new Set(range(21, 40).map(meterId));
    // Of those not returned by the sweep, no answer holds more than three, and there is no next page.
    world.leap.rewrite = (asked, { status, body }) => {
      if (!isById(asked)) return undefined;
      const { meters } = body as { meters: { meter_id: string }[] };
      const cut = meters.filter(({ meter_id }) => !back.has(meter_id)).slice(0, 3);
      return { status, body: { meters: [...cut, ...meters.filter(({ meter_id }) => back.has(meter_id))] } };
    };
    const { report, told } = await world.run(1, crowd.slice(20, 40), { hidden: crowd.slice(1, 20) });
    expect(report.absence).toMatchObject({ looked_up: true, found: 19, missing: 1 });
    expect(toLines(told)).toEqual(["missing 1"]);
  });

  it("are asked for again, all of them, where the run ended between two calls", async () => {
    world = await openPortfolioDays("v2", { rules: noRules, attemptCountMax: 1 });
    await world.run(0, crowd.slice(0, 1300));
    const hidden = inGroup("south", range(1, 1200));
    let calls = 0;
    world.leap.rewrite = (asked) => {
      calls += isById(asked) && asked.body.page_token === undefined ? 1 : 0;
      return calls > 1 ? { status: 503, body: {} } : undefined;
    };
    expect(await world.fail(1, crowd.slice(1200, 1300), { hidden })).toBe("environment");
    world.leap.rewrite = null;
    const { report, told } = await world.run(2, crowd.slice(1200, 1300), { hidden });
    expect(report.absence).toMatchObject({ found: 1200, missing: 0 });
    expect([report.windows.read, report.meters.changed, report.meters.moved]).toEqual([0, 1200, 0]);
    expect(toLines(told).filter((line) => line.startsWith("remapped")).length).toBe(1200);
  });

  it("are read by v1 one by one, and a known one with them", async () => {
    world = await openPortfolioDays("v1", { rules: noRules });
    await world.run(0, crowd.slice(0, 40));
    world.leap.forgetAsked();
    await world.run(1, crowd.slice(30, 40));
    expect(readAsked().flat().sort()).toEqual(range(1, 31).map(meterId));
  });

  it("of which none is returned any more are not asked for with a control, for there is none", async () => {
    world = await openPortfolioDays("v2", { rules: noRules });
    await world.run(0, crowd.slice(0, 5));
    world.leap.forgetAsked();
    const { report } = await world.run(1, []);
    expect(readAsked()).toEqual([range(1, 5).map(meterId)]);
    expect([report.status, report.absence.missing]).toEqual(["published", 5]);
  });
});
