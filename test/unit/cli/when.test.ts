import { describe, expect, it } from "vitest";
import { parseWhen, toInstantMs } from "../../../src/cli/when.ts";
import { toProgram } from "../../docs/command-lines.ts";

/** Late in the evening in California, and the next morning in UTC. */
const nowMs = Date.UTC(2026, 10, 22, 5, 30, 15, 250);

describe("a time that is asked for", () => {
  it.each([
    ["2026-11-21T00:00:00Z", Date.UTC(2026, 10, 21)],
    ["2026-11-20T22:00:00.5-08:00", Date.UTC(2026, 10, 21, 6, 0, 0, 500)],
    ["2026-11-21", Date.UTC(2026, 10, 21)],
    ["24h", Date.UTC(2026, 10, 21, 5, 30, 15, 250)],
    ["7d", Date.UTC(2026, 10, 15, 5, 30, 15, 250)],
    ["0s", nowMs],
    ["today", Date.UTC(2026, 10, 22)],
    ["yesterday", Date.UTC(2026, 10, 21)],
  ])("is understood as %s", (text, instant) => {
    expect(toInstantMs(parseWhen(text)!, nowMs)).toBe(instant);
  });

  it.each([
    "",
    "tomorrow",
    "Today",
    "24",
    "-24h",
    "2026-11-31",
    "2026-11-21T00:00:00",
    "last week",
    "toString",
  ])("is not understood as %j", (text) => {
    expect(parseWhen(text)).toBeUndefined();
  });

  it("starts the day at its first instant, and is that day until its last", () => {
    const midnight = Date.UTC(2026, 10, 22);
    expect(toInstantMs(parseWhen("today")!, midnight)).toBe(midnight);
    expect(toInstantMs(parseWhen("today")!, midnight - 1)).toBe(Date.UTC(2026, 10, 21));
    expect(toInstantMs(parseWhen("yesterday")!, midnight + 86_399_999)).toBe(Date.UTC(2026, 10, 21));
  });

  it("is an instant that text can name, however long ago it is", () => {
    expect(toInstantMs(parseWhen("999999999d")!, nowMs)).toBe(0);
    const last = toInstantMs(parseWhen("9999-12-31T23:59:59-23:00")!, nowMs);
    expect(new Date(last).toISOString()).toBe("9999-12-31T23:59:59.999Z");
  });

  it.each([
    ["events", "--since"],
    ["events", "--until"],
    ["deliver", "--since"],
    ["deliver", "--until"],
    ["meters", "--active-since"],
  ])("is refused by %s %s with what it takes", (command, option) => {
    expect(() => toProgram().parse([command, option, "tuesday"], { from: "user" })).toThrow(
      /an instant such as .*, a day, a duration such as 24h, today or yesterday/,
    );
    expect(() => toProgram().parse([command, option, "24h"], { from: "user" })).not.toThrow();
  });
});
