import { expect, test } from "vitest";
import { toFieldKey, toFields } from "../../../src/diff/index.ts";

test("every place of a document is one field, whatever the length of its lists; null says nothing", () => {
  const fields = toFields({
    meter_id: "m",
    tags: ["a", "b"],
    audit: { created_at: "x", gone: null },
    flag: true,
  });
  expect(fields).toEqual([
    { path: "meter_id", type: "string", value: null },
    { path: "tags", type: "array", value: null },
    { path: "tags[]", type: "string", value: null },
    { path: "audit", type: "object", value: null },
    { path: "audit.created_at", type: "string", value: null },
    { path: "flag", type: "boolean", value: null },
  ]);
});

test("a field whose values are few is told by value too, any other never shows its value (I9)", () => {
  const fields = toFields({ global_enrollment_status: "ACTIVE", partner_reference: "secret name" });
  expect(fields).toContainEqual({ path: "global_enrollment_status", type: "enum", value: "ACTIVE" });
  expect(JSON.stringify(fields)).not.toContain("secret");
});

test("another type at the same place, and another version of the API, are other fields", () => {
  const keys = [
    toFieldKey("v2", { path: "a", type: "string", value: null }),
    toFieldKey("v2", { path: "a", type: "number", value: null }),
    toFieldKey("v1", { path: "a", type: "string", value: null }),
    toFieldKey("v2", { path: "a", type: "enum", value: "x" }),
  ];
  expect(new Set(keys).size).toBe(4);
});
