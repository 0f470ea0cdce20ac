import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyReports, findOverdue } from "../../src/acknowledgement/index.ts";
import {
  type AcknowledgementView,
  loadReportFacts,
  openReader,
  type ReportFacts,
  toReader,
} from "../../src/reader/index.ts";
import { startSimulator } from "../../src/simulator/index.ts";
import { saveExport } from "../../src/snapshot/index.ts";
import { addDays } from "../support/calendar.ts";
import { type Chance, openChance } from "../support/chance.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { judgeFacts } from "./report-judge.ts";
import { insert } from "./small-database.ts";
import { ems, hourMs, zones } from "./told-remaps.ts";

const marginMs = 12 * hourMs;
type World = { readonly seed: number; readonly version: "v1" | "v2"; readonly days: number };

/** Lives over a change of month; what `look` is given is as of some hours after each day's run. */
async function walk(
  { seed, version, days: dayCount }: World,
  look: (days: Days, nowMs: number, day: number) => void,
) {
  const startDate = "2026-10-27";
  const nowMs = Date.parse(`${startDate}T00:00:00Z`);
  const leap = await startSimulator({ seed, meterCount: 40, startDate, changeRate: 12, nowMs });
  const days = openDays(leap, { apiVersion: version });
  const chance = openChance(seed);
  try {
    insert(days.database, "sink", { name: ems, settled_sequence: 0, created_at_ms: 0, start_sequence: 20 });
    for (let day = 1; day <= dayCount; day += 1) {
      const ranMs = Date.parse(`${addDays(startDate, day)}T06:17:00Z`) + chance.below(9) * hourMs;
      leap.setNow(ranMs);
      expect((await days.run(ranMs)).status).toBe("published");
      const lookedMs = ranMs + chance.below(14) * hourMs;
      acknowledge(days, chance, lookedMs);
      look(days, lookedMs, day);
    }
  } finally {
    days.close();
    await leap.close();
  }
}

/** The consumer reports on some of what it was told; then the job looks for what is overdue. */
function acknowledge({ database }: Days, chance: Chance, nowMs: number): void {
  const told = database.prepare("SELECT id FROM snapshot_events WHERE type = 'meter.group.remapped'").all();
  const reports = told
    .filter(() => chance.hits(0.3))
    .map(({ id }) => {
      const outcome = chance.hits(0.7) ? ("applied" as const) : ("rejected" as const);
      return { eventId: String(id), outcome, reason: null };
    });
  applyReports(database, reports, nowMs);
  findOverdue(database, { zones, marginMs, acknowledgedBy: [ems], nowMs });
}

function loadFromExport(path: string, view: AcknowledgementView): ReportFacts {
  const target = join(path, "..", "export.sqlite");
  saveExport(path, target, { isPersonal: false, keepCount: 0, exportedAtMs: view.nowMs });
  const reader = openReader(target);
  try {
    return loadReportFacts(reader, view);
  } finally {
    reader.close();
  }
}

/** What was ever there to be counted, so that no judge looks at nothing. */
function count(seen: Map<string, number>, { enrollment, actions, groups, remaps }: ReportFacts): void {
  const sum = (name: string, numbers: readonly number[]) =>
    seen.set(
      name,
      numbers.reduce((a, b) => a + b, seen.get(name) ?? 0),
    );
  sum("moves", [enrollment.moves.length]);
  sum("days", [enrollment.days.length]);
  sum("actions", [actions.first.length]);
  sum(
    "members",
    groups.groups.map(({ members }) => members.length),
  );
  sum("flows", [remaps.flows.length]);
  sum(
    "applied",
    remaps.flows.map(({ applied }) => applied),
  );
  sum(
    "rejected",
    remaps.flows.map(({ rejected }) => rejected),
  );
  sum(
    "overdue",
    remaps.flows.map(({ overdue }) => overdue),
  );
}

describe("the facts of a report (§5, §10)", () => {
  for (const world of [
    { seed: 3, version: "v2", days: 6 },
    { seed: 6, version: "v1", days: 5 },
  ] as const) {
    it(`are what views and events say over a change of month, ${world.version}`, async () => {
      const seen = new Map<string, number>();
      await walk(world, ({ database, path }, nowMs, day) => {
        for (const acknowledgedBy of [[ems], []]) {
          const view = { acknowledgedBy, marginMs, nowMs };
          const facts = loadReportFacts(toReader(database), view);
          judgeFacts(facts, database, view);
          count(seen, facts);
          // Everything is there, also for those who read an export.
          if (day === 5) expect(loadFromExport(path, view)).toEqual(facts);
        }
      });
      for (const [name, number] of seen) expect(number, name).toBeGreaterThan(0);
    });
  }
});
