import { expect, test } from "vitest";
import { toMeter } from "../../src/leap/index.ts";
import type { Meter } from "../../src/meter/index.ts";
import { documentV1, documentV2 } from "../unit/leap/meter-documents.ts";

/** What both versions say of a meter, in spellings that can be compared. */
function toComparable(meter: Meter | null) {
  if (meter === null) return null;
  const { meterId, partnerReference, transmissionRegion, meterType, tags, dispatchable, isArchived } = meter;
  const status = meter.enrollmentStatus?.toUpperCase();
  const preference = meter.preferences[0]?.preference.toUpperCase();
  return {
    ...{ meterId, partnerReference, transmissionRegion, meterType, tags, dispatchable, isArchived },
    ...{ status, preference },
  };
}

test("the same meter through v1 and v2 is the same meter", () => {
  const v1 = toMeter(documentV1, "v1").meter;
  const v2 = toMeter(documentV2, "v2").meter;
  expect(v1).not.toBeNull();
  expect(toComparable(v1)).toEqual(toComparable(v2));
});

test("a group assigned through v1 is the group that the v2 period names", () => {
  const v1 = toMeter(documentV1, "v1").meter;
  const v2 = toMeter(documentV2, "v2").meter;
  const firstEntry = v1?.participation?.kind === "dated" ? v1.participation.entries[0] : undefined;
  const atMs = firstEntry?.tradeDateMs ?? 0;
  const period = v2?.deliveryPeriods.find(
    ({ startMs, endMs }) => startMs <= atMs && (endMs === null || atMs <= endMs),
  );
  expect(period?.marketGroupId).toBe(firstEntry?.marketGroupId);
});
