import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { variables } from "../../src/config/index.ts";
import { isTaken, toCommandLines, toProgram } from "./command-lines.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it.each(toProgram().commands.map((command) => command.name()))("names the command %s", (name) => {
    expect(readme).toMatch(new RegExp(`\`(meter-sync )?${name}\\b|meter-sync (-- )?${name}\\b`));
  });

  it.each(variables.map(({ name }) => name))("names the variable %s", (name) => {
    expect(readme).toContain(name);
  });

  it("leads to headings of its own where it says so", () => {
    const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, "")
        .replaceAll(" ", "-"),
    );
    const anchors = [...readme.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
    expect(anchors.length).toBeGreaterThan(0);
    expect(anchors.filter((anchor) => !headings.includes(anchor ?? ""))).toEqual([]);
  });

  it("shows only commands that the program takes", () => {
    const commands = toCommandLines(readme);
    expect(commands.length).toBeGreaterThan(0);
    const refused = commands.filter((words) => !isTaken(words)).map((words) => words.join(" "));
    expect(refused).toEqual([]);
  });
});
