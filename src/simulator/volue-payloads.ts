import { hashOf, toFraction, toUuid } from "./hash.ts";
import type { VolueEventPayload } from "./volue-book.ts";
import { toOsloHourTexts, toOsloInstant, toOsloText } from "./volue-oslo.ts";
import { type PriceArea, priceAreas, toCurrency, toResources, type VolueResource } from "./volue-places.ts";

export const resolution = "01:00:00";

const purpose = { price: 121, power: 122, user: 123, targetCount: 124 };

/** A day-ahead curve: every hour of a local day, 23 to 25 of them. */
export function toPriceCurve(
  seed: number,
  areaIndex: number,
  day: number,
  given: { readonly targets?: unknown; readonly priceCurveDelta?: unknown } = {},
): VolueEventPayload {
  const area = priceAreas[areaIndex] ?? "NO1";
  const targets = toResources(seed, areaIndex)
    .slice(0, 1 + (hashOf(seed, areaIndex, day, purpose.targetCount) % 4))
    .map(({ resourceId, locationId }) => ({ resourceId, locationId }));
  const points = toOsloHourTexts(day).map((timestamp, hour) => ({
    price: toDraw(seed, day, areaIndex * 32 + hour, purpose.price, 4),
    timestamp,
  }));
  const energyUnit = area.startsWith("NO") ? "kWh" : "MWh";
  return {
    targets: given.targets ?? targets,
    priceCurveDelta: given.priceCurveDelta ?? { points, energyUnit, currency: toCurrency(area), resolution },
    priceArea: area,
    payloadType: "PriceCurve",
  };
}

/** A limit to the power of two locations, from one hour of the clock to another. */
export function toLocationLimit(
  seed: number,
  kind: "LocationLPC" | "LPCReservation",
  day: number,
  [firstHour, endHour]: readonly [number, number],
): VolueEventPayload {
  const areaIndex = hashOf(seed, day, kind.length) % priceAreas.length;
  const [first, , third] = toResources(seed, areaIndex);
  const places = [first, third].filter((place) => place !== undefined);
  const targets = places.map(({ locationId, meterPointId }, index) => ({
    locationId,
    meterPointId,
    resolution,
    points: toPowerPoints(seed, day, index, firstHour, endHour),
  }));
  return { targets, payloadType: kind };
}

/** A limit to the power of single resources. */
export function toResourceLimit(seed: number, day: number): VolueEventPayload {
  const areaIndex = hashOf(seed, day, 1) % priceAreas.length;
  const targets = toResources(seed, areaIndex)
    .slice(0, 2)
    .map((place: VolueResource, index) => ({
      meterPointId: place.meterPointId,
      locationId: place.locationId,
      resourceId: place.resourceId,
      resolution,
      points: toPowerPoints(seed, day, index, 12, 14),
    }));
  return { targets, payloadType: "ResourceLPC" };
}

export function toUserEligibility(seed: number, day: number, lastUpdatedMs: number): VolueEventPayload {
  const user = (index: number): string => toUuid(day * 8 + index, seed, purpose.user);
  return {
    lastUpdated: new Date(lastUpdatedMs).toISOString(),
    addedUsers: [user(0), user(1)],
    removedUsers: [user(2)],
    payloadType: "UserEligibility",
  };
}

export function toPowerPoints(seed: number, day: number, index: number, firstHour: number, endHour: number) {
  const points: { readonly maxPowerInKiloWatts: number; readonly timestamp: string }[] = [];
  for (let hour = firstHour; hour < endHour; hour += 1) {
    const maxPowerInKiloWatts = toDraw(seed, day, index * 32 + hour, purpose.power, 1) * 10;
    points.push({ maxPowerInKiloWatts, timestamp: toOsloText(toOsloInstant(day, hour)) });
  }
  return points;
}

export function areaIndexOf(area: string): number {
  return priceAreas.indexOf(area as PriceArea);
}

/** A number in [0, 1) with so many digits. */
function toDraw(seed: number, day: number, index: number, drawnFor: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.floor(toFraction(hashOf(seed, day, index, drawnFor)) * scale) / scale;
}
