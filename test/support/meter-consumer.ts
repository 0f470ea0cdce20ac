import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import type { Portfolio } from "../../src/simulator/index.ts";
import type { Consumer } from "./consumer.ts";
import { readEvents } from "./views.ts";

type Held = {
  status: string | null;
  dispatchable: boolean;
  preference: string | null;
  reference: string | null;
  isArchived: boolean;
  isMissing: boolean;
  programs: Record<string, string>;
};

/** Holds what a meter's own events tell, and applies nothing else (I13). */
export function openMeterConsumer(database: Database): Consumer {
  const held = readMeters(database);
  let sequence = Number(database.prepare("SELECT last_sequence FROM snapshot_info").get()?.last_sequence);
  let applied = 0;
  return {
    appliedCount: () => applied,
    follow(where) {
      for (const { sequence: next, type, subject, event } of readEvents(database, sequence)) {
        sequence = next;
        if (!type.startsWith("meter.") || type.includes("group")) continue;
        applied += 1;
        const about = `${where}: ${type} of ${subject}`;
        const { data } = event;
        if (type === "meter.created") {
          expect(held.has(subject), about).toBe(false);
          held.set(subject, toCreated(data.after));
          continue;
        }
        const meter = held.get(subject)!;
        const told = toChange(type, data, meter);
        if (told === null) continue;
        const [before, after] = told;
        for (const [key, value] of Object.entries(before))
          expect(meter[key as keyof Held], about).toEqual(value);
        expect(before, about).not.toEqual(after);
        Object.assign(meter, after);
      }
      expect(toRows(held), `${where}: what meters' own events lead to`).toEqual(toRows(readMeters(database)));
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a consumer knows the data by its type only
function toChange(type: string, data: any, meter: Held): [Partial<Held>, Partial<Held>] | null {
  const { before, after } = data;
  switch (type) {
    case "meter.enrollment.global-status.updated":
      return [before, after];
    case "meter.enrollment.participation-status.updated":
      // The window may be another one while the word is the same.
      expect(before).not.toEqual(after);
      expect(meter.preference).toBe(before?.preference ?? null);
      meter.preference = after?.preference ?? null;
      return null;
    case "meter.partner-reference.updated":
      return [{ reference: before }, { reference: after }];
    case "meter.archived":
    case "meter.restored":
      return [{ isArchived: before.is_archived }, { isArchived: after.is_archived }];
    case "meter.missing":
    case "meter.reappeared":
      return [{ isMissing: before.is_missing }, { isMissing: after.is_missing }];
    case "meter.enrollment.program-status.updated": {
      const programs = { ...meter.programs };
      for (const change of data.changes) {
        const key = JSON.stringify([change.program, change.delivery_period]);
        expect(JSON.parse(programs[key] ?? "[]")).toEqual(change.before);
        if (change.after.length === 0) delete programs[key];
        else programs[key] = JSON.stringify(change.after);
      }
      return [{ programs: meter.programs }, { programs }];
    }
    default:
      return null;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a consumer knows the data by its type only
function toCreated(meter: any): Held {
  return {
    status: meter.enrollment_status,
    dispatchable: meter.dispatchable,
    preference: meter.participation_preference?.preference ?? null,
    reference: meter.partner_reference,
    isArchived: meter.is_archived,
    isMissing: false,
    programs: Object.fromEntries(
      // biome-ignore lint/suspicious/noExplicitAny: as above
      meter.program_statuses.map((row: any) => [
        JSON.stringify([row.program, row.delivery_period]),
        JSON.stringify(row.statuses),
      ]),
    ),
  };
}

function readMeters(database: Database): Map<string, Held> {
  const rows = database.prepare("SELECT * FROM snapshot_meters").all();
  return new Map(
    rows.map((row) => {
      const programs = new Map<string, Set<string>>();
      for (const one of JSON.parse(String(row.document)).program_enrollment ?? []) {
        const key = JSON.stringify([one.program_identifier ?? "unknown", one.delivery_period]);
        programs.set(key, (programs.get(key) ?? new Set()).add(one.enrollment_status));
      }
      const held: Held = {
        status: row.enrollment_status as string | null,
        dispatchable: row.dispatchable === 1,
        preference: row.participation_preference as string | null,
        reference: row.partner_reference as string | null,
        isArchived: row.is_archived === 1,
        isMissing: row.is_missing === 1,
        programs: Object.fromEntries(
          [...programs].map(([key, set]) => [key, JSON.stringify([...set].sort())]),
        ),
      };
      return [String(row.meter_id), held];
    }),
  );
}

function toRows(held: ReadonlyMap<string, Held>): string[] {
  return [...held]
    .map(([id, meter]) => JSON.stringify([id, { ...meter, programs: Object.entries(meter.programs).sort() }]))
    .sort();
}

/** `snapshot_meters` against the simulator's own truth. */
export function inspectMeters(database: Database, portfolio: Portfolio, nowMs: number, where: string): void {
  const expected = Array.from({ length: portfolio.meterCountAt(nowMs) }, (_, index) => {
    const truth = portfolio.truthOf(index, nowMs)!;
    return JSON.stringify([
      truth.meterId,
      truth.region,
      truth.status,
      truth.status === "ACTIVE" ? 1 : 0,
      truth.preference,
      truth.partnerReference,
      truth.isArchived ? 1 : 0,
      truth.requiredActions.partner.length > 0 ? 1 : 0,
      0,
    ]);
  });
  const rows = database
    .prepare(
      `SELECT meter_id, transmission_region, enrollment_status, dispatchable, participation_preference,
         partner_reference, is_archived, action_required, is_missing FROM snapshot_meters`,
    )
    .all();
  expect(rows.map((row) => JSON.stringify(Object.values(row))).sort(), `${where}: meters`).toEqual(
    expected.sort(),
  );
}
