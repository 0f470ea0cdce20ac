import { type TradeDate, toZone, type ZoneRules } from "../market/index.ts";
import {
  findUnkept,
  type KnownGroup,
  type KnownMeter,
  type KnownStay,
  loadFirstPublished,
  loadGroupStays,
  loadKeptFromMs,
  loadKnownGroup,
  loadKnownMeter,
  loadMeterRegion,
  loadMeterStays,
  type Reader,
  toStaysOn,
} from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Known } from "./decide-verdict.ts";
import { toKnownSteps } from "./known-steps.ts";

/** Who is asked about: what a dispatch says of itself. */
export type Target = {
  readonly level: "group" | "meter";
  readonly targetId: string;
  readonly meterIds: readonly string[];
  readonly programs: readonly string[];
};

export type Place = {
  readonly zone: string;
  /** False where neither the group nor any of its meters is known here: it is the default zone then. */
  readonly isKnown: boolean;
};

/** Answers of one publication, each asked of the file once. */
export type Facts = {
  readonly placeOf: (target: Target) => Place;
  readonly knownOf: (target: Target, tradeDate: TradeDate, sentAtMs: number) => Known;
  readonly groupOf: (marketGroupId: string) => KnownGroup;
  readonly meterOf: (meterId: string) => KnownMeter | undefined;
  /** Where a meter was published on the date, in whatever program, as known at an instant. */
  readonly staysOf: (meterId: string, tradeDate: TradeDate, knownAtMs: number) => readonly KnownStay[];
};

/** To be opened anew wherever something may have been published in between. */
export function openFacts(reader: Reader, zones: ZoneRules): Facts {
  const first = loadFirstPublished(reader);
  const firstMs = first === null ? null : (parseInstant(first) ?? null);
  const keptFromMs = loadKeptFromMs(reader);
  const staysOfGroup = remember((id: string) => loadGroupStays(reader, id));
  const staysOfMeter = remember((id: string) => loadMeterStays(reader, id));
  const groupOf = remember((id: string) => loadKnownGroup(reader, id));
  const meterOf = remember((id: string) => loadKnownMeter(reader, id));
  const stepsOf = remember((key: string) => {
    const [level, id, date, programs] = JSON.parse(key) as [string, string, string, string[]];
    if (level === "group") return toKnownSteps(toStaysOn(staysOfGroup(id), date));
    const own = toStaysOn(staysOfMeter(id), date);
    return toKnownSteps(own.filter(({ program }) => isIn(program, programs)));
  });
  return {
    groupOf,
    meterOf,
    staysOf: (meterId, tradeDate, knownAtMs) =>
      toStaysOn(staysOfMeter(meterId), tradeDate).filter(
        ({ knownFromMs, knownToMs }) => knownFromMs <= knownAtMs && (knownToMs ?? Infinity) > knownAtMs,
      ),
    placeOf: ({ level, targetId, meterIds }) => {
      const known = level === "group" ? groupOf(targetId).region : (meterOf(targetId)?.region ?? null);
      const region = known ?? loadMeterRegion(reader, meterIds);
      return region === null
        ? { zone: zones.defaultZone, isKnown: false }
        : { zone: toZone(region, zones), isKnown: true };
    },
    knownOf: ({ level, targetId, programs }, tradeDate, sentAtMs) => ({
      steps: stepsOf(JSON.stringify([level, targetId, tradeDate, level === "group" ? [] : programs])),
      sinceMs: level === "group" ? groupOf(targetId).knownSinceMs : (meterOf(targetId)?.knownSinceMs ?? null),
      keptFromMs,
      obstacle:
        firstMs === null || sentAtMs < firstMs
          ? notYet
          : findUnkept(reader, { tradeDate, knownAtMs: sentAtMs }),
    }),
  };
}

const notYet = "nothing had been published when it was sent";

/** An assignment without a program, or with one that Leap did not name, is one for any. */
function isIn(program: string | null, programs: readonly string[]): boolean {
  if (program === null || program === "unknown" || programs.length === 0) return true;
  return programs.some((one) => toPlain(one) === toPlain(program));
}

/** Leap spells programs in one place with hyphens, in another with underscores. */
function toPlain(program: string): string {
  return program.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Dispatches come by group and by day: what was asked a while ago is hardly asked again. */
const keptCountMax = 20;

function remember<T>(load: (key: string) => T): (key: string) => T {
  const kept = new Map<string, T>();
  return (key) => {
    const found = kept.get(key);
    if (found !== undefined) return found;
    const loaded = load(key);
    if (kept.size >= keptCountMax) kept.clear();
    kept.set(key, loaded);
    return loaded;
  };
}
