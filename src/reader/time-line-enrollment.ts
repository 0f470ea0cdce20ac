import type { MeterRow } from "./meter-store.ts";
import {
  type ActionFacts,
  type PreferenceFacts,
  type ProgramStatusFacts,
  type StatusFacts,
  type TimeLineEvent,
  toActions,
  toActionsTold,
  toPreference,
  toProgramStatusesTold,
  toStatus,
  toTold,
} from "./time-line-facts.ts";
import { type TimeLineRow, toRow } from "./time-line-row.ts";
import { type Bounds, toCutSpells, toSpells } from "./time-line-spells.ts";

type Facts = {
  readonly meter: MeterRow;
  readonly events: readonly TimeLineEvent[];
  readonly bounds: Bounds;
};

/** What was known of a meter's enrollment: its status, that of its programs, its preference, its actions. */
export function toEnrollmentRows(facts: Facts): TimeLineRow[] {
  return [
    ...toStatusRows(facts),
    ...toProgramStatusRows(facts),
    ...toPreferenceRows(facts),
    ...toActionRows(facts),
  ];
}

function toStatusRows({ meter, events, bounds }: Facts): TimeLineRow[] {
  const told = toTold(events, "meter.enrollment.global-status.updated", toStatus, (created) =>
    toStatus({ status: created.enrollment_status, dispatchable: created.dispatchable }),
  );
  const value = { status: meter.enrollment_status, dispatchable: meter.dispatchable };
  return toSpells<StatusFacts>(told, { value }, bounds).map((spell) => {
    const can = spell.value.dispatchable ? "can be dispatched" : "cannot be dispatched";
    return toRow("status", `${spell.value.status ?? "none"} (${can})`, spell, spell.value);
  });
}

/**
 * What holds now is in the document alone, which other versions of the API do not read alike: they show from
 * their first change on, and end where another version is read.
 */
function toProgramStatusRows({ events, bounds }: Facts): TimeLineRow[] {
  return toProgramStatusesTold(events).flatMap(({ program, delivery_period, told }) =>
    toCutSpells(toSpells(told, null, bounds), bounds.switchedAt)
      .filter((spell) => spell.value.length > 0)
      .map((spell) => {
        const data: ProgramStatusFacts = { program, delivery_period, statuses: spell.value };
        const period = delivery_period === null ? "" : ` ${delivery_period}`;
        return toRow("program status", `${program}${period}: ${spell.value.join(" and ")}`, spell, data);
      }),
  );
}

function toPreferenceRows({ meter, events, bounds }: Facts): TimeLineRow[] {
  const type = "meter.enrollment.participation-status.updated";
  const told = toTold(events, type, toPreference, (created) =>
    toPreference(created.participation_preference),
  );
  const last = told.at(-1)?.after;
  const name = meter.participation_preference;
  // The snapshot has the name alone; the window, too, is known where an event told it.
  const nameless = name === null ? null : { preference: name, start: null, end: null };
  const value = last !== undefined && (last?.preference ?? null) === name ? last : nameless;
  const spells = toSpells<PreferenceFacts | null>(told, { value }, bounds);
  // That there is none is worth a row only where there was one.
  return spells
    .filter((spell, place) => spell.value !== null || place > 0)
    .map((spell) => {
      const { preference = null, start = null, end = null } = spell.value ?? {};
      const row = toRow("preference", preference ?? "none", spell, { preference, start, end });
      return start === null && end === null ? row : { ...row, effective_from: start, effective_to: end };
    });
}

function toActionRows({ meter, events, bounds }: Facts): TimeLineRow[] {
  const told = toActionsTold(events);
  const present = toActions(meter.required_actions);
  const sides = [...told.flatMap(({ before, after }) => [before ?? new Map(), after]), present];
  const keys = new Set(sides.flatMap((side) => [...side.keys()]));
  return [...keys].flatMap((key) => {
    const own = told.map(({ at, sequence, before, after }) => ({
      at,
      sequence,
      ...(before === undefined ? {} : { before: before.get(key) ?? null }),
      after: after.get(key) ?? null,
    }));
    return toSpells<ActionFacts | null>(own, { value: present.get(key) ?? null }, bounds).flatMap((spell) =>
      spell.value === null ? [] : [toRow("action", describeAction(spell.value), spell, spell.value)],
    );
  });
}

/** A required action in words, some of them from outside and not neutralised. */
export function describeAction(action: ActionFacts): string {
  const { party, program, delivery_period: period, type, code, deadline } = action;
  const what = [type, code].filter((text) => text !== null).join(" ") || "something unnamed";
  const about = [program, period].filter((text) => text !== null).join(" ");
  const whose = party === null ? "" : `${party}: `;
  return `${whose}${what}${about === "" ? "" : ` (${about})`}${deadline === null ? "" : `, by ${deadline}`}`;
}
