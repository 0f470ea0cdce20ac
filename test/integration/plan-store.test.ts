import { describe, expect, it } from "vitest";
import { loadPlanFacts, type PlanFacts, toReader } from "../../src/reader/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { addDays } from "../support/calendar.ts";
import { openChance } from "../support/chance.ts";
import { openRandomPortfolio } from "../support/random-portfolio.ts";
import { openResidentPortfolio } from "../support/resident-portfolio.ts";
import { type DayOptions, type Days, openDays } from "../support/run-days.ts";
import { type Entry, openScriptedLeap } from "../support/scripted-leap.ts";
import { readEvents } from "../support/views.ts";
import { countPlan, withoutFlowNames } from "./plan-count.ts";

describe("the numbers of a plan", () => {
  it("are those of the events told next, in a month roll and a run held back", async () => {
    const chance = openChance(1);
    const startMs = Date.parse("2026-10-28T19:00:00Z");
    const portfolio = openResidentPortfolio(chance, 40, startMs, chance.pick([1, 28]));
    const walked = await walk(6, (day) => {
      const nowMs = startMs + day * 86_400_000;
      portfolio.age(nowMs);
      const entries = portfolio.entries(nowMs, "v2");
      return { nowMs, entries: day === 5 ? entries.map(toUngrouped) : entries };
    });
    expect(walked.held).toBeGreaterThan(0);
    expect(Math.max(...walked.plans.map(({ remaps }) => remaps.moved.meters))).toBeGreaterThan(10);
    expect(Math.max(...walked.plans.map(({ remaps }) => remaps.unassigned.meters))).toBeGreaterThan(20);
  });

  it.each([1, 2])("are those of the events told next, whatever happens, seed %i", async (seed) => {
    const chance = openChance(seed);
    const portfolio = openRandomPortfolio(chance, 12, false);
    let nowMs = Date.parse(`${addDays("2026-10-20", chance.below(60))}T19:00:00Z`);
    const rules = { empty: false, absent: null, region: null, program: null, loss: null, group: null };
    const walked = await walk(
      6,
      () => {
        nowMs += chance.pick([12, 24, 24, 72]) * 3_600_000;
        portfolio.change(new Date(nowMs).toISOString().slice(0, 10));
        return { nowMs, entries: portfolio.entries() };
      },
      { horizonDays: 1 + chance.below(7), rules: { ...rules, account: null } },
    );
    expect(walked.plans.flatMap(({ groups }) => groups).length).toBeGreaterThan(20);
  });
});

type Day = { readonly nowMs: number; readonly entries: Entry[] };

/** Each day is planned on a copy, then run; a run that is held back is released. */
async function walk(dayCount: number, toDay: (day: number) => Day, options: DayOptions = {}) {
  const leap = await openScriptedLeap();
  const days = openDays(leap, options);
  const plans: PlanFacts[] = [];
  let held = 0;
  try {
    for (let day = 0; day < dayCount; day += 1) {
      const { nowMs, entries } = toDay(day);
      Object.assign(leap, { entries, dateMs: nowMs });
      const dry = openDays(leap, options, days);
      const planned = loadFacts(dry, await dry.run(nowMs, { isDryRun: true }));
      dry.close();
      let report = await days.run(nowMs);
      if (report.status === "held") {
        held += 1;
        expect(loadFacts(days, report), `day ${day}, held`).toEqual(planned);
        report = days.release(nowMs, report);
      }
      expect(loadFacts(days, report), `day ${day}, told`).toEqual(planned);
      if (!report.is_baseline)
        expect(withoutFlowNames(planned), `day ${day}`).toEqual(countTold(days, report));
      plans.push(planned);
    }
    return { plans, held };
  } finally {
    days.close();
    await leap.close();
  }
}

function loadFacts({ database }: Days, report: RunReport): PlanFacts {
  return loadPlanFacts(toReader(database), report.run_id, report.is_baseline);
}

function countTold({ database }: Days, report: RunReport) {
  return countPlan(
    readEvents(database)
      .filter((told) => told.run_id === report.run_id)
      .map(({ event, subject }) => ({ ...event, subject })),
  );
}

function toUngrouped(entry: Entry): Entry {
  const document = entry.document as { readonly program_enrollment?: unknown };
  const rows = document.program_enrollment;
  if (!Array.isArray(rows)) return entry;
  const ungrouped = rows.map(({ market_group_id: _, market_group_name: __, ...row }) => row);
  return { ...entry, document: { ...document, program_enrollment: ungrouped } };
}
