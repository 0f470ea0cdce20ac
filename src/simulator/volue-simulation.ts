import type { Reply, SimulatedRequest } from "./answer.ts";
import { hashOf } from "./hash.ts";
import type { VolueEventPayload } from "./volue-book.ts";
import type { EventArchive } from "./volue-events.ts";
import { toOsloDay } from "./volue-oslo.ts";
import {
  areaIndexOf,
  resolution,
  toLocationLimit,
  toPowerPoints,
  toPriceCurve,
  toResourceLimit,
} from "./volue-payloads.ts";
import { priceAreas } from "./volue-places.ts";
import { toProblem, toRefusal } from "./volue-problem.ts";

type Asked = Readonly<Record<string, unknown>>;

const drawPurpose = 151;

/** Makes an event now, as it was asked for, and the rest by chance. */
export function answerSimulation(archive: EventArchive, request: SimulatedRequest, path: string): Reply {
  const toPayload = makers[path];
  if (toPayload === undefined) return toProblem(404, "There is nothing at this address");
  if (request.method !== "POST") return toProblem(405, "An event is simulated by POST");
  if (!isObject(request.body)) return toRefusal({ $: ["An object is required."] });
  const payload = toPayload(archive, request.body);
  return "problem" in payload
    ? toRefusal(payload.problem)
    : { status: 200, body: { simulatedEvent: archive.add(payload.made) } };
}

type Made =
  | { readonly made: VolueEventPayload }
  | { readonly problem: Readonly<Record<string, readonly string[]>> };

const makers: Readonly<Record<string, (archive: EventArchive, asked: Asked) => Made>> = {
  "/simulation/events/pricecurve": makePriceCurve,
  "/simulation/events/lpc/locations": makeLocationLimit,
  "/simulation/events/lpc/resources": makeResourceLimit,
};

function makePriceCurve({ seed, nowMs }: EventArchive, asked: Asked): Made {
  const { priceArea, targets, priceCurveDelta } = asked;
  const drawn = hashOf(seed, Math.floor(nowMs() / 1000), drawPurpose) % priceAreas.length;
  const areaIndex = typeof priceArea === "string" ? areaIndexOf(priceArea) : drawn;
  if (areaIndex < 0) return { problem: { priceArea: [`'${String(priceArea)}' is no price area.`] } };
  const given = { targets: targets ?? undefined, priceCurveDelta: priceCurveDelta ?? undefined };
  return { made: toPriceCurve(seed, areaIndex, toOsloDay(nowMs()) + 1, given) };
}

function makeLocationLimit({ seed, nowMs }: EventArchive, { locations }: Asked): Made {
  const day = toOsloDay(nowMs()) + 1;
  if (!Array.isArray(locations)) return { made: toLocationLimit(seed, "LocationLPC", day, [17, 20]) };
  const targets = locations.map((entry: Asked, index) => ({
    ...(isObject(entry.location) ? entry.location : {}),
    resolution,
    points: entry.points ?? toPowerPoints(seed, day, index, 17, 20),
  }));
  return { made: { targets, payloadType: "LocationLPC" } };
}

function makeResourceLimit({ seed, nowMs }: EventArchive, { resources }: Asked): Made {
  const day = toOsloDay(nowMs()) + 1;
  if (!Array.isArray(resources)) return { made: toResourceLimit(seed, day) };
  const targets = resources.map((entry: Asked, index) => ({
    ...(isObject(entry.resource) ? entry.resource : {}),
    resolution,
    points: entry.points ?? toPowerPoints(seed, day, index, 17, 20),
  }));
  return { made: { targets, payloadType: "ResourceLPC" } };
}

function isObject(value: unknown): value is Asked {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
