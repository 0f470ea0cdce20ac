import { describe, expect, it } from "vitest";
import { assertColumnsTaken } from "../../../src/cli/option-values.ts";
import { toProgram } from "../../docs/command-lines.ts";

const columns = ["type"];

describe("--columns", () => {
  it.each([
    ["meters", {}],
    ["group", {}],
    ["actions", {}],
    ["events", {}],
    ["ack", { list: true }],
  ])("is taken by %s with %j", (command, options) => {
    expect(() => assertColumnsTaken(command, { columns, ...options })).not.toThrow();
  });

  it.each([
    ["ack", /and ack is none/],
    ["status", /and status is none: leave it out/],
    ["sync", /and sync is none/],
  ])("is refused by %s", (command, message) => {
    expect(() => assertColumnsTaken(command, { columns })).toThrow(message);
    expect(() => assertColumnsTaken(command, {})).not.toThrow();
  });

  it("is refused by every command that acts, before it has", () => {
    for (const name of ["sync", "deliver", "schedule", "demo", "simulate"]) {
      const typed = [name, "--columns", "type"];
      expect(() => toProgram().parse(typed, { from: "user" }), name).toThrow(/is none/);
    }
  });

  it.each(["a,,b", "", "a,a", ","])("takes no names like %j", (text) => {
    expect(() => toProgram().parse(["meters", "--columns", text], { from: "user" })).toThrow(
      /takes names of columns, each once/,
    );
  });
});
