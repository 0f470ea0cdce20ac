import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groupId, meterId } from "../support/documents.ts";
import type { Days } from "../support/run-days.ts";
import { openCookbookDays } from "./cookbook-days.ts";

type Recipe = { readonly question: string; readonly sql: string };

const text = readFileSync(new URL("../../docs/cookbook.md", import.meta.url), "utf8");
const recipes: readonly Recipe[] = [...text.matchAll(/^## (.*)\n[\s\S]*?^```sql\n([\s\S]*?)^```/gm)].map(
  ([, question = "", sql = ""]) => ({ question, sql }),
);
const hasSqlite = spawnSync("sqlite3", ["--version"]).status === 0;

const parameters = {
  date: "2026-11-12",
  since: "2026-11-10T00:00:00.000Z",
  instant: "2026-11-09T23:00:00.000Z",
  group: groupId("HARBOR"),
  meter: meterId(1),
  run: "run-3",
  tag: "roof",
};

let days: Days;

beforeAll(async () => {
  days = await openCookbookDays();
});
afterAll(() => days.close());

describe("the cookbook", () => {
  it("has a query under every question", () => {
    expect(recipes.map(({ question }) => question)).toEqual(
      [...text.matchAll(/^## (.*)$/gm)].map(([, question]) => question),
    );
    expect(recipes.length).toBeGreaterThan(20);
  });

  it.each(recipes)("answers: $question", ({ sql }) => {
    expect(ask(sql).length).toBeGreaterThan(0);
  });

  it.skipIf(!hasSqlite)(
    "is answered alike by the sqlite3 command, skipped where that is not installed",
    () => {
      for (const { question, sql } of recipes) {
        const rows = ask(sql).map(withoutAge);
        expect(askCommand(sql).map(withoutAge), question).toEqual(rows);
      }
    },
  );
});

describe("an answer of the cookbook", () => {
  it("is who is in the group tomorrow, with the digest that the group has", () => {
    const members = answer("Who is in a group tomorrow?").map(({ meter_id }) => meter_id);
    expect(members).toEqual([2, 5].map(meterId));
    const ids = answer("Is my copy of a group the same?").map(({ meter_id }) => `${meter_id}\n`);
    const digest = createHash("sha256").update(ids.join("")).digest("hex");
    expect(answer("Which groups are there on a date?")).toContainEqual(
      expect.objectContaining({ market_group_name: "HARBOR", member_count: 2, members_sha256: digest }),
    );
  });

  it("is who was taken for a member before the move was known", () => {
    const then = answer("Who was in a group on a date, as was known at an instant?");
    expect(then.map(({ meter_id }) => meter_id)).toEqual([1, 2, 5, 6].map(meterId));
    const revised = answer("Who was taken for a member then, and is none now?");
    expect(revised.map(({ meter_id }) => meter_id)).toEqual([1, 6].map(meterId));
  });

  it("is which meters became active, are missing, are in two groups or in none", () => {
    const named = (question: string) => [...new Set(answer(question).map(({ meter_id }) => meter_id))];
    expect(named("Which meters became active this week?")).toEqual([meterId(4)]);
    expect(named("Which meters does Leap no longer know?")).toEqual([meterId(5)]);
    expect(named("Which meters are in two groups at once?")).toEqual([meterId(2)]);
    expect(named("Which meters have no group tomorrow?")).toEqual([meterId(6)]);
  });

  it("is what customers must do, the next deadline first", () => {
    expect(answer("What must my customers do, and by when?")).toMatchObject([
      { meter_id: meterId(8), code: "SIGN", deadline: "2026-11-15T08:00:00.000Z" },
      { meter_id: meterId(3), code: "SIGN", deadline: "2026-11-20T08:00:00.000Z" },
    ]);
  });

  it("is how many remaps a day has, and which groups shrank", () => {
    expect(answer("How many remaps does each day have?")).toEqual(
      expect.arrayContaining([
        { effective_from: "2026-11-12", kind: "moved", remaps: 1 },
        { effective_from: "2026-11-12", kind: "unassigned", remaps: 1 },
      ]),
    );
    expect(answer("Which groups shrank?")).toMatchObject([
      { market_group_name: "HARBOR", effective_from: "2026-11-12", before: 4, after: 2 },
    ]);
  });
});

function answer(question: string): readonly Record<string, unknown>[] {
  const recipe = recipes.find((each) => each.question === question);
  if (recipe === undefined) throw new Error(`the cookbook does not ask: ${question}`);
  return ask(recipe.sql);
}

/** The parameters that a query names. */
function toNamed(sql: string): readonly (readonly [string, string])[] {
  return Object.entries(parameters).filter(([name]) => new RegExp(`:${name}\\b`).test(sql));
}

function ask(sql: string): readonly Record<string, unknown>[] {
  const rows = days.database.connection.prepare(sql).all(Object.fromEntries(toNamed(sql)));
  return rows as Record<string, unknown>[];
}

/** As a person types it: parameters, then the query. */
function askCommand(sql: string): readonly Record<string, unknown>[] {
  const settings = toNamed(sql).map(([name, value]) => `.parameter set :${name} "'${value}'"\n`);
  const typed = execFileSync("sqlite3", ["-readonly", "-json", "-batch", "-bail", days.path], {
    input: `${settings.join("")}${sql}`,
    encoding: "utf8",
  });
  return typed.trim() === "" ? [] : (JSON.parse(typed) as Record<string, unknown>[]);
}

/** The age goes on between two queries. */
function withoutAge({ age_hours: _age, ...row }: Record<string, unknown>): Record<string, unknown> {
  return row;
}
