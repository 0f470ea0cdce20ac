import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { type Consumer, openGroupConsumer, openRemapConsumer } from "./consumer.ts";
import { openMeterConsumer } from "./meter-consumer.ts";
import type { Expected } from "./oracle.ts";
import {
  lastSequence,
  readEvents,
  readFaces,
  readGroups,
  readHistory,
  readMembers,
  readSnapshot,
  type Told,
} from "./views.ts";

/** Compares every publication of one database with what an oracle expects of it. */
export type Inspector = {
  readonly inspect: (where: string, report: RunReport, expected: Expected) => void;
  /** A run that did not publish tells of itself alone, and changes no view. */
  readonly inspectUnpublished: (where: string, types: readonly string[]) => void;
  /** Lets further consumers begin at this publication; across versions, those of groups alone can follow. */
  readonly beginConsumers: (which?: "all" | "of groups") => void;
  /** What earlier publications showed must be what is said now of what was known then (§8). */
  readonly inspectKnownAt: (where: string, publication: number) => void;
  readonly counts: () => {
    publications: number;
    events: number;
    applied: number;
    consumers: number;
    /** Events by type; remaps that lead to no group by their reason. */
    types: Readonly<Record<string, number>>;
  };
};

export function openInspector(database: Database): Inspector {
  const consumers: Consumer[] = [];
  const shown: { at: string; history: readonly string[] }[] = [];
  const ids = new Set(readEvents(database).map(({ id }) => id));
  let sequence = lastSequence(database);
  let events = 0;
  let views = readViews(database);
  const types: Record<string, number> = {};

  function read(where: string): Told[] {
    const told = readEvents(database, sequence);
    for (const { id } of told) expect(ids.has(id) || !ids.add(id), `${where}: an id twice`).toBe(false);
    events += told.length;
    for (const { type, event } of told) {
      const name = event.data.reason ? `${type} ${event.data.reason}` : type;
      types[name] = (types[name] ?? 0) + 1;
    }
    return told;
  }

  function inspect(where: string, report: RunReport, expected: Expected): void {
    const told = read(where);
    inspectStream(where, told, sequence, report);
    sequence = told.at(-1)?.sequence ?? sequence;
    expect(lastSequence(database), `${where}: last_sequence`).toBe(sequence);
    expectRemaps(toRemapRows(told), expected.remaps, `${where}: remaps`, report.is_released === true);
    expectRows(toGroupRows(told), expected.groupUpdates, `${where}: group updates`);
    const created = told.filter(({ type }) => type === "meter.created").map(({ subject }) => subject);
    expectRows(created.sort(), expected.created, `${where}: created`);
    // A test about groups alone knows nothing of what else its meters show.
    if (expected.faces.length > 0) {
      expectRows(toOwnRows(told), expected.own, `${where}: meters' own events`);
      expectRows(readFaces(database), expected.faces, `${where}: meters`);
    }
    expectRows(readMembers(database), expected.members, `${where}: members`);
    expectRows(readGroups(database), expected.groups, `${where}: groups`);
    expectRows(readHistory(database), expected.history, `${where}: history`);
    for (const consumer of consumers) consumer.follow(where);
    shown.push({ at: report.published_at!, history: expected.history });
    views = readViews(database);
  }

  function inspectUnpublished(where: string, types: readonly string[]): void {
    const told = read(where);
    expect(
      told.map(({ type }) => type),
      where,
    ).toEqual(types);
    sequence = told.at(-1)?.sequence ?? sequence;
    expect(readViews(database), `${where}: the snapshot stays as it was (I1)`).toEqual(views);
  }

  return {
    inspect,
    inspectUnpublished,
    beginConsumers: (which = "all") => {
      consumers.push(openGroupConsumer(database));
      if (which === "all") consumers.push(openRemapConsumer(database), openMeterConsumer(database));
    },
    inspectKnownAt(where, publication) {
      const one = shown[publication]!;
      // Of several publications as of one instant the last is what was known.
      const last = shown.findLast(({ at }) => at === one.at)!;
      expect(readHistory(database, one.at), `${where}: as known at ${one.at}`).toEqual(last.history);
    },
    counts: () => ({
      publications: shown.length,
      events,
      applied: consumers.reduce((sum, consumer) => sum + consumer.appliedCount(), 0),
      consumers: consumers.length,
      types,
    }),
  };
}

/** Sequences without gaps, ids never twice, one correlation id, `sync.published` at the end. */
function inspectStream(where: string, told: readonly Told[], after: number, report: RunReport): void {
  expect(
    told.map(({ sequence }) => sequence),
    `${where}: sequences`,
  ).toEqual(told.map((_, place) => after + 1 + place));
  for (const { sequence, id, event, run_id, type } of told) {
    expect([event.sequence, event.id, event.correlationid, event.type], where).toEqual([
      String(sequence).padStart(19, "0"),
      id,
      run_id,
      type,
    ]);
  }
  expect(told.at(-1)?.type, where).toBe("sync.published");
  expect(told.filter(({ type }) => type.startsWith("sync.")).length, where).toBe(1);
  expect(told.at(-1)?.run_id, where).toBe(report.run_id);
}

/** Lead times of what was released were rounded when it was planned, and once more when it was told. */
function expectRemaps(
  found: readonly string[],
  wanted: readonly string[],
  about: string,
  isReleased: boolean,
): void {
  if (!isReleased) {
    expectRows(found, wanted, about);
    return;
  }
  const toLeads = (rows: readonly string[]) =>
    rows.map((row) => {
      const cells = JSON.parse(row) as unknown[];
      return [JSON.stringify(cells.slice(0, -1)), Number(cells.at(-1))] as const;
    });
  const [has, wants] = [toLeads(found), toLeads(wanted)];
  const rows = (list: typeof has) => list.map(([row]) => row).sort();
  expectRows(rows(has), rows(wants), about);
  const leads = new Map(wants);
  for (const [row, lead] of has) expect(Math.abs(lead - leads.get(row)!), about).toBeLessThan(0.011);
}

/** Of thousands of rows only those that differ are worth reading. */
export function expectRows(found: readonly string[], wanted: readonly string[], about: string): void {
  const [isFound, isWanted] = [new Set(found), new Set(wanted)];
  const differing = [
    found.filter((row) => !isWanted.has(row)).slice(0, 20),
    wanted.filter((row) => !isFound.has(row)).slice(0, 20),
  ];
  expect(differing[0], about).toEqual(differing[1]);
  expect(found.length, about).toBe(wanted.length);
}

/** Per meter, the types of its events in order; remaps that follow each other count as one "remaps". */
export function toOwnRows(told: readonly Told[]): string[] {
  const types = new Map<string, string[]>();
  for (const { type, subject } of told) {
    if (!type.startsWith("meter.") || type === "meter.enrollment.group.updated") continue;
    const own = types.get(subject) ?? [];
    types.set(subject, own);
    const name = type === "meter.group.remapped" ? "remaps" : type;
    if (name !== "remaps" || own.at(-1) !== "remaps") own.push(name);
  }
  return [...types].map(([subject, own]) => JSON.stringify([subject, ...own])).sort();
}

function readViews(database: Database): string {
  return JSON.stringify(readSnapshot(database));
}

export function toRemapRows(told: readonly Told[]): string[] {
  return told
    .filter(({ type }) => type === "meter.group.remapped")
    .map(({ event: { data } }) =>
      JSON.stringify([
        data.meter_id,
        data.program ?? "",
        data.kind,
        data.basis,
        data.reason,
        data.from_market_group_ids,
        data.to_market_group_ids,
        data.effective_from,
        data.effective_to,
        data.lead_time_hours,
      ]),
    )
    .sort();
}

export function toGroupRows(told: readonly Told[]): string[] {
  return told
    .filter(({ type }) => type === "meter.enrollment.group.updated")
    .map(({ event: { data } }) =>
      JSON.stringify([
        data.market_group_id,
        data.effective_from,
        data.effective_to,
        data.added_meter_ids,
        data.removed_meter_ids,
        data.before.member_count,
        data.before.members_sha256,
        data.before.version,
        data.after.member_count,
        data.after.members_sha256,
        data.after.version,
      ]),
    )
    .sort();
}
