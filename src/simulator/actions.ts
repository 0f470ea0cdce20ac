import type { MeterBasics, Touch } from "./basics.ts";
import { midnightTextOf } from "./calendar.ts";
import { type Happening, happeningsUntil, laterMs } from "./happenings.ts";
import { salt } from "./hash.ts";
import { periodsAround } from "./periods.ts";
import type { World } from "./world.ts";

/** As Leap sends it. */
export type RequiredAction = {
  readonly program_identifier: string;
  readonly delivery_period: string;
  readonly enrollment_deadline_date_time: string;
  readonly action_type: string;
  readonly action_description: string;
  readonly action_code: string;
};

export type RequiredActions = {
  readonly partner: readonly RequiredAction[];
  readonly leap: readonly RequiredAction[];
};

type Errand = readonly ["partner" | "leap", type: string, code: string, description: string];

const errands: readonly Errand[] = [
  ["partner", "NO_MISSING_FIELDS", "SERV_0005", "Fields still to be filled in"],
  [
    "partner",
    "IS_AUTHORIZED",
    "AUTH_0001",
    "The customer's data authorisation has lapsed and must be renewed",
  ],
  ["leap", "HAS_NOMINATIONS", "LEAP_0001", "A nomination is being prepared for this meter"],
  ["partner", "NOT_ENROLLED_IN_CONFLICTING_PROGRAM", "MRKT_0002", "Another program still holds this meter"],
  ["leap", "IS_ASSIGNED_TO_A_RESOURCE", "LEAP_0001", "This meter waits for its place in a resource"],
  ["partner", "DOCUMENTS_SIGNED", "SERV_0002", "A participation form is waiting for a signature"],
  ["leap", "HAS_MARKET_REGISTRATION", "LEAP_0003", "The registration with the market is under way"],
];
const fields = ["load zone", "company name", "voltage group", "baseline method"];

/** What is still to be done about a meter at an instant, and by whom. */
export function toRequiredActions(
  world: World,
  meter: MeterBasics,
  nowMs: number,
  touch: Touch,
): RequiredActions {
  const actions: { partner: RequiredAction[]; leap: RequiredAction[] } = { partner: [], leap: [] };
  const add = (
    errand: Errand | undefined,
    action: Omit<RequiredAction, ErrandKey>,
    description: string,
  ): void => {
    if (errand === undefined) return;
    const [party, action_type, action_code] = errand;
    actions[party].push({ ...action, action_type, action_description: description, action_code });
  };
  if (meter.outcome === "INELIGIBLE" || meter.outcome === "PENDING") {
    const errand = errands[meter.outcome === "PENDING" ? 1 : 3];
    add(errand, toPlace(meter, meter.addedDay, 0, 0), errand?.[3] ?? "");
  }
  for (const happening of happeningsUntil(world, meter, salt.action, world.rates.action, nowMs)) {
    const { roll } = happening;
    const resolvedMs = laterMs(happening, 2 + (roll % 18));
    if (resolvedMs <= nowMs) {
      touch(resolvedMs);
      continue;
    }
    touch(happening.atMs);
    const errand = errands[(roll >>> 5) % errands.length];
    const place = toPlace(meter, happening.day, roll, isMovedBy(happening, nowMs, touch) ? 7 : 0);
    add(errand, place, describe(errand, roll));
    // Now and then two at once, alike in everything but their type.
    if ((roll >>> 12) % 6 === 0) {
      const second = errands[((roll >>> 5) + 2) % errands.length];
      add(second, place, describe(second, roll));
    }
  }
  return actions;
}

type ErrandKey = "action_type" | "action_description" | "action_code";

function isMovedBy(happening: Happening, nowMs: number, touch: Touch): boolean {
  const movedMs = laterMs(happening, 1 + (happening.roll % 3));
  if ((happening.roll >>> 15) % 5 > 1 || movedMs > nowMs) return false;
  touch(movedMs);
  return true;
}

/**
 * The program and delivery period it stands in the way of: the next period as seen from the day it
 * appeared.
 */
function toPlace(
  meter: MeterBasics,
  day: number,
  roll: number,
  movedDays: number,
): Omit<RequiredAction, ErrandKey> {
  const program = meter.programs[(roll >>> 3) % meter.programs.length] ?? meter.facts.programs[0];
  if (program === undefined) throw new RangeError(`no program in ${meter.facts.region}`);
  const { latest, next } = periodsAround(program, meter.facts.zone, day);
  const period = next ?? latest;
  return {
    program_identifier: program.identifier,
    delivery_period: period.name,
    enrollment_deadline_date_time: midnightTextOf(meter.facts.zone, period.firstDay + movedDays),
  };
}

function describe(errand: Errand | undefined, roll: number): string {
  if (errand === undefined) return "";
  if (errand[1] !== "NO_MISSING_FIELDS") return errand[3];
  return `${errand[3]}: ${fields.slice(0, 1 + (roll % fields.length)).join(", ")}`;
}
