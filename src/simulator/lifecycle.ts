import type { MeterBasics, Status, Touch } from "./basics.ts";
import { dayMs, toSecondsText } from "./calendar.ts";
import { happeningsUntil, laterMs } from "./happenings.ts";
import { hashOf, salt } from "./hash.ts";
import type { World } from "./world.ts";

export type PreferenceName = "PARTICIPATE" | "IDLE" | "DISENROLL";

/** As Leap sends it. */
export type PreferenceWindow = {
  readonly participation_preference: PreferenceName;
  readonly start_time: string;
  readonly end_time?: string;
  readonly reason?: string;
};

export type Life = {
  readonly status: Status;
  /** A status that one program alone has; the meter's own is not touched by it. */
  readonly programStatus: { readonly identifier: string; readonly status: Status } | null;
  readonly isArchived: boolean;
  readonly preferences: readonly PreferenceWindow[];
  readonly preferenceInForce: PreferenceName;
};

/** Where a meter stands in its enrollment at an instant. */
export function toLife(world: World, meter: MeterBasics, nowMs: number, touch: Touch): Life {
  const { preferences, inForce } = toPreferences(world, meter, nowMs, touch);
  const setback = toSetback(world, meter, nowMs, touch);
  const stage = toStage(meter, nowMs, touch);
  const settled = setback?.identifier === null ? setback.status : stage;
  const isAway = inForce !== "PARTICIPATE" && settled === "ACTIVE";
  return {
    status: isAway ? "NOT_PARTICIPATING" : settled,
    programStatus:
      setback === null || setback.identifier === null
        ? null
        : { identifier: setback.identifier, status: setback.status },
    isArchived: isArchivedAt(world, meter, nowMs, touch),
    preferences,
    preferenceInForce: inForce,
  };
}

/** PENDING, then ELIGIBLE, then what it comes to. */
function toStage(meter: MeterBasics, nowMs: number, touch: Touch): Status {
  if (nowMs < meter.eligibleFromMs || meter.outcome === "PENDING") return "PENDING";
  touch(meter.eligibleFromMs);
  if (meter.outcome === "INELIGIBLE") return "INELIGIBLE";
  if (nowMs < meter.activeFromMs) return "ELIGIBLE";
  touch(meter.activeFromMs);
  return meter.outcome;
}

/** An active meter now and then falls back for some days, as a whole or in one program. */
function toSetback(
  world: World,
  meter: MeterBasics,
  nowMs: number,
  touch: Touch,
): { identifier: string | null; status: Status } | null {
  if (meter.outcome !== "ACTIVE" || nowMs < meter.activeFromMs) return null;
  let setback: { identifier: string | null; status: Status } | null = null;
  for (const happening of happeningsUntil(world, meter, salt.status, world.rates.status, nowMs)) {
    const { roll } = happening;
    const untilMs = laterMs(happening, 3 + (roll % 10));
    touch(nowMs < untilMs ? happening.atMs : untilMs);
    const statuses: readonly Status[] = ["ELIGIBLE", "INELIGIBLE", "PENDING", "NOT_PARTICIPATING"];
    const program = meter.programs[(roll >>> 8) % meter.programs.length];
    const isWhole = (roll >>> 4) % 3 > 0 || program === undefined;
    const status = statuses[(roll >>> 16) % statuses.length] ?? "ELIGIBLE";
    setback = nowMs < untilMs ? { identifier: isWhole ? null : program.identifier, status } : null;
  }
  return setback;
}

function toPreferences(
  world: World,
  meter: MeterBasics,
  nowMs: number,
  touch: Touch,
): { preferences: readonly PreferenceWindow[]; inForce: PreferenceName } {
  const start = toSecondsText(Math.floor(meter.addedUs / 1000));
  const preferences: PreferenceWindow[] = [
    { participation_preference: "PARTICIPATE", start_time: start, ...toEnd(meter) },
  ];
  let inForce: PreferenceName = "PARTICIPATE";
  let inForceSinceMs = 0;
  for (const happening of happeningsUntil(world, meter, salt.preference, world.rates.preference, nowMs)) {
    touch(happening.atMs);
    const { roll } = happening;
    const isForGood = (roll >>> 6) % 9 === 0;
    const startMs = toHour(laterMs(happening, 1 + (roll % 7)));
    const endMs = startMs + (2 + ((roll >>> 10) % 18)) * dayMs;
    const name = isForGood ? "DISENROLL" : "IDLE";
    const window = { participation_preference: name, start_time: toSecondsText(startMs) } as const;
    preferences.push(
      isForGood
        ? window
        : { ...window, end_time: toSecondsText(endMs), reason: "Planned maintenance on site" },
    );
    const isRunning = startMs <= nowMs && (isForGood || nowMs < endMs);
    if (startMs <= nowMs) touch(startMs);
    if (!isForGood && endMs <= nowMs) touch(endMs);
    if (!isRunning || startMs < inForceSinceMs) continue;
    inForce = name;
    inForceSinceMs = startMs;
  }
  return { preferences, inForce };
}

/** "Forever" is spelled in many ways, or left out. */
function toEnd(meter: MeterBasics): { end_time?: string } {
  const spellings = ["9000-12-31T23:59:59.999999999Z", "9000-01-01T00:00:00Z", "2099-12-31T00:00:00Z"];
  const end = spellings[meter.index % 5];
  return end === undefined ? {} : { end_time: end };
}

/** Some were archived long ago; others are at some day, and a few of those come back. */
function isArchivedAt(world: World, meter: MeterBasics, nowMs: number, touch: Touch): boolean {
  const place = meter.index * 11 + hashOf(world.seed, Math.floor(meter.index / 40), salt.archive);
  if (place % 40 === 0) return meter.index < world.meterCount;
  let isArchived = false;
  for (const happening of happeningsUntil(world, meter, salt.archive, world.rates.archive, nowMs)) {
    const backMs = laterMs(happening, 4 + (happening.roll % 9));
    const isBack = (happening.roll >>> 8) % 4 === 0 && backMs <= nowMs;
    touch(isBack ? backMs : happening.atMs);
    isArchived = !isBack;
  }
  return isArchived;
}

function toHour(instantMs: number): number {
  return Math.floor(instantMs / 3_600_000) * 3_600_000;
}
