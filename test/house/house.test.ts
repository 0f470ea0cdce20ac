import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rooms } from "./floor-plan.ts";
import { inspectHouse, type SourceFile, toRoom } from "./inspect.ts";
import { inspectStyle } from "./inspect-style.ts";
import { topLevel } from "./measures.ts";

const top = join(import.meta.dirname, "..", "..");

function loadSources(folder: string): SourceFile[] {
  return readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(top.length + 1), text: readFileSync(path, "utf8") }));
}

function loadIgnored(): RegExp[] {
  const lines = readFileSync(join(top, ".gitignore"), "utf8").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("!"))
    .map((line) => new RegExp(`^${line.replace(/\/$/, "").replaceAll(".", "\\.").replaceAll("*", ".*")}$`));
}

describe("the house", () => {
  it("is built as the floor plan says", () => {
    expect(inspectHouse(loadSources("src"), rooms)).toEqual([]);
  });

  it("keeps to its measures and its words", () => {
    expect(inspectStyle([...loadSources("src"), ...loadSources("test")])).toEqual([]);
  });

  it("has every room of the floor plan, and shows it in src/README.md", () => {
    const built = new Set(loadSources("src").map(({ path }) => toRoom(path)));
    const readme = readFileSync(join(top, "src", "README.md"), "utf8");
    const planned = Object.keys(rooms);
    expect(planned.filter((room) => !built.has(room))).toEqual([]);
    expect(planned.filter((room) => !new RegExp(`\`${room}(\\.ts)?\``).test(readme))).toEqual([]);
  });

  it("has nothing at the top of the repository that is not meant to be there", () => {
    const ignored = loadIgnored();
    const found = readdirSync(top).filter((name) => !ignored.some((pattern) => pattern.test(name)));
    expect(found.filter((name) => !topLevel.includes(name))).toEqual([]);
  });
});
