import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";

it("makes exactly this schema in a new file: tables, indexes and the public views", async () => {
  const folder = mkdtempSync(join(tmpdir(), "meter-sync-golden-"));
  const database = openDatabase(join(folder, "golden.sqlite"));
  const rows = database
    .prepare(
      "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY type, name",
    )
    .all();
  database.close();
  rmSync(folder, { recursive: true });
  await expect(`${rows.map((row) => row.sql).join(";\n\n")};\n`).toMatchFileSnapshot("schema.sql");
});
