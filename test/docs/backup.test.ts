import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const names = readdirSync(new URL("docs", root)).filter((name) => name.endsWith(".md"));
const pages = ["README.md", ...names.map((name) => `docs/${name}`)];

/** Blocks of commands that copy the database by themselves. */
const backups = pages.flatMap((page) => {
  const blocks = readFileSync(new URL(page, root), "utf8").match(/```sh\n[\s\S]*?```/g) ?? [];
  return blocks.filter((block) => block.includes(".backup")).map((block) => [page, block] as const);
});

it("every backup that is shown is for its owner alone: sqlite3 gives a copy the mode of any new file", () => {
  expect(backups.map(([page]) => page)).toEqual(
    expect.arrayContaining(["docs/files.md", "docs/operating.md"]),
  );
  for (const [page, block] of backups) expect(block, page).toMatch(/^umask 077\b[\s\S]*\.backup/m);
});
