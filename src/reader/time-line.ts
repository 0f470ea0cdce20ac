import type { MeterRow } from "./meter-store.ts";
import { toEnrollmentRows } from "./time-line-enrollment.ts";
import { type Data, type TimeLineEvent, toObject, toText, toTold } from "./time-line-facts.ts";
import { type TimeLineAssignment, toGroupRows } from "./time-line-groups.ts";
import { compareRows, type TimeLineRow, toRow } from "./time-line-row.ts";
import { type Bounds, type Spell, toSpells } from "./time-line-spells.ts";

export type TimeLineFacts = {
  readonly meter: MeterRow;
  readonly assignments: readonly TimeLineAssignment[];
  /** All there were from some instant on, in their order. */
  readonly events: readonly TimeLineEvent[];
  /** Since when what held before the first event was known; `null` where that is not kept. */
  readonly beginsAt: string | null;
  /** The last publication. */
  readonly publishedAt: string;
  /** The publications that read all meters in another way than the one before, in order. */
  readonly readAnew: readonly ReadAnew[];
};

/** By another version of the API, which is what a switch is, or by another release of ours. */
export type ReadAnew = { readonly at: string; readonly isSwitch: boolean };

/** What all values of one meter are followed by. */
type Facts = Omit<TimeLineFacts, "readAnew"> & { readonly bounds: Bounds };

/**
 * What was ever known of a meter, by when it became known. What was known at an instant are the rows that are
 * known from it or earlier, and not up to it.
 */
export function toTimeLine(input: TimeLineFacts): TimeLineRow[] {
  const missing = toMissingSpells(input);
  const readAnew = toOwnReadings(input.readAnew, missing);
  const facts: Facts = {
    ...input,
    bounds: {
      beginsAt: input.beginsAt,
      publishedAt: input.publishedAt,
      readAnewAt: readAnew.map(({ at }) => at),
      switchedAt: readAnew.filter(({ isSwitch }) => isSwitch).map(({ at }) => at),
    },
  };
  return [
    ...toCreatedRows(facts),
    ...missing.map((spell) => toRow("missing", "Leap no longer knows it", spell, { is_missing: true })),
    ...toArchivedRows(facts),
    ...toReferenceRows(facts),
    ...toEnrollmentRows(facts),
    ...toGroupRows(facts.assignments, facts.events, facts.bounds.switchedAt),
    ...toOverdueRows(facts),
  ].sort(compareRows);
}

/** A meter that was missing at a switch was read by the other version when it came back. */
function toOwnReadings(readAnew: readonly ReadAnew[], missing: readonly Spell<boolean>[]): ReadAnew[] {
  return readAnew
    .flatMap((reading) => {
      const away = missing.find(
        ({ from, to }) => (from ?? "") <= reading.at && (to === null || reading.at < to),
      );
      if (!reading.isSwitch || away === undefined) return [reading];
      return away.to === null ? [] : [{ ...reading, at: away.to }];
    })
    .sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}

function toMissingSpells({ meter, events, beginsAt, publishedAt }: TimeLineFacts): Spell<boolean>[] {
  const isMissing = (side: unknown) => toObject(side).is_missing === true;
  const told = toToldFlag(events, ["meter.missing", "meter.reappeared"], isMissing);
  const bounds = { beginsAt, publishedAt, readAnewAt: [], switchedAt: [] };
  return toSpells(told, { value: meter.is_missing }, bounds).filter(({ value }) => value);
}

function toCreatedRows({ events }: Facts): TimeLineRow[] {
  return events
    .filter(({ type }) => type === "meter.created")
    .map(({ at, sequence, data }) => {
      const { transmission_region: region, meter_type: type, added_at: added } = toObject(data.after);
      const words = `new meter in ${toText(region) ?? "an unknown region"}`;
      return toRow("created", words, toPoint(at, sequence), {
        transmission_region: toText(region),
        meter_type: toText(type),
        added_at: toText(added),
      });
    });
}

/** Shows while it is so. */
function toArchivedRows({ meter, events, bounds }: Facts): TimeLineRow[] {
  const isArchived = (side: unknown) => toObject(side).is_archived === true;
  const told = toToldFlag(events, ["meter.archived", "meter.restored"], isArchived);
  return toSpells(told, { value: meter.is_archived }, bounds)
    .filter(({ value }) => value)
    .map((spell) => toRow("archived", "archived", spell, { is_archived: true }));
}

function toToldFlag(
  events: readonly TimeLineEvent[],
  types: readonly [string, string],
  isSet: (side: unknown) => boolean,
) {
  const [set] = types;
  const alike = events.map((event) => (types.includes(event.type) ? { ...event, type: set } : event));
  return toTold(alike, set, isSet, isSet);
}

function toReferenceRows({ meter, events, bounds }: Facts): TimeLineRow[] {
  const told = toTold(events, "meter.partner-reference.updated", toText, (created) =>
    toText(created.partner_reference),
  );
  // Both versions of the API spell it alike. That there is none is worth a row only where there was one.
  return toSpells(told, { value: meter.partner_reference }, { ...bounds, switchedAt: [] })
    .filter((spell, place) => spell.value !== null || place > 0)
    .map((spell) => toRow("reference", spell.value ?? "none", spell, { partner_reference: spell.value }));
}

function toOverdueRows({ events }: Facts): TimeLineRow[] {
  return events
    .filter(({ type }) => type === "group.remap.overdue")
    .map(({ at, sequence, data }) =>
      toRow("overdue", describeOverdue(data), toPoint(at, sequence), {
        remap_event_id: data.remap_event_id ?? null,
        remap_sequence: data.remap_sequence ?? null,
        state: data.state ?? null,
        due_at: data.due_at ?? null,
      }),
    );
}

function describeOverdue({
  state,
  effective_from: from,
  due_at: dueAt,
  remap_sequence: remap,
}: Data): string {
  const said = state === "rejected" ? "rejected" : "not reported as applied";
  return `remap ${Number(remap)} from ${String(from)} ${said}, due ${String(dueAt)}`;
}

function toPoint(at: string, sequence: number) {
  return { from: at, to: null, sequence };
}
