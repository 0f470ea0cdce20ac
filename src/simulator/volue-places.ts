import { hashOf, toUuid } from "./hash.ts";

export const priceAreas = [
  "NO1",
  "NO2",
  "NO3",
  "NO4",
  "NO5",
  "FI",
  "DK1",
  "DK2",
  "SE1",
  "SE2",
  "SE3",
  "SE4",
] as const;
export type PriceArea = (typeof priceAreas)[number];

/** A resource, the location it is at, and that one's meter point. */
export type VolueResource = {
  readonly resourceId: string;
  readonly locationId: string;
  readonly meterPointId: string;
};

const purpose = { resource: 111, location: 112, meterPoint: 113 };
const resourcesPerArea = 4;

/** The partner's resources in an area, the same every day; two and two are at one location. */
export function toResources(seed: number, areaIndex: number): VolueResource[] {
  return Array.from({ length: resourcesPerArea }, (_, index) => {
    const resource = areaIndex * resourcesPerArea + index;
    const location = resource >>> 1;
    const digits = hashOf(seed, location, purpose.meterPoint) % 100_000_000;
    return {
      resourceId: toUuid(resource + 1, seed, purpose.resource),
      locationId: toUuid(location + 1, seed, purpose.location),
      // Eighteen digits that no meter has: the country's prefix, a grid nobody runs, and chance.
      meterPointId: `7070570000${String(digits).padStart(8, "0")}`,
    };
  });
}

export function toCurrency(area: PriceArea): string {
  if (area === "FI") return "EUR";
  return area.startsWith("NO") ? "NOK" : area.startsWith("SE") ? "SEK" : "DKK";
}
