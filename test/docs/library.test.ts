import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildLibrary, openLibraryWorld } from "../integration/library-world.ts";
import { meter } from "../integration/small-database.ts";

const page = readFileSync(new URL("../../docs/library.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

it("every example of the library's page runs as it stands, and prints what is so", () => {
  const { path } = openLibraryWorld();
  const bundle = JSON.stringify(buildLibrary());
  const printed = examples.map((example) => {
    const program = example.replace('"meter-sync/reader"', bundle);
    const source = `const path = process.argv[1];\n${program}`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", source, path], {
      encoding: "utf8",
    });
    expect(child.stderr, example).toBe("");
    return child.stdout.trim().split("\n");
  });
  expect(printed).toEqual([
    ["default as of 2026-10-28T06:17:00.000Z", meter.missing],
    expect.arrayContaining(["3"]),
    ["NORTH 2", "SOUTH 1"],
    ["2026-10-27 DEMAND NORTH"],
    ["NORTH 2", "SOUTH 1"],
    [
      `1 meter.created ${meter.hostile}`,
      `2 meter.group.remapped ${meter.plain}`,
      "3 sync.published undefined",
    ],
    ["missing"],
  ]);
});

it("the page names every method and every reason that there is", () => {
  const read = (name: string) => readFileSync(new URL(`../../src/library/${name}`, import.meta.url), "utf8");
  const methods = [...read("snapshot.ts").matchAll(/readonly (\w+): \(/g)].map((match) => match[1]);
  const reasons = [...read("snapshot-error.ts").matchAll(/^ {2}\| "(\w+)"/gm)].map((match) => match[1]);
  expect(methods.length + reasons.length).toBeGreaterThan(18);
  expect(methods.filter((name) => !page.includes(`${name}(`))).toEqual([]);
  expect(reasons.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});
