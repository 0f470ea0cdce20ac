import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import { addDays, datesFrom } from "./calendar.ts";
import { digestOf } from "./oracle-views.ts";
import { changeSteps, type Steps, stepAt } from "./steps.ts";
import { type HorizonView, readEvents, readHorizons, readMembers, type Told } from "./views.ts";

/** Someone outside who read the snapshot once and has lived on change events since (I13). */
export type Consumer = {
  /** Reads what was told since, applies it, and compares what is held with the snapshot. */
  readonly follow: (where: string) => void;
  /** How many events were applied. */
  readonly appliedCount: () => number;
};

type Row = readonly [date: string, group: string, program: string, meterId: string, region: string];

/** Views and highest sequence, in one transaction. */
function bootstrap(database: Database) {
  return database.connection.transaction(() => ({
    rows: readMembers(database).map((row) => JSON.parse(row) as Row),
    horizons: readHorizons(database),
    versions: new Map(
      database
        .prepare("SELECT DISTINCT market_group_id, version FROM snapshot_groups")
        .all()
        .map((row) => [String(row.market_group_id), Number(row.version)]),
    ),
    sequence: Number(database.prepare("SELECT last_sequence FROM snapshot_info").get()?.last_sequence),
  }))();
}

/** Holds groups, and applies group updates only. */
export function openGroupConsumer(database: Database): Consumer {
  const start = bootstrap(database);
  const groups = new Map<string, Steps<ReadonlySet<string>>>();
  for (const date of toDates(start.horizons)) {
    const present = new Map<string, Set<string>>();
    for (const [day, group, , meterId, region] of start.rows) {
      if (day !== toShown(start.horizons, region, date)) continue;
      present.set(group, (present.get(group) ?? new Set()).add(meterId));
    }
    for (const group of new Set(start.rows.map((row) => row[1]))) {
      const steps = groups.get(group) ?? [];
      steps.push({ from: date, value: present.get(group) ?? new Set() });
      groups.set(group, steps);
    }
  }
  // Before this date some region's members were not in the snapshot that was read.
  const checkedFrom = Object.values(start.horizons).reduce(
    (max, { first }) => (first > max ? first : max),
    "",
  );
  let { sequence } = start;
  let applied = 0;
  const { versions } = start;

  function apply({ event }: Told, where: string): void {
    const { data } = event;
    const group: string = data.market_group_id;
    const about = `${where}: update of ${group} from ${data.effective_from}, part ${data.part}/${data.parts}`;
    const steps = groups.get(group) ?? [];
    groups.set(group, steps);
    const known = versions.get(group);
    if (data.part === 1 && known !== undefined) expect(data.before.version, about).toBe(known);
    expect(data.after.version, about).toBe(data.before.version + 1);
    expect(data.added_meter_ids.length + data.removed_meter_ids.length, about).toBeLessThanOrEqual(5000);
    expect(data.added_meter_ids.length + data.removed_meter_ids.length, about).toBeGreaterThan(0);
    const assertHeld = (
      side: { member_count: number; members_sha256: string },
      held: ReadonlySet<string>,
    ) => {
      expect([held.size, digestOf(held)], about).toEqual([side.member_count, side.members_sha256]);
    };
    changeSteps<ReadonlySet<string>>(
      steps,
      data.effective_from,
      data.effective_to,
      (value, date) => {
        const held = new Set(value ?? []);
        if (data.part === 1 && date >= checkedFrom) assertHeld(data.before, held);
        for (const id of data.removed_meter_ids)
          expect(held.delete(id) || date < checkedFrom, about).toBe(true);
        for (const id of data.added_meter_ids) held.add(id);
        if (data.part === data.parts && date >= checkedFrom) assertHeld(data.after, held);
        return held;
      },
      new Set(),
    );
    if (data.part === data.parts) versions.set(group, data.after.version);
  }

  return {
    appliedCount: () => applied,
    follow(where) {
      for (const told of readEvents(database, sequence)) {
        sequence = told.sequence;
        if (told.type !== "meter.enrollment.group.updated") continue;
        apply(told, where);
        applied += 1;
      }
      const horizons = readHorizons(database);
      const regions = readRegions(database);
      const held: string[] = [];
      for (const [group, steps] of groups) {
        for (const date of toDates(horizons).slice(0, -1)) {
          for (const id of stepAt(steps, date) ?? []) {
            if (isShown(horizons, regions.get(id), date)) held.push(`${date} ${group} ${id}`);
          }
        }
      }
      const shown = readMembers(database).map((row) => JSON.parse(row) as Row);
      const rows = new Set(shown.map(([date, group, , meterId]) => `${date} ${group} ${meterId}`));
      expect(held.sort(), `${where}: what group updates alone lead to`).toEqual([...rows].sort());
      for (const row of database.prepare("SELECT * FROM snapshot_groups").all()) {
        const ids =
          stepAt(groups.get(String(row.market_group_id)) ?? [], String(row.trade_date)) ?? new Set();
        expect(
          [ids.size, digestOf(ids), versions.get(String(row.market_group_id)) ?? row.version],
          where,
        ).toEqual([row.member_count, row.members_sha256, row.version]);
      }
    },
  };
}

/** Holds every meter's groups by program, and applies remaps only. */
export function openRemapConsumer(database: Database): Consumer {
  const start = bootstrap(database);
  const held = new Map<string, Steps<string>>();
  const groups = new Map<string, string[]>();
  const toKey = (...parts: readonly string[]) => JSON.stringify(parts);
  for (const [date, group, program, meterId] of start.rows) {
    const key = toKey(meterId, program, date);
    groups.set(key, [...(groups.get(key) ?? []), group]);
  }
  for (const [day, , program, meterId, region] of start.rows) {
    const key = toKey(meterId, program);
    const { first, last } = start.horizons[region]!;
    expect(day <= last && day >= first).toBe(true);
    if (held.has(key)) continue;
    const on = (date: string) => groups.get(toKey(meterId, program, date)) ?? [];
    held.set(
      key,
      datesFrom(first, last).map((from) => ({ from, value: JSON.stringify([...on(from)].sort()) })),
    );
  }
  let { sequence } = start;
  let applied = 0;
  return {
    appliedCount: () => applied,
    follow(where) {
      for (const { sequence: next, type, event } of readEvents(database, sequence)) {
        sequence = next;
        if (type !== "meter.group.remapped") continue;
        applied += 1;
        const { data } = event;
        const key = JSON.stringify([data.meter_id, data.program ?? ""]);
        const steps = held.get(key) ?? [];
        held.set(key, steps);
        changeSteps(
          steps,
          data.effective_from,
          data.effective_to,
          (value, date) => {
            const about = `${where}: remap of ${key} from ${data.effective_from}, on ${date}`;
            expect(value ?? "[]", about).toBe(JSON.stringify(data.from_market_group_ids));
            return JSON.stringify(data.to_market_group_ids);
          },
          "[]",
        );
      }
      const horizons = readHorizons(database);
      const regions = readRegions(database);
      const rows: string[] = [];
      for (const [key, steps] of held) {
        const [meterId, program] = JSON.parse(key) as [string, string];
        const region = regions.get(meterId)!;
        for (const date of datesFrom(horizons[region]!.first, horizons[region]!.last)) {
          for (const group of JSON.parse(stepAt(steps, date) ?? "[]") as string[]) {
            rows.push(JSON.stringify([date, group, program, meterId, region]));
          }
        }
      }
      expect(rows.sort(), `${where}: what remaps alone lead to`).toEqual(readMembers(database));
    },
  };
}

function readRegions(database: Database): Map<string, string> {
  const rows = database.prepare("SELECT meter_id, transmission_region FROM snapshot_meters").all();
  return new Map(rows.map((row) => [String(row.meter_id), String(row.transmission_region)]));
}

/** Every date any region shows, and the day after, which stands for all that follow. */
function toDates(horizons: HorizonView): string[] {
  const spans = Object.values(horizons);
  const first = spans.map((span) => span.first).sort()[0];
  const last = spans
    .map((span) => span.last)
    .sort()
    .at(-1);
  return first === undefined || last === undefined ? [] : datesFrom(first, addDays(last, 1));
}

/** The day of a region's views that tells of this date: after the last, that one's value holds. */
function toShown(horizons: HorizonView, region: string, date: string): string {
  const { last } = horizons[region]!;
  return date > last ? last : date;
}

function isShown(horizons: HorizonView, region: string | undefined, date: string): boolean {
  const span = region === undefined ? undefined : horizons[region];
  return span !== undefined && span.first <= date && date <= span.last;
}
