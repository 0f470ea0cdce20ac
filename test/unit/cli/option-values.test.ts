import { describe, expect, it } from "vitest";
import type { Act } from "../../../src/cli/invocation.ts";
import { buildProgram } from "../../../src/cli/program.ts";

describe("the command line", () => {
  it("takes the options that every command has in front of it and behind it", () => {
    expect(parse("--database", "x", "status")).toMatchObject({ database: "x" });
    expect(parse("status", "--database", "x")).toMatchObject({ database: "x" });
  });

  it("reads --now as an instant", () => {
    expect(parse("sync", "--now", "2026-11-01T06:17:00Z")).toMatchObject({
      now: Date.UTC(2026, 10, 1, 6, 17),
    });
    expect(parse("sync", "--now", "2026-11-01T00:17:00-06:00")).toMatchObject({
      now: Date.UTC(2026, 10, 1, 6, 17),
    });
  });

  it("collects --type as often as it is given", () => {
    expect(parse("events", "--type", "a", "--type", "b")).toMatchObject({ type: ["a", "b"] });
  });

  it("takes a sequence with its leading zeros", () => {
    expect(parse("events", "--after", "0000000000000000120")).toMatchObject({ after: 120 });
  });

  it.each([
    ["an instant without an offset", ["sync", "--now", "2026-11-01T06:17:00"], /takes an instant/],
    ["a day for an instant", ["sync", "--now", "2026-11-01"], /takes an instant/],
    ["a day that does not exist", ["groups", "--trade-date", "2026-02-30"], /takes a day/],
    ["an instant for a day", ["groups", "--trade-date", "2026-02-03T00:00:00Z"], /takes a day/],
    ["a duration without a unit", ["status", "--fresh-within", "26"], /takes a duration/],
    ["a limit of nothing", ["meters", "--limit", "0"], /whole number of at least 1/],
    ["a negative sequence", ["events", "--after=-1"], /whole number of at least 0/],
    ["a port beyond the last", ["simulate", "--port", "65536"], /from 0 to 65535/],
    ["a format nobody knows", ["status", "--format", "xml"], /Allowed choices are table, json, ndjson, csv/],
    ["quiet and verbose at once", ["status", "--quiet", "--verbose"], /cannot be used with/],
    ["a mode nobody knows", ["sync", "--mode", "glance"], /sweep or poll/],
    ["a command nobody knows", ["statsu"], /unknown command 'statsu'/],
    ["a meter without its id", ["meter"], /missing required argument 'id'/],
    ["a word too many", ["status", "now"], /too many arguments/],
  ])("refuses %s", (_, words, message) => {
    expect(() => parse(...words)).toThrow(message);
  });

  it("ends every command's help with examples", () => {
    const { commands } = buildProgram(act, output);
    expect(commands.length).toBeGreaterThan(12);
    for (const command of commands) {
      let help = "";
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
      command.outputHelp();
      expect(help, command.name()).toMatch(/Examples:\n( {2}.+\n)+$/);
    }
  });
});

const output = { write: async () => undefined };
let seen: Record<string, unknown> = {};
const act: Act = () =>
  async function (this) {
    seen = this.optsWithGlobals();
  };

function parse(...words: readonly string[]): Record<string, unknown> {
  seen = {};
  buildProgram(act, output).parse(words, { from: "user" });
  return seen;
}
