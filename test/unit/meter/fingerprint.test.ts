import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type JsonValue, toCanonicalJson, toFingerprint } from "../../../src/meter/index.ts";

const anyJson = fc.jsonValue() as fc.Arbitrary<JsonValue>;

/** The same value with the keys of every object in the opposite order. */
function shuffle(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(shuffle);
  const entries = Object.entries(value).map(([key, item]) => [key, shuffle(item)] as const);
  return Object.fromEntries(entries.reverse());
}

describe("canonical JSON", () => {
  test("has one text for one value, whatever the order of its keys, and reads back as that value", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(toCanonicalJson(shuffle(value))).toBe(toCanonicalJson(value));
        expect(JSON.stringify(JSON.parse(toCanonicalJson(value)))).toBe(
          JSON.stringify(JSON.parse(toCanonicalJson(shuffle(value)))),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("loses nothing", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.parse(toCanonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  test("sorts keys, at every depth, and leaves the order of lists alone", () => {
    expect(toCanonicalJson({ b: [{ d: 1, c: null }, 2], a: "ä\n" })).toBe(
      '{"a":"ä\\n","b":[{"c":null,"d":1},2]}',
    );
    expect(toCanonicalJson([2, 1])).not.toBe(toCanonicalJson([1, 2]));
  });

  test.each([
    [null, "null"],
    [{ a: null }, {}],
    [1, "1"],
    [true, "true"],
    [[], {}],
    [[null], []],
    [["a", "b"], ["a,b"]],
    [{ "a:b": "c" }, { a: "b:c" }],
  ] as const)("tells %j from %j", (a, b) => {
    expect(toCanonicalJson(a as JsonValue)).not.toBe(toCanonicalJson(b as JsonValue));
  });
});

describe("a fingerprint", () => {
  test("is the sha-256 of the canonical text, in hex", () => {
    const expected = createHash("sha256").update('{"a":1,"b":[true]}').digest("hex");
    expect(toFingerprint({ b: [true], a: 1 })).toBe(expected);
  });

  test("differs wherever a field that nobody knows of differs (I11)", () => {
    const document = { meter_id: "m", new_field: { deep: [1] } };
    expect(toFingerprint(document)).not.toBe(toFingerprint({ meter_id: "m", new_field: { deep: [2] } }));
    expect(toFingerprint(document)).not.toBe(toFingerprint({ meter_id: "m" }));
  });
});
