import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";

const folder = join(import.meta.dirname, "..", "..", "drizzle");
const journal = JSON.parse(readFileSync(join(folder, "meta", "_journal.json"), "utf8")) as {
  entries: { idx: number; when: number; tag: string }[];
};
const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));

describe("the migrations", () => {
  it("carry stamps that increase: one older than the newest applied would be skipped without a word", () => {
    const stamps = journal.entries.map(({ when }) => when);
    expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => a - b));
    expect(journal.entries.map(({ idx }) => idx)).toEqual(journal.entries.map((_entry, index) => index));
  });

  it("are in the journal, all of them and nothing else", () => {
    expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(files.sort());
  });

  it("are all applied to a fresh database, and once only", () => {
    const home = mkdtempSync(join(tmpdir(), "migrations-"));
    try {
      for (const _time of ["made", "opened again"]) {
        const database = openDatabase(join(home, "meter-sync.sqlite"));
        const applied = database
          .prepare("SELECT created_at FROM __drizzle_migrations ORDER BY created_at")
          .all();
        database.close();
        expect(applied.map((row) => Number(row.created_at))).toEqual(journal.entries.map(({ when }) => when));
      }
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it.each(files)("make strict tables only: %s", (file) => {
    const statements = readFileSync(join(folder, file), "utf8").split("--> statement-breakpoint");
    const tables = statements.filter((statement) => /\bCREATE\s+(TEMP\w*\s+)?TABLE\b/i.test(statement));
    expect(tables.filter((table) => !/\)\s*STRICT(\s*,\s*WITHOUT ROWID)?\s*;?\s*$/i.test(table))).toEqual([]);
  });
});
