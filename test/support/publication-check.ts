import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import type { RunReport } from "../../src/sync/index.ts";
import { type Consumer, openGroupConsumer, openRemapConsumer } from "./consumer.ts";
import type { Expected } from "./oracle.ts";
import { lastSequence, readEvents, readGroups, readHistory, readMembers, type Told } from "./views.ts";

/** Compares every publication of one database with what an oracle expects of it. */
export type Inspector = {
  readonly inspect: (where: string, report: RunReport, expected: Expected) => void;
  /** Lets further consumers begin at this publication. */
  readonly beginConsumers: () => void;
  /** What earlier publications showed must be what is said now of what was known then (§8). */
  readonly inspectKnownAt: (where: string, publication: number) => void;
  readonly counts: () => { publications: number; events: number; applied: number; consumers: number };
};

export function openInspector(database: Database): Inspector {
  const consumers: Consumer[] = [];
  const shown: { at: string; history: readonly string[] }[] = [];
  let sequence = lastSequence(database);
  let events = 0;

  function inspect(where: string, report: RunReport, expected: Expected): void {
    const told = readEvents(database, sequence);
    inspectStream(where, told, sequence, report);
    sequence = told.at(-1)?.sequence ?? sequence;
    events += told.length;
    expect(lastSequence(database), `${where}: last_sequence`).toBe(sequence);
    expect(toRemapRows(told), `${where}: remaps`).toEqual(expected.remaps);
    expect(toGroupRows(told), `${where}: group updates`).toEqual(expected.groupUpdates);
    const created = told.filter(({ type }) => type === "meter.created").map(({ subject }) => subject);
    expect(created.sort(), `${where}: created`).toEqual(expected.created);
    expect(readMembers(database), `${where}: members`).toEqual(expected.members);
    expect(readGroups(database), `${where}: groups`).toEqual(expected.groups);
    expect(readHistory(database), `${where}: history`).toEqual(expected.history);
    for (const consumer of consumers) consumer.follow(where);
    shown.push({ at: report.published_at!, history: expected.history });
  }

  return {
    inspect,
    beginConsumers: () => void consumers.push(openGroupConsumer(database), openRemapConsumer(database)),
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
