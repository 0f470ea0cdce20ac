import { describe, expect, it } from "vitest";
import { rooms } from "./floor-plan.ts";
import { findCycles, inspectHouse } from "./inspect.ts";
import { inspectStyle } from "./inspect-style.ts";
import { parseImports } from "./source.ts";

const door = "/**\n * A room.\n *\n * Takes: a. Gives: b. Never: c.\n */\n";

/** What is found when one made-up file stands in an otherwise tidy house. */
function inspect(path: string, text: string): string[] {
  const room = /^(src\/[^/]+)\//.exec(path)?.[1];
  const files = [{ path, text }];
  if (room !== undefined && path !== `${room}/index.ts`) files.push({ path: `${room}/index.ts`, text: door });
  return [...inspectHouse(files, rooms), ...inspectStyle([{ path, text }])];
}

describe("the floor plan", () => {
  it("lets through what it allows", () => {
    expect(
      inspect(
        "src/delivery/deliver.ts",
        'import { Failure } from "../failure/index.ts";\n' +
          'import type { SinkConfig } from "../config/index.ts";\n' +
          'import { openStdoutSink } from "./stdout-sink.ts";\n' +
          "export class SinkFailure extends Failure {}\n",
      ),
    ).toEqual([]);
    expect(
      inspect("src/cli/simulate.ts", 'const { serve } = await import("../simulator/index.ts");\n'),
    ).toEqual([]);
  });

  it.each([
    [
      "a forbidden room",
      "src/diff/a.ts",
      'import { a } from "../leap/index.ts";',
      "the room leap, which diff may not: compute",
    ],
    [
      "a room's inside",
      "src/sync/a.ts",
      'import { a } from "../leap/client.ts";',
      "enter by its door, src/leap/index.ts",
    ],
    ["a room's inside, re-exported", "src/sync/a.ts", 'export * from "../leap/client.ts";', "by its door"],
    [
      "a forbidden type",
      "src/meter/a.ts",
      'import type { Leap } from "../leap/index.ts";',
      "types of the room leap",
    ],
    [
      "a forbidden type in a type",
      "src/meter/a.ts",
      'type A = import("../leap/index.ts").Leap;',
      "types of the room leap",
    ],
    [
      "values where types are allowed",
      "src/guard/a.ts",
      'import { a, type B } from "../meter/index.ts";',
      "meter, which guard",
    ],
    ["a bare import", "src/reader/a.ts", 'import "../sync/index.ts";', "sync, which reader"],
    [
      "a dynamic import",
      "src/sync/a.ts",
      'await import(\n  "../simulator/index.ts"\n)',
      "(dynamically) the room simulator",
    ],
    [
      "the simulator loaded unasked",
      "src/cli/a.ts",
      'import { serve } from "../simulator/index.ts";',
      "await import()",
    ],
    [
      "an import over many lines",
      "src/time/a.ts",
      'import {\n  a,\n  b,\n} from "../log/index.ts";',
      "log, which time",
    ],
    ["the cli loaded at once", "src/main.ts", 'import { runCli } from "./cli/index.ts";', "behind the check"],
    ["a file outside of src", "src/cli/a.ts", 'import { a } from "../../test/a.ts";', "move it in"],
    ["a room nobody planned", "src/attic/a.ts", "", "not on the floor plan"],
    [
      "a clock in a pure room",
      "src/window/a.ts",
      'import { type Clock, parseInstant } from "../time/index.ts";',
      "the instant",
    ],
    ["a disk in a pure room", "src/market/a.ts", 'import { readFileSync } from "node:fs";', "market is pure"],
    ["a database in a pure room", "src/diff/a.ts", 'import { sql } from "drizzle-orm";', "diff is pure"],
    ["the network in any file", "src/leap/pages.ts", 'import got from "got";', "http-client.ts"],
    [
      "a server in any file",
      "src/cli/serve.ts",
      'import { createServer } from "node:http";',
      "http-client.ts",
    ],
    ["SQLite outside of its room", "src/reader/a.ts", 'import Driver from "better-sqlite3";', "openDatabase"],
    [
      "SQLite by the back door",
      "src/reader/a.ts",
      'createRequire(import.meta.url)("better-sqlite3");',
      "openDatabase",
    ],
    [
      "a table in any file",
      "src/events/a.ts",
      'import { text } from "drizzle-orm/sqlite-core";',
      "*.table.ts",
    ],
    ["a table file without a table", "src/events/a.table.ts", "export const a = 1;", "defines no table"],
    ["a statement in any file", "src/events/a.ts", 'database.prepare("SELECT 1").get();', "*-store.ts"],
    ["a store without a statement", "src/events/a-store.ts", "export const a = 1;", "asks no database"],
    ["the environment", "src/config/a.ts", 'const a = process.env["A"];', "only `cli` and `main`"],
    ["the clock", "src/sync/a.ts", "const a = Date.now();", "take a Clock"],
    ["the clock in other words", "src/sync/a.ts", "const a = new Date( );", "take a Clock"],
    ["chance", "src/simulator/a.ts", "const a = Math.random();", "take chance"],
    ["a silent door", "src/diff/index.ts", "/** Takes: a. Gives: b. */", "does not open with Never:"],
    ["a door that opens late", "src/diff/index.ts", `import "./a.ts";\n${door}`, "Takes: Gives: Never:"],
  ])("finds %s", (_what, path, text, message) => {
    expect(inspect(path, text).join("\n")).toContain(message);
  });

  it("finds a room without a door", () => {
    expect(inspectHouse([{ path: "src/diff/a.ts", text: "" }], rooms).join()).toContain(
      "src/diff has no door",
    );
  });

  it("finds a circle between rooms, however long", () => {
    const files = [
      { path: "src/diff/index.ts", text: `${door}import type { A } from "../guard/index.ts";` },
      { path: "src/guard/index.ts", text: `${door}import type { A } from "../meter/index.ts";` },
      { path: "src/meter/index.ts", text: `${door}import type { A } from "../diff/index.ts";` },
    ];
    expect(inspectHouse(files, rooms).join("\n")).toContain("diff → guard → meter → diff go in a circle");
    expect(
      findCycles(
        new Map([
          ["a", new Set(["b"])],
          ["b", new Set()],
        ]),
      ),
    ).toEqual([]);
  });
});

describe("the measures and words", () => {
  it.each([
    ["a name that says nothing", "src/leap/utils.ts", "", "says nothing"],
    ["a folder that says nothing", "src/helpers/a.ts", "", "says nothing"],
    ["a file too long", "test/unit/a.test.ts", "a();\n".repeat(251), "has 251 lines"],
    ["a line too wide", "src/diff/a.ts", `// ${"x".repeat(108)}`, ":1 is 111 columns wide"],
    ["a default export", "src/diff/a.ts", "export default 1;", "by its name"],
    [
      "a default export in other words",
      "src/diff/a.ts",
      "const a = 1;\nexport { a as default };",
      "by its name",
    ],
    ["a class", "src/diff/a.ts", "export class Differ {}", "only errors are classes"],
    ["a class of a class", "src/diff/a.ts", "class A extends Differ {}", "only errors are classes"],
    ["a vague verb", "src/diff/a.ts", "export function processMeter(): void {}", "take a verb"],
    ["a reminder", "src/diff/a.ts", `// ${"TO"}${"DO"}: later`, "do it"],
  ])("find %s", (_what, path, text, message) => {
    expect(inspect(path, text).join("\n")).toContain(message);
  });

  it("let pass a file of just the size, a golden file, a config's default and a door's wildcard", () => {
    expect(inspectStyle([{ path: "src/diff/a.ts", text: `${"x".repeat(110)}\n`.repeat(250) }])).toEqual([]);
    expect(inspectStyle([{ path: "test/golden/a.ts", text: "x".repeat(500) }])).toEqual([]);
    expect(inspectStyle([{ path: "test/vitest.config.ts", text: "export default {};" }])).toEqual([]);
  });
});

describe("reading imports by pattern", () => {
  it("steps over comments, and over marks of comments inside strings and patterns", () => {
    const text = [
      '// import { a } from "./commented.ts";',
      '/* import { a } from "./commented.ts"; */',
      'const address = "http://example"; const quote = /["`]/; // import("./commented.ts")',
      "const template = `// ${address}`;",
      'import { b } from "./real.ts";',
    ].join("\n");
    expect(parseImports(text)).toEqual([{ target: "./real.ts", kind: "value", names: "{ b }", line: 5 }]);
  });

  it("tells values, types and what is loaded later apart", () => {
    const text = [
      'import a from "a";',
      'import type { B } from "b";',
      'import { type C, type D } from "c";',
      'import { type E, f } from "d";',
      'export type { G } from "e";',
      'export * as h from "f";',
      'const i = await import("g");',
      'type J = typeof import("h");',
      'import "i";',
    ].join("\n");
    const kinds = parseImports(text).map(({ target, kind }) => `${target} ${kind}`);
    expect(kinds.sort()).toEqual([
      "a value",
      "b type",
      "c type",
      "d value",
      "e type",
      "f value",
      "g load",
      "h type",
      "i value",
    ]);
  });
});
