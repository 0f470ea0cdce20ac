import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { toSchemaFiles } from "../../src/events/index.ts";

const folder = new URL("../../schemas/", import.meta.url);

it("keeps the JSON Schemas of the package as the definitions make them (npm run schemas)", () => {
  const stored = readdirSync(folder).sort();
  const made = toSchemaFiles();
  expect(stored).toEqual([...made.keys()].sort());
  for (const [name, text] of made) expect(readFileSync(new URL(name, folder), "utf8")).toBe(text);
});
