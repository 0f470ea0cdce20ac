import { formatInstant } from "../time/index.ts";
import type { CheckOptions } from "./check-report.ts";
import type { EventTarget, VolueEvent } from "./event.ts";
import type { Findings } from "./fields.ts";
import { describeTarget, fitTarget } from "./fit-target.ts";
import type { PlanPayload, Point, UsagePayload } from "./report.ts";

const hourMs = 3_600_000;
const shownMax = 5;

type SeriesPayload = UsagePayload | PlanPayload;
/** One list of points, and the time it must fit. */
type Series = {
  readonly path: string;
  readonly points: readonly Point[];
  readonly resolutionMs: number;
  /** The instants that must each have a point, in order; `null` where they are not known. */
  readonly slotsMs: readonly number[] | null;
};

/** Points against the time their target is asked about: as instants, so that no day has a wrong length. */
export function checkSeries(
  payloads: readonly SeriesPayload[],
  event: VolueEvent,
  nowMs: number,
  options: CheckOptions,
  findings: Findings,
): void {
  const places = new Map<number, string>();
  for (const payload of payloads) {
    const fitted = fitTarget(payload, event);
    if ("wrong" in fitted) {
      findings.problems.push({ path: `${payload.path}.${fitted.wrong}`, message: fitted.message });
      continue;
    }
    const before = places.get(fitted.number);
    if (before !== undefined) {
      const path = `${payload.path}.${payload.resourceId === null ? "locationId" : "resourceId"}`;
      findings.problems.push({ path, message: `is the same target as that of ${before}` });
    } else places.set(fitted.number, payload.path);
    checkPayload(payload, fitted.target, nowMs, options, findings);
  }
  tellLeftOut(event, places, findings);
}

function checkPayload(
  payload: SeriesPayload,
  target: EventTarget,
  nowMs: number,
  options: CheckOptions,
  findings: Findings,
): void {
  const wanted = toWantedResolution(payload, target);
  if (wanted !== null && wanted.ms !== payload.resolutionMs) {
    const message = `is ${payload.resolution}, where ${wanted.text} is asked for${wanted.reason}`;
    findings.problems.push({ path: `${payload.path}.resolution`, message });
    return;
  }
  const { resolutionMs } = payload;
  const slotsMs = toSlots(target, resolutionMs);
  const names = payload.payloadType === "LocationEnergyUsagePlan" ? planNames : usageNames;
  for (const name of names) {
    const points = (payload as Partial<Record<typeof name, readonly Point[]>>)[name] ?? [];
    const series: Series = { path: `${payload.path}.${name}`, points, resolutionMs, slotsMs };
    checkInstants(series, options, findings);
    // What is shifted is taken from the base: flexibility alone has two directions.
    if (name !== "flexibility") checkAmounts(series, options, findings);
    if (name === "points") checkPast(series, nowMs, findings);
  }
}

const usageNames = ["points"] as const;
const planNames = ["baseline", "flexibility"] as const;

/** The use of locations is told by the hour, whatever the event's resolution is. */
function toWantedResolution(
  { payloadType }: SeriesPayload,
  { resolution, resolutionMs }: EventTarget,
): { readonly text: string; readonly ms: number; readonly reason: string } | null {
  if (payloadType === "LocationEnergyUsage") {
    return { text: "01:00:00", ms: hourMs, reason: ": Volue takes the use of locations by the hour" };
  }
  if (resolution === null || resolutionMs === null) return null;
  return { text: resolution, ms: resolutionMs, reason: " by the event" };
}

/** What has to be there: the event's own instants, or the whole slots that they touch. */
function toSlots({ startsMs, resolutionMs }: EventTarget, slotMs: number): readonly number[] | null {
  if (startsMs.length === 0 || resolutionMs === null) return null;
  if (slotMs === resolutionMs) return startsMs;
  const slots = new Set<number>();
  for (const startMs of startsMs) {
    const firstMs = Math.floor(startMs / slotMs) * slotMs;
    for (let slot = firstMs; slot < startMs + resolutionMs; slot += slotMs) slots.add(slot);
  }
  return [...slots].sort((one, other) => one - other);
}

function checkInstants(series: Series, { allowsGaps }: CheckOptions, { problems, notes }: Findings): void {
  const { path, points, resolutionMs, slotsMs } = series;
  const anchorMs = slotsMs?.[0] ?? 0;
  const slots = new Set(slotsMs ?? []);
  const seen = new Map<number, Point>();
  const surplus: Point[] = [];
  for (const point of points) {
    const before = seen.get(point.atMs);
    const place = `${path}[${point.index}].timestamp`;
    if (before !== undefined) {
      const other = `${before.timestamp} of ${path}[${before.index}]`;
      const message = `${point.timestamp} is the same instant as ${other}`;
      problems.push({ path: place, message });
    } else if (slotsMs !== null && (point.atMs - anchorMs) % resolutionMs !== 0) {
      problems.push({ path: place, message: `${point.timestamp} is between the event's instants` });
    } else if (slotsMs !== null && !slots.has(point.atMs)) surplus.push(point);
    seen.set(point.atMs, point);
  }
  if (slotsMs === null) return;
  const missing = slotsMs.filter((slot) => !seen.has(slot));
  if (missing.length > 0) {
    const isNothing = missing.length === slotsMs.length;
    const what = isNothing
      ? "no point is within the event"
      : `${missing.length} of ${slotsMs.length} are missing`;
    const advice = allowsGaps || isNothing ? "" : "; --allow-gaps sends it all the same";
    const found = { path, message: `${what}: ${listInstants(missing)}${advice}` };
    (allowsGaps && !isNothing ? notes : problems).push(found);
  }
  if (surplus.length === 0) return;
  const instants = listInstants(surplus.map(({ atMs }) => atMs));
  notes.push({ path, message: `${instants}: not asked for by the event, and ignored by Volue` });
}

/** Mostly a sign that was turned round; but what a resource feeds in may be meant. */
function checkAmounts(
  { path, points }: Series,
  { allowsNegative }: CheckOptions,
  { problems, notes }: Findings,
): void {
  const fedIn = points.filter((point) => point.kiloWattHours < 0);
  if (allowsNegative) {
    if (fedIn.length > 0)
      notes.push({ path, message: `${fedIn.length} of ${points.length} are less than 0` });
    return;
  }
  for (const { kiloWattHours, index } of fedIn) {
    const message = `${kiloWattHours} is less than 0: energy used; --allow-negative sends it all the same`;
    problems.push({ path: `${path}[${index}].kiloWattHours`, message });
  }
}

function checkPast({ path, points, resolutionMs }: Series, nowMs: number, { problems }: Findings): void {
  const future = points.filter(({ atMs }) => atMs + resolutionMs > nowMs).map(({ atMs }) => atMs);
  if (future.length === 0) return;
  const message = `${listInstants(future)}: not over yet, and use is reported afterwards`;
  problems.push({ path, message });
}

/** A target may have done nothing, and not be ours to speak of: that is the sender's to know. */
function tellLeftOut(
  { targets }: VolueEvent,
  places: ReadonlyMap<number, string>,
  { notes }: Findings,
): void {
  const left = targets.filter((_, number) => !places.has(number));
  if (left.length === 0) return;
  const shown = left.slice(0, shownMax).map(describeTarget).join(", ");
  const more = left.length > shownMax ? ` and ${left.length - shownMax} more` : "";
  const message = `says nothing of ${left.length} of the event's ${targets.length} targets: ${shown}${more}`;
  notes.push({ path: "payloads", message });
}

function listInstants(instantsMs: readonly number[]): string {
  const shown = instantsMs.slice(0, shownMax).map((ms) => formatInstant(ms).replace(".000Z", "Z"));
  const more = instantsMs.length > shownMax ? ` and ${instantsMs.length - shownMax} more` : "";
  return `${shown.join(", ")}${more}`;
}
