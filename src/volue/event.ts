import { parseInstant } from "../time/index.ts";
import { isRecord } from "./fields.ts";
import type { TargetIds } from "./report.ts";
import { parseResolution } from "./resolution.ts";

/** One thing an event is about, and the time it is about. */
export type EventTarget = TargetIds & {
  /** As Volue wrote it; `null` where it could not be read. */
  readonly resolution: string | null;
  readonly resolutionMs: number | null;
  /** The instants from which on something is asked for, in order; none where they could not be read. */
  readonly startsMs: readonly number[];
};

/** An event of Volue's, as far as a report must fit it. */
export type VolueEvent = {
  readonly eventId: string;
  /** Such as `PriceCurve`; whatever Volue says. */
  readonly payloadType: string;
  readonly targets: readonly EventTarget[];
  /** Such as `NO1`; only price curves have one. */
  readonly priceArea: string | null;
};

/** What is read of an answer, or what is wrong with it. */
export type ParsedEvent =
  | { readonly ok: true; readonly event: VolueEvent }
  | { readonly ok: false; readonly problem: string };

/** An event as `GET /events/{id}` gives it. What is not known of it is `null`, and told where it matters. */
export function parseEvent(body: unknown, eventId: string): ParsedEvent {
  const refuse = (problem: string): ParsedEvent => ({ ok: false, problem });
  if (!isRecord(body)) return refuse("it is not an object");
  if (typeof body.id !== "string") return refuse("it has no id");
  if (body.id.toLowerCase() !== eventId.toLowerCase())
    return refuse("it is another event than was asked for");
  const { payload } = body;
  if (!isRecord(payload)) return refuse("it has no payload");
  if (typeof payload.payloadType !== "string") return refuse("its payload has no payloadType");
  const targets = Array.isArray(payload.targets) ? payload.targets : [];
  if (!targets.every(isRecord)) return refuse("its targets are not objects");
  const shared = isRecord(payload.priceCurveDelta) ? payload.priceCurveDelta : {};
  const event = {
    eventId: body.id,
    payloadType: payload.payloadType,
    targets: targets.map((target) => toTarget(target, shared)),
    priceArea: toText(payload.priceArea),
  };
  return { ok: true, event };
}

/** Targets of a price curve share its points; those of a limit have each their own. */
function toTarget(
  target: Readonly<Record<string, unknown>>,
  shared: Readonly<Record<string, unknown>>,
): EventTarget {
  const resolution = toText(target.resolution ?? shared.resolution);
  const points = target.points ?? shared.points;
  return {
    resourceId: toText(target.resourceId),
    locationId: toText(target.locationId),
    meterPointId: toText(target.meterPointId),
    resolution,
    resolutionMs: resolution === null ? null : (parseResolution(resolution) ?? null),
    startsMs: toStarts(Array.isArray(points) ? points : []),
  };
}

function toStarts(points: readonly unknown[]): readonly number[] {
  const starts = new Set<number>();
  for (const point of points) {
    const text = isRecord(point) ? toText(point.timestamp) : null;
    const atMs = text === null ? undefined : parseInstant(text);
    // A part of them would make the rest look like more than was asked for.
    if (atMs === undefined) return [];
    starts.add(atMs);
  }
  return [...starts].sort((one, other) => one - other);
}

function toText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
