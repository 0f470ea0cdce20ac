import { describe, expect, it } from "vitest";
import { assertColumnsTaken } from "../../../src/cli/option-values.ts";
import { toProgram } from "../../docs/command-lines.ts";

const columns = ["type"];

describe("--columns", () => {
  it.each([
    ["meters", {}],
    ["group", {}],
    ["events", { format: "csv" }],
    ["events", { format: "table" }],
    ["ack", { list: true }],
  ])("is taken by %s with %j", (command, options) => {
    expect(() => assertColumnsTaken(command, { columns, ...options })).not.toThrow();
  });

  it.each([
    ["events", {}, /of events: as ndjson each is printed whole/],
    ["events", { format: "json" }, /as json each is/],
    ["events", { format: "csv", follow: true }, /--columns goes with/],
    ["ack", {}, /and ack is none/],
    ["status", {}, /and status is none: leave it out/],
    ["sync", { format: "csv" }, /and sync is none/],
  ])("is refused by %s with %j", (command, options, message) => {
    expect(() => assertColumnsTaken(command, { columns, ...options })).toThrow(message);
    expect(() => assertColumnsTaken(command, options)).not.toThrow();
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
