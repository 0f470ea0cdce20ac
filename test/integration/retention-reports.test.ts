import { describe, expect, it } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { addRun, dayMs, nowMs, oldMs, openFile, prune, read, youngMs } from "./retention-file.ts";

describe("runs and their reports", () => {
  const ids = (database: Database) => read(database, "SELECT run_id FROM run ORDER BY run_key");

  it("go when they are old, those of polls after two weeks", () => {
    const database = openFile();
    addRun(database, { run_id: "first" });
    addRun(database, { run_id: "old", started_at_ms: oldMs + 1 });
    addRun(database, { run_id: "failed", status: "failed", published_at_ms: null, started_at_ms: oldMs + 2 });
    addRun(database, { run_id: "poll", mode: "poll", started_at_ms: nowMs - 15 * dayMs });
    addRun(database, { run_id: "young poll", mode: "poll", started_at_ms: nowMs - 13 * dayMs });
    addRun(database, { run_id: "sweep", started_at_ms: nowMs - 12 * dayMs });
    addRun(database, { run_id: "last", started_at_ms: youngMs });
    expect(prune(database).runs).toBe(3);
    // The first one says since when unfiltered chains are due.
    expect(ids(database)).toEqual(["first", "young poll", "sweep", "last"]);
  });

  it("stay from the last published sweep on: what was held, polled or broken off since then counts", () => {
    const database = openFile();
    const old = { published_at_ms: null, started_at_ms: oldMs };
    addRun(database, { run_id: "first" });
    addRun(database, { ...old, run_id: "before", status: "superseded" });
    addRun(database, { run_id: "sweep", started_at_ms: oldMs });
    addRun(database, { ...old, run_id: "superseded", status: "superseded" });
    addRun(database, { ...old, run_id: "failed", status: "failed" });
    addRun(database, { run_id: "poll", mode: "poll", started_at_ms: oldMs });
    expect(prune(database).runs).toBe(1);
    expect(ids(database)).toEqual(["first", "sweep", "superseded", "failed", "poll"]);
  });

  it("stay while they are held or under way", () => {
    const database = openFile();
    addRun(database, { run_id: "first" });
    addRun(database, { run_id: "held", status: "held", published_at_ms: null });
    addRun(database, { run_id: "running", status: "running", published_at_ms: null, finished_at_ms: null });
    addRun(database, { run_id: "last", started_at_ms: youngMs });
    expect(prune(database).runs).toBe(0);
  });

  it("count by their end: one that was released lately stays", () => {
    const database = openFile();
    addRun(database, { run_id: "first" });
    addRun(database, { run_id: "released", finished_at_ms: youngMs, published_at_ms: youngMs });
    addRun(database, { run_id: "old" });
    addRun(database, { run_id: "last", started_at_ms: youngMs, published_at_ms: nowMs });
    expect(prune(database).runs).toBe(1);
    expect(ids(database)).toEqual(["first", "released", "last"]);
  });

  for (const [what, row, of] of [
    ["the last one of the other version", { api_version: "v1" }, {}],
    ["the last poll", { mode: "poll" }, {}],
    [
      "the last one published later than its number says",
      { api_version: "v1", published_at_ms: oldMs + 9 },
      { api_version: "v1" },
    ],
    ["the last certificate", { is_certified: 1 }, {}],
    ["the last audit of polls", { report: '{"poll_audit":{"trust_percent":90}}' }, {}],
    ["the last unfiltered chain", { is_full_chain: 1, status: "failed", published_at_ms: null }, {}],
    ["the last one read in windows", { is_full_chain: 0 }, { is_full_chain: 1 }],
  ] as const) {
    it(`stay where later ones look back at them: ${what}`, () => {
      const database = openFile();
      addRun(database, { run_id: "first", started_at_ms: oldMs - 1 });
      addRun(database, { ...row, run_id: "earlier" });
      addRun(database, { ...row, run_id: "wanted", started_at_ms: oldMs + 1 });
      addRun(database, { run_id: "after", started_at_ms: oldMs + 2, ...of, published_at_ms: oldMs + 2 });
      addRun(database, { run_id: "last", started_at_ms: youngMs, ...("is_full_chain" in of ? of : {}) });
      prune(database);
      expect(ids(database)).toContain("wanted");
      expect(ids(database)).toContain("last");
      if (!what.includes("number")) expect(ids(database)).not.toContain("earlier");
    });
  }
});
