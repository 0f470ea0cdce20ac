import { addDays, datesFrom } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import { addedAtOf, documentV1, documentV2, meterId, type Stay } from "./documents.ts";
import type { Entry } from "./scripted-leap.ts";

export type Window = { readonly start: string | null; readonly end: string | null };

type Preference = Window & { readonly name: string; readonly start: string };
type Action = { readonly party: "partner" | "leap"; readonly code: string; readonly deadline: string | null };

type Meter = {
  readonly number: number;
  status: number;
  reference: string | null;
  isArchived: boolean;
  isGone: boolean;
  preferences: readonly Preference[];
  actions: readonly Action[];
  stays: readonly Stay[];
};

/** What the harness knows that Leap says of a meter, by its own reading. */
type Read = {
  readonly programs: ReadonlyMap<string, string> | null;
  readonly window: Window | null;
  readonly isSparse: boolean;
};

/** A few meters of which all that a time line tells changes, and changes back. */
export type TimeLinePortfolio = {
  readonly change: (nowMs: number) => void;
  readonly entries: (apiVersion: "v1" | "v2", nowMs: number) => Entry[];
  /** What is said at that instant, by meter, of those that are there. */
  readonly read: (apiVersion: "v1" | "v2", nowMs: number) => ReadonlyMap<string, Read>;
};

const statuses = [
  ["ACTIVE", "Active"],
  ["ACTION_REQUIRED", "ActionRequired"],
  ["NOT_PARTICIPATING", "NotParticipating"],
] as const;

export function openTimeLinePortfolio(chance: Chance, meterCount: number): TimeLinePortfolio {
  const meters: Meter[] = [];

  function change(nowMs: number): void {
    while (meters.length < meterCount || (meters.length < meterCount + 3 && chance.hits(0.1)))
      meters.push(toMeter(chance, meters.length + 1, nowMs));
    for (const meter of meters) {
      if (chance.hits(0.3)) meter.status = chance.below(statuses.length);
      if (chance.hits(0.15)) meter.reference = chance.pick(["SITE A", "SITE B", null]);
      if (chance.hits(0.1)) meter.isArchived = !meter.isArchived;
      if (chance.hits(0.2)) meter.preferences = toPreferences(chance, nowMs);
      if (chance.hits(0.3)) meter.actions = toActions(chance, nowMs);
      if (chance.hits(0.3)) meter.stays = toStays(chance, nowMs);
      meter.isGone = meter.number > 1 && chance.hits(meter.isGone ? 0.6 : 0.08);
    }
  }

  const there = () => meters.filter(({ isGone }) => !isGone);
  return {
    change,
    entries: (apiVersion, nowMs) =>
      there().map((meter) => ({
        addedMs: Date.parse(addedAtOf(meter.number)),
        document: apiVersion === "v2" ? toV2(meter) : toV1(meter, nowMs),
      })),
    read: (apiVersion, nowMs) =>
      new Map(
        there().map((meter) => [
          meterId(meter.number),
          apiVersion === "v1"
            ? { programs: null, window: { start: null, end: null }, isSparse: true }
            : { programs: toPrograms(meter), window: toWindow(meter.preferences, nowMs), isSparse: false },
        ]),
      ),
  };
}

function toMeter(chance: Chance, number: number, nowMs: number): Meter {
  return {
    number,
    status: chance.below(statuses.length),
    reference: `SITE ${number}`,
    isArchived: chance.hits(0.1),
    isGone: false,
    preferences: toPreferences(chance, nowMs),
    actions: toActions(chance, nowMs),
    stays: toStays(chance, nowMs),
  };
}

/** Some begin or end in the days to come, so that time alone changes which is in force. */
function toPreferences(chance: Chance, nowMs: number): Preference[] {
  const toInstant = (hours: number) => new Date(nowMs + hours * 3_600_000).toISOString();
  return Array.from({ length: chance.below(3) }, (_, place) => {
    const startHours = chance.below(100) - 60 + place;
    return {
      name: chance.pick(["PARTICIPATE", "IDLE", "DISENROLL"]),
      start: toInstant(startHours),
      end: chance.hits(0.5) ? null : toInstant(startHours + 1 + chance.below(100)),
    };
  });
}

function toActions(chance: Chance, nowMs: number): Action[] {
  const codes = ["SIGN", "CONNECT", "AUTHORIZE"].filter(() => chance.hits(0.4));
  return codes.map((code) => ({
    party: chance.pick(["partner", "partner", "leap"]),
    code,
    deadline: chance.hits(0.3) ? null : `${addDays(toDate(nowMs), chance.pick([5, 10]))}T00:00:00.000Z`,
  }));
}

function toStays(chance: Chance, nowMs: number): Stay[] {
  return Array.from({ length: chance.below(4) }, () => {
    const from = addDays(toDate(nowMs), chance.below(7) - 3);
    return {
      program: chance.pick(["CCA", "DRAM"]),
      group: chance.pick(["g1", "g2", "g3", null]),
      from,
      to: chance.hits(0.4) ? null : addDays(from, chance.below(6)),
      status: chance.pick(["ACTIVE", "ELIGIBLE"]),
    };
  });
}

function toV2({ number, status, reference, isArchived, preferences, actions, stays }: Meter) {
  const side = (party: string) =>
    actions
      .filter((action) => action.party === party)
      .map(({ code, deadline }) => ({
        action_type: "ENROLL",
        action_code: code,
        // Words are no part of what an action is.
        action_description: `please, by ${deadline}`,
        ...(deadline === null ? {} : { enrollment_deadline_date_time: deadline }),
      }));
  return documentV2({
    number,
    reference,
    isArchived,
    stays,
    status: statuses[status]![0],
    preferences: preferences.map(({ name, start, end }) => ({
      participation_preference: name,
      start_time: start,
      ...(end === null ? {} : { end_time: end }),
    })),
    extra: { required_actions: { partner: side("partner"), leap: side("leap") } },
  });
}

function toV1({ number, status, reference, isArchived, preferences, actions, stays }: Meter, nowMs: number) {
  const days = datesFrom(toDate(nowMs - 8 * 3_600_000), addDays(toDate(nowMs - 8 * 3_600_000), 2));
  const enrollment = {
    status: statuses[status]![1],
    status_reasons: actions.map(({ code }) => ({ code, comment: "please" })),
    ...(preferences[0] === undefined ? {} : { partner_preferred_action: preferences[0].name.toLowerCase() }),
  };
  return documentV1({ number, reference, stays, extra: { enrollment, is_archived: isArchived } }, days);
}

/** The set of statuses by program and period; the document names the periods by their place. */
function toPrograms({ stays }: Meter): Map<string, string> {
  return new Map(
    stays.map(({ program, status }, place) => [
      JSON.stringify([program, `PERIOD_${place}`]),
      JSON.stringify([status]),
    ]),
  );
}

/**
 * The latest start in force. Of two that begin together Leap does not say which counts: the one that ends
 * first does, and of those the first by name.
 */
function toWindow(preferences: readonly Preference[], nowMs: number): Window | null {
  const inForce = preferences.filter(
    ({ start, end }) => Date.parse(start) <= nowMs && (end === null || nowMs < Date.parse(end)),
  );
  const ends = ({ end }: Preference) => (end === null ? Number.MAX_VALUE : Date.parse(end));
  const [latest] = inForce.sort(
    (a, b) => Date.parse(b.start) - Date.parse(a.start) || ends(a) - ends(b) || (a.name < b.name ? -1 : 1),
  );
  return latest === undefined ? null : { start: latest.start, end: latest.end };
}

function toDate(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
