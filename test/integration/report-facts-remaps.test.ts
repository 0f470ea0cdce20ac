import { tmpdir } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { applyReports, findOverdue } from "../../src/acknowledgement/index.ts";
import { parseConfig } from "../../src/config/index.ts";
import type { Database } from "../../src/database/index.ts";
import { loadReportFacts, type ReportFacts, toReader } from "../../src/reader/index.ts";
import { openChance } from "../support/chance.ts";
import { judgeFacts } from "./report-judge.ts";
import { insert } from "./small-database.ts";
import { ems, hourMs, type Outbox, openOutbox, zones } from "./told-remaps.ts";

const nowMs = Date.parse("2026-10-30T12:00:00Z");
const view = { acknowledgedBy: [] as readonly string[], marginMs: 12 * hourMs, nowMs };

/** Facts that the judge has nothing to say against. */
function loadJudged(database: Database, asked = view): ReportFacts {
  const facts = loadReportFacts(toReader(database), asked);
  judgeFacts(facts, database, asked);
  return facts;
}

/** An outbox in a file whose horizon begins on the first of November. */
function openTold(): Outbox {
  const outbox = openOutbox();
  onTestFinished(() => outbox.close());
  const horizon = { today: "2026-11-01", last_looked_at: "2026-11-03", known_through: "2026-11-03" };
  insert(outbox.database(), "horizon", { transmission_region: "CAISO", zone: "UTC", ...horizon });
  insert(outbox.database(), "horizon", {
    transmission_region: "PJM",
    zone: "UTC",
    ...horizon,
    today: "2026-11-02",
  });
  for (const date of ["2026-11-01", "2026-11-02", "2026-11-03"]) {
    insert(outbox.database(), "horizon_day", { transmission_region: "CAISO", trade_date: date });
    if (date === "2026-11-01") continue;
    insert(outbox.database(), "horizon_day", { transmission_region: "PJM", trade_date: date });
  }
  return outbox;
}

const from = (facts: ReportFacts) =>
  facts.remaps.flows.map(({ effective_from: date, meters }) => [date, meters]);

describe("remaps that others have overtaken", () => {
  const all = { meterId: "m", from: "2026-11-02" };

  it("are left out where nobody is to acknowledge them: every date is told anew", () => {
    const outbox = openTold();
    outbox.tell([all, { ...all, to: "2026-11-05" }]);
    expect(from(loadJudged(outbox.database()))).toEqual([["2026-11-02", 2]]);
    outbox.tell([{ ...all, from: "2026-11-06", to: null }]);
    expect(from(loadJudged(outbox.database()))).toEqual([
      ["2026-11-02", 1],
      ["2026-11-06", 1],
    ]);
    outbox.tell([{ ...all, from: "2026-10-20", program: null }]);
    expect(from(loadJudged(outbox.database()))).toEqual([]);
  });

  it("stay where another program or an earlier trade date was told", () => {
    const outbox = openTold();
    outbox.tell([{ ...all, program: null }, all, { ...all, program: "ELRP" }, { ...all, to: "2026-11-02" }]);
    outbox.tell([
      { ...all, meterId: "n", from: "2026-10-31" },
      { ...all, meterId: "n", from: "2026-11-01" },
    ]);
    expect(from(loadJudged(outbox.database())).flat()).toEqual([
      "2026-11-01",
      1,
      ...["2026-11-02", 2, "2026-11-02", 1, "2026-11-02", 1],
    ]);
  });

  it("are there however early they were told, and no horizon reaches further", () => {
    const outbox = openTold();
    outbox.tell([{ ...all, from: "2026-11-01" }], Date.parse("2026-10-01T00:00:00Z"));
    expect(from(loadJudged(outbox.database()))).toEqual([["2026-11-01", 1]]);
    const environment = { LEAP_API_KEY: "k", METER_SYNC_HORIZON_DAYS: "32" };
    const parsed = parseConfig({ environment, readFile: () => "", cwd: tmpdir() });
    expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining("HORIZON_DAYS")] });
  });

  it("are those of random histories, with consumers that report and without", () => {
    const states = new Map<string, number>();
    const outbox = openTold();
    for (let seed = 1; seed <= 8; seed += 1) {
      outbox.clear();
      const chance = openChance(seed);
      for (let round = 0; round < 6; round += 1) {
        if (round === 1) outbox.register(ems);
        const told = outbox.tell(
          Array.from({ length: 9 }, () => toMove(chance.below)),
          nowMs + round * 7 * hourMs,
        );
        const reports = told.filter(() => chance.hits(0.4));
        const outcome = () => (chance.hits(0.5) ? ("applied" as const) : ("rejected" as const));
        applyReports(
          outbox.database(),
          reports.map((eventId) => ({ eventId, outcome: outcome(), reason: null })),
          nowMs,
        );
        const asked = { ...view, acknowledgedBy: [ems], nowMs: nowMs + round * 9 * hourMs };
        findOverdue(outbox.database(), { ...asked, zones });
        for (const as of [asked, view]) {
          const { flows } = loadJudged(outbox.database(), as).remaps;
          for (const name of ["meters", "applied", "rejected", "overdue"] as const) {
            const number = flows.reduce((sum, flow) => sum + flow[name], states.get(name) ?? 0);
            states.set(name, number);
          }
        }
      }
    }
    for (const [name, number] of states) expect(number, name).toBeGreaterThan(20);
  });
});

function toMove(below: (count: number) => number) {
  const first = below(7);
  const date = (day: number) => new Date(Date.UTC(2026, 9, 29 + day)).toISOString().slice(0, 10);
  return {
    meterId: `m-${below(3)}`,
    program: [null, "CCA", "ELRP"][below(3)]!,
    from: date(first),
    to: below(2) === 0 ? null : date(first + below(5)),
  };
}
