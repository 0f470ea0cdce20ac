import type { MeterBasics, Touch } from "./basics.ts";
import { happeningsUntil } from "./happenings.ts";
import { hashOf, salt } from "./hash.ts";
import type { World } from "./world.ts";

/** What a meter is called and what it is, at an instant. */
export type Identity = {
  readonly partnerReference: string | null;
  readonly connectionReferences: readonly string[];
  readonly customerClassification: "RESIDENTIAL" | "COMMERCIAL";
  readonly customerGroup: string;
  readonly meterType: "UTILITY_METER" | "SUBMETER" | "DEVICE";
  readonly loadTypes: readonly string[];
  readonly tags: readonly string[];
  readonly createdBy: "UTILITY" | "PARTNER" | "LEAP";
  readonly utility: string;
};

const loadTypes = [
  "BATTERY_STORAGE",
  "EV_CHARGING",
  "HVAC",
  "WATER_HEATING",
  "BUILDING_AUTOMATION",
  "COLD_STORAGE",
  "PUMPING",
  "OTHER",
];
const tags = ["pilot", "fleet-a", "fleet-b", "night shift", "wave-2"];

export function toIdentity(world: World, meter: MeterBasics, nowMs: number, touch: Touch): Identity {
  const roll = hashOf(world.seed, meter.index, salt.detail, 1);
  const signedUp = toFirstReference(world, meter);
  const isDevice = roll % 10 < 3;
  return {
    partnerReference: toPartnerReference(world, meter, signedUp, nowMs, touch),
    connectionReferences: signedUp === null ? [] : roll % 7 === 0 ? [signedUp, `${signedUp}-B`] : [signedUp],
    customerClassification: (roll >>> 4) % 3 === 0 ? "COMMERCIAL" : "RESIDENTIAL",
    customerGroup: (roll >>> 6) % 8 === 0 ? `Campus ${1 + ((roll >>> 9) % 6)}` : "",
    meterType: isDevice ? "DEVICE" : (roll >>> 12) % 12 === 0 ? "SUBMETER" : "UTILITY_METER",
    loadTypes: toLoadTypes(roll),
    tags: toTags(world, meter, roll, nowMs, touch),
    createdBy: isDevice ? "PARTNER" : (roll >>> 16) % 20 === 0 ? "LEAP" : "UTILITY",
    utility: meter.facts.utilities[(roll >>> 18) % meter.facts.utilities.length] ?? "OTHER",
  };
}

/** Two meters authorised in one session share their reference; one in twelve has none. */
function toFirstReference(world: World, meter: MeterBasics): string | null {
  const roll = hashOf(world.seed, meter.index, salt.reference);
  if (roll % 12 === 0) return null;
  const isSecondOfSite = meter.index % 2 === 1 && (roll >>> 8) % 4 === 0;
  return `SITE-${String(isSecondOfSite ? meter.index - 1 : meter.index).padStart(5, "0")}`;
}

function toPartnerReference(
  world: World,
  meter: MeterBasics,
  signedUp: string | null,
  nowMs: number,
  touch: Touch,
): string | null {
  const last = happeningsUntil(world, meter, salt.reference, world.rates.reference, nowMs).at(-1);
  if (last === undefined) return signedUp;
  touch(last.atMs);
  return `UNIT-${last.roll.toString(36)}`;
}

function toLoadTypes(roll: number): readonly string[] {
  const first = (roll >>> 3) % loadTypes.length;
  const second = (first + 3) % loadTypes.length;
  return (roll % 4 === 0 ? [first, second] : [first]).map((position) => loadTypes[position] ?? "OTHER");
}

function toTags(
  world: World,
  meter: MeterBasics,
  roll: number,
  nowMs: number,
  touch: Touch,
): readonly string[] {
  const own = tags.filter((_, position) => (roll >>> (position * 3)) % 8 === 0);
  const last = happeningsUntil(world, meter, salt.tag, world.rates.tag, nowMs).at(-1);
  if (last === undefined) return own;
  touch(last.atMs);
  return [...own, `route ${last.roll % 100}`];
}
