import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess, type Shown } from "../integration/cli-in-process.ts";
import { groupId, meterId } from "../support/documents.ts";
import type { Days } from "../support/run-days.ts";
import { lastPublishedMs, openCookbookDays } from "./cookbook-days.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const section = /^## Questions, each one command\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
const lines = [...section.matchAll(/^meter-sync (.*?) +# (.*)$/gm)].map(([, typed = "", question = ""]) => ({
  question,
  typed,
}));

let days: Days;

beforeAll(async () => {
  days = await openCookbookDays();
});
afterAll(() => days.close());

describe("the README's questions", () => {
  it("begin with those of a newcomer", () => {
    expect(lines.map(({ question }) => question)).toEqual(
      expect.arrayContaining([
        "what changed since yesterday?",
        "who is in group G tomorrow?",
        "which meters became active this week?",
        "what must my customer do?",
        "why is meter M not dispatched?",
      ]),
    );
    expect(section.match(/^meter-sync/gm)).toHaveLength(lines.length);
  });

  it.each(lines)("$question is answered by one command", async ({ typed }) => {
    const { exitCode, stdout } = await ask(toWords(typed));
    expect(exitCode, stdout).toBe(0);
    expect(stdout.trim().length).toBeGreaterThan("[]".length);
    expect(stdout).not.toMatch(/^no(thing)? /);
    if (typed.endsWith("csv")) expect(stdout.trim().split("\n").length).toBeGreaterThan(1);
  });
});

describe("the answer to", () => {
  it("what changed since yesterday is what the last two days told, and not the baseline", async () => {
    const rows = await answer("what changed since yesterday?", "--format", "ndjson");
    const told = days.database.prepare("SELECT event FROM event WHERE time_ms >= ? ORDER BY sequence");
    const events = told.all(Date.UTC(2026, 10, 10)).map((row) => String(row.event));
    expect(events.length).toBeGreaterThan(3);
    expect(rows).toBe(events.map((event) => `${event}\n`).join(""));
  });

  it("who is in group G tomorrow is its members of that trade date", async () => {
    const group = JSON.parse(await answer("who is in group G tomorrow?"));
    expect(group).toMatchObject({
      market_group_name: "HARBOR",
      trade_dates: [{ trade_date: "2026-11-12", member_count: 2 }],
      members: [2, 5].map((number) => ({ meter_id: meterId(number), trade_date: "2026-11-12" })),
    });
  });

  it("which meters became active this week is those that did, and when", async () => {
    expect(JSON.parse(await answer("which meters became active this week?"))).toMatchObject([
      { meter_id: meterId(4), dispatchable: true, became_active_at: "2026-11-11T20:00:00.000Z" },
      // New on that day, and active at once.
      { meter_id: meterId(9), dispatchable: true, became_active_at: "2026-11-10T20:00:00.000Z" },
    ]);
  });

  it("what must my customer do is what waits, with its deadline", async () => {
    expect(JSON.parse(await answer("what must my customer do?"))).toMatchObject([
      { meter_id: meterId(8), party: "partner", code: "SIGN", deadline: "2026-11-15T08:00:00.000Z" },
    ]);
  });

  it("why is meter M not dispatched is of that meter", async () => {
    expect(await answer("why is meter M not dispatched?")).toContain(meterId(8));
  });
});

async function answer(asked: string, ...more: readonly string[]): Promise<string> {
  const line = lines.find(({ question }) => question === asked);
  if (line === undefined) throw new Error(`the README does not ask: ${asked}`);
  const { exitCode, stdout } = await ask([...toWords(line.typed), ...more]);
  expect(exitCode).toBe(0);
  return stdout;
}

/** As a shell takes them apart; ids that are cut short stand for those of the portfolio here. */
function toWords(typed: string): readonly string[] {
  const words = typed.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
  const id = words[0] === "group" ? groupId("HARBOR") : meterId(8);
  return words.map((word, place) => (word.endsWith("…") ? id : words[place - 1] === "--after" ? "1" : word));
}

/** An hour after the last publication. */
function ask(words: readonly string[]): Promise<Shown> {
  const now = new Date(lastPublishedMs + 3_600_000).toISOString();
  return runInProcess([...words, "--database", days.path, "--now", now]);
}
