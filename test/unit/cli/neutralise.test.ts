import { describe, expect, it } from "vitest";
import { neutralise, neutraliseJson } from "../../../src/cli/neutralise.ts";

describe("text from outside", () => {
  it("cannot send an escape sequence to the terminal, old or new style", () => {
    expect(neutralise("\u001b[2Jx\u009b31m")).toBe("\\u001b[2Jx\\u009b31m");
  });

  it("cannot reverse the writing direction", () => {
    expect(neutralise("a\u202eb\u2066c\u200fd")).toBe("a\\u202eb\\u2066c\\u200fd");
  });

  it("stays on one line", () => {
    expect(neutralise("a\nb\r\tc\u2028d")).toBe("a\\u000ab\\u000d\\u0009c\\u2028d");
  });

  it("is left as it is where it is harmless, in whatever script", () => {
    expect(neutralise("Zähler 7 · 東京 – ✓")).toBe("Zähler 7 · 東京 – ✓");
  });

  it("shows characters of two code units as JSON would", () => {
    expect(neutralise("\u{e0041}")).toBe("\\udb40\\udc41");
  });

  it("means the same as JSON when it is JSON", () => {
    const json = JSON.stringify({ a: "\u001b\u009b\u202e\u{e0041}ä" }, null, 2);
    const safe = neutraliseJson(json);
    expect(JSON.parse(safe)).toEqual(JSON.parse(json));
    expect(safe).not.toMatch(/[\p{Cf}\u009b]/u);
    expect(safe.split("\n")).toHaveLength(3);
  });
});
