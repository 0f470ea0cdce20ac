import fc from "fast-check";
import { expect, test } from "vitest";
import { toMeter } from "../../../src/leap/index.ts";
import type { ApiVersion, JsonObject, JsonValue } from "../../../src/meter/index.ts";
import { documentV1, documentV2, leapAction, partnerAction, periodNorth } from "./meter-documents.ts";

const rich: JsonObject = {
  ...documentV2,
  program_enrollment: [
    ...(documentV2.program_enrollment as JsonValue[]),
    { ...periodNorth, market_group_name: "NORTH_2" },
    { ...periodNorth, enrollment_status: "PENDING", market_group_id: null },
  ],
  required_actions: {
    partner: [
      partnerAction,
      { ...partnerAction, action_description: "other words" },
      { ...partnerAction, action_code: "TEST_0003" },
    ],
    leap: [leapAction],
  },
};

const cases: readonly (readonly [ApiVersion, JsonObject])[] = [
  ["v1", documentV1],
  ["v2", rich],
];

/** The same document with keys and lists in another order, elements doubled, and unknown fields. */
function disturb(value: JsonValue, nextNumber: () => number): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const doubled = value.flatMap((item) => (nextNumber() % 3 === 0 ? [item, item] : [item]));
    return shuffle(doubled, nextNumber).map((item) => disturb(item, nextNumber));
  }
  const entries: [string, JsonValue][] = Object.entries(value as JsonObject).map(([key, member]) => [
    key,
    disturb(member, nextNumber),
  ]);
  entries.push([`nobody_knows_${nextNumber() % 5}`, nextNumber()]);
  return Object.fromEntries(shuffle(entries, nextNumber));
}

function shuffle<T>(items: readonly T[], nextNumber: () => number): T[] {
  return items
    .map((item) => [nextNumber(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

test.each(cases)(
  "%s: order of keys and lists, duplicates and unknown fields change nothing",
  (version, document) => {
    const expected = toMeter(document, version);
    expect(expected.meter).not.toBeNull();
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1_000_000)), (numbers) => {
        const nextNumber = () => numbers.next().value as number;
        expect(toMeter(disturb(document, nextNumber) as JsonObject, version)).toEqual(expected);
      }),
      { numRuns: 200, verbose: 1 },
    );
  },
);

test.each(cases)(
  "%s: whatever stands in a field, reading never throws and nothing of it is quoted",
  (version, document) => {
    const keys = Object.keys(document).filter((key) => key !== "meter_id");
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const { meterId, meter, problem } = toMeter({ ...document, [key]: value as JsonValue }, version);
        expect(meterId).toBe(document.meter_id);
        expect(meter === null).toBe(problem !== null);
      }),
      { numRuns: 500, verbose: 1 },
    );
  },
);
