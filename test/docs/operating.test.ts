import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { variables } from "../../src/config/index.ts";
import { isTaken, toCommandLines, toMentionedLines } from "./command-lines.ts";

const top = join(import.meta.dirname, "..", "..");
const documents = [
  "README.md",
  ...listDocuments("docs"),
  ...listDocuments("src"),
  ...listDocuments("deploy"),
];
const texts = new Map(documents.map((path) => [path, readFileSync(join(top, path), "utf8")]));

function listDocuments(folder: string): readonly string[] {
  return readdirSync(join(top, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join(folder, path))
    .sort();
}

function textOf(path: string): string {
  return texts.get(path) ?? "";
}

/** A heading as a link names it. */
function toAnchors(markdown: string): readonly string[] {
  return [...markdown.replaceAll(/^( *)```[\s\S]*?^\1```/gm, "").matchAll(/^#+ (.*)$/gm)].map(
    ([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
  );
}

/** Where links within the project lead to that is not there. */
function findBrokenLinks(path: string): readonly string[] {
  const prose = textOf(path).replaceAll(/^( *)```[\s\S]*?^\1```/gm, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target) && !isThere(path, target));
}

function isThere(from: string, target: string): boolean {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : relative(top, join(top, dirname(from), file));
  if (!existsSync(join(top, path))) return false;
  return anchor === undefined || toAnchors(readFileSync(join(top, path), "utf8")).includes(anchor);
}

/** The first column of a document's first table that begins with numbers. */
function toCodes(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^\| (\d) \|/gm)].map(([, code = ""]) => code);
}

describe.each(documents)("%s", (path) => {
  it("leads only to files and headings that are there", () => {
    expect(findBrokenLinks(path)).toEqual([]);
  });

  it("shows and mentions only commands that the program takes", () => {
    // What has a word left out is only spoken of.
    const mentioned = toMentionedLines(textOf(path))
      .filter((words) => !words.includes("…"))
      .map(toExample);
    const refused = [...toCommandLines(textOf(path)), ...mentioned].filter((words) => !isTaken(words));
    expect(refused.map((words) => words.join(" "))).toEqual([]);
  });

  it("names only variables that there are", () => {
    const known = variables.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));
    const named = textOf(path).match(/\b(?:METER_SYNC|LEAP|VOLUE)_[A-Z0-9_]*[A-Z0-9]\b(?!_…)/g) ?? [];
    expect([...new Set(named)].filter((name) => !known.includes(name) && !testing.includes(name))).toEqual(
      [],
    );
  });
});

/** Not of the program, but of its tests. */
const testing = ["LEAP_OPENAPI_DIR"];

/** Names in capitals stand for something to fill in. */
function toExample(words: readonly string[]): readonly string[] {
  return words.map((word) => (/^SEQUENCE/.test(word) ? "1" : word));
}

describe("docs/README.md", () => {
  it("is led to from the README", () => {
    expect(textOf("README.md")).toContain("](docs/README.md)");
  });

  it("leads to every document", () => {
    const linked = [...textOf("docs/README.md").matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target);
    const own = listDocuments("docs").filter((path) => dirname(path) === "docs");
    const missing = own.map((path) => path.slice("docs/".length)).filter((name) => !linked.includes(name));
    expect(missing).toEqual(["README.md"]);
    expect(linked).toContain("decisions");
  });
});

describe("docs/exit-codes.md", () => {
  const page = textOf("docs/exit-codes.md");

  it("has a heading for each exit code that the README has, with what to do", () => {
    const codes = toCodes(textOf("README.md"));
    expect(codes).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect(toCodes(page)).toEqual(codes);
    const headings = [...page.matchAll(/^## (\d): .+$/gm)].map(([, code]) => code);
    expect(headings).toEqual(codes);
    const sections = page.split(/^## (?=\d: )/m).slice(2);
    for (const section of sections) expect(section).toMatch(/^1\. /m);
  });
});
