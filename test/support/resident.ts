import { addDays, localDate, zoneOf } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import { documentV1, documentV2, type MeterSketch, type Stay } from "./documents.ts";

/** How a meter answers: not at all, by its id alone, without its id, or with what cannot be read. */
export type Fate = "there" | "gone" | "hidden" | "nameless" | "unreadable";

/** One meter of a made-up portfolio whose groups follow the calendar. */
export type Resident = {
  readonly number: number;
  readonly region: string;
  readonly addedAt: string;
  /** `monthly` groups change with every month, `seasonal` ones end in October, `both` has one of each. */
  readonly kind: "monthly" | "seasonal" | "both";
  base: string;
  status: string;
  reference: string;
  isArchived: boolean;
  isUngrouped: boolean;
  fate: Fate;
  /** The day on which its fate ends; null for never. */
  fateUntil: string | null;
  modifiedMs: number;
};

export function makeResident(chance: Chance, number: number, nowMs: number, addedMs = nowMs): Resident {
  return {
    number,
    region: chance.pick(["CAISO", "CAISO", "NYISO"]),
    addedAt: new Date(addedMs).toISOString(),
    kind: chance.pick(["monthly", "monthly", "monthly", "seasonal", "both"]),
    base: chance.pick(["g1", "g2", "g3"]),
    status: "ACTIVE",
    reference: `SITE ${number}`,
    isArchived: false,
    isUngrouped: false,
    fate: "there",
    fateUntil: null,
    modifiedMs: nowMs,
  };
}

/** Lets one day pass for it; true when anything but the calendar changed. */
export function ageResident(chance: Chance, resident: Resident, nowMs: number): boolean {
  const today = localDate(nowMs, zoneOf(resident.region));
  let isChanged = false;
  if (resident.fateUntil !== null && resident.fateUntil <= today) {
    Object.assign(resident, { fate: "there", fateUntil: null });
    isChanged = true;
  }
  const luck = chance.next();
  if (luck < 0.02) resident.status = resident.status === "ACTIVE" ? "ELIGIBLE" : "ACTIVE";
  else if (luck < 0.03) resident.reference = `SITE ${resident.number} ${today}`;
  else if (luck < 0.05) resident.base = chance.pick(["g1", "g2", "g3", "g4"]);
  else if (luck < 0.055) resident.isArchived = !resident.isArchived;
  else if (luck < 0.07) resident.isUngrouped = !resident.isUngrouped;
  else if (luck < 0.1 && resident.fate === "there") {
    resident.fate = chance.pick(["gone", "gone", "gone", "hidden", "unreadable", "nameless"]);
    const isForGood = resident.fate === "gone" && chance.hits(0.2);
    resident.fateUntil = isForGood ? null : addDays(today, 1 + chance.below(5));
  } else return isChanged;
  // Now and then Leap forgets to say that something was modified.
  if (chance.hits(0.9)) resident.modifiedMs = nowMs;
  return true;
}

/** As it is documented on a day: this month, the next, and the one before; the season, and the next one. */
export function toSketch(resident: Resident, nowMs: number, announcedOn: number): MeterSketch {
  const { number, region, addedAt, kind, base, status, reference, isArchived, isUngrouped } = resident;
  const today = localDate(nowMs, zoneOf(region));
  const months = kind === "seasonal" ? [] : toMonths(today, base, announcedOn);
  const seasons = kind === "monthly" ? [] : toSeasons(today, base);
  const stays = [...months, ...seasons].map((stay) => (isUngrouped ? { ...stay, group: null } : stay));
  return { number, region, addedAt, status, reference, isArchived, stays };
}

/** Next month's group is told from a day of this month on, or only when the month has come. */
function toMonths(today: string, base: string, announcedOn: number): Stay[] {
  const first = `${today.slice(0, 7)}-01`;
  const next = `${addDays(first, 32).slice(0, 7)}-01`;
  const after = `${addDays(next, 32).slice(0, 7)}-01`;
  const before = `${addDays(first, -1).slice(0, 7)}-01`;
  const group = (month: string) => `${base}m${Number(month.slice(5, 7)).toString(36)}`;
  const isAnnounced = Number(today.slice(8)) >= announcedOn;
  return [
    { program: "CCA", group: group(before), from: before, to: addDays(first, -1) },
    { program: "CCA", group: group(first), from: first, to: addDays(next, -1) },
    { program: "CCA", group: isAnnounced ? group(next) : null, from: next, to: addDays(after, -1) },
  ];
}

/** May to October; the next season is listed before it has groups. */
function toSeasons(today: string, base: string): Stay[] {
  const year = Number(today.slice(0, 4));
  const isKnown = (one: number) => `${one}-04-20` <= today;
  return [year - 1, year, year + 1].map((one) => ({
    program: "DSGS",
    group: isKnown(one) ? `${base}s${one % 10}` : null,
    from: `${one}-05-01`,
    to: `${one}-10-31`,
  }));
}

export function toDocument(sketch: MeterSketch, version: "v1" | "v2", nowMs: number) {
  if (version === "v2") return documentV2(sketch);
  const today = localDate(nowMs, zoneOf(sketch.region ?? "CAISO"));
  const status = sketch.status === "ACTIVE" ? "Active" : "ActionRequired";
  return documentV1({ ...sketch, status }, [today, addDays(today, 1), addDays(today, 2)]);
}
