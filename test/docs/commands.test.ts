import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Act } from "../../src/cli/invocation.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { variables } from "../../src/config/index.ts";

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

const act: Act = () => async () => undefined;

function toProgram() {
  return buildProgram(act, { write: async () => undefined });
}

/** What is typed behind the program's name, in code blocks, without what the shell takes for itself. */
function toCommandLines(markdown: string): readonly (readonly string[])[] {
  const blocks = [...markdown.matchAll(/^( *)```[^\n]*\n([\s\S]*?)^\1```/gm)].map((match) => match[2] ?? "");
  const code = blocks.join("\n").replace(/\\\n\s*/g, " ");
  return code
    .split(/\n|&&|\|\|?|;/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").replace(/[<>].*$/, ""))
    .flatMap(
      (line) =>
        /^\s*(?:\w+=\S+\s+)*(?:npm run -s meter-sync --|meter-sync)(\s.*)?$/.exec(line)?.slice(1) ?? [],
    )
    .map((words) => (words ?? "").trim().split(/\s+/).filter(Boolean).map(unquote))
    .filter((words) => words.length > 0);
}

function unquote(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, "$2");
}

function isTaken(words: readonly string[]): boolean {
  try {
    toProgram().parse(words, { from: "user" });
    return true;
  } catch (error) {
    // Help and version end the parsing, too.
    return (error as { readonly exitCode?: number }).exitCode === 0;
  }
}
