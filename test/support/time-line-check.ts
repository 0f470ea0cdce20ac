import { expect } from "vitest";
import type { TimeLine, TimeLineRow } from "../../src/reader/index.ts";
import type { Window } from "./time-line-portfolio.ts";

/** What the views showed of one meter when something was published, and what Leap had said of it. */
export type Face = {
  readonly status: string | null;
  readonly isDispatchable: boolean;
  readonly reference: string | null;
  readonly isArchived: boolean;
  readonly isMissing: boolean;
  readonly preference: string | null;
  /** As JSON: party, program, period, type, code, deadline. */
  readonly actions: readonly string[];
  /** By program and period; null where this version of the API says nothing of them. */
  readonly programs: ReadonlyMap<string, string> | null;
  /** The preference in force with its window; null where it stood still or none was. */
  readonly window: Window | null;
  /** Read by v1, and later by v2: what never changed until then need not be told. */
  readonly isSparse: boolean;
};

export type Shown = {
  readonly at: string;
  readonly faces: ReadonlyMap<string, Face>;
  /** As JSON: meter, program, group, first date, last date. */
  readonly history: readonly string[];
};

/** Holds what a time line says of an instant against what was shown then. */
export function inspectInstant(
  where: string,
  then: Shown | undefined,
  id: string,
  { rows }: TimeLine,
  at: string,
  shown: readonly Shown[],
): void {
  const known = rows.filter(
    ({ known_from: from, known_to: to }) => (from === null || from <= at) && (to === null || at < to),
  );
  const of = (what: TimeLineRow["what"]) => known.filter((row) => row.what === what);
  const face = then?.faces.get(id);
  if (face === undefined) {
    expect(known, `${where}: before it was known`).toEqual([]);
    return;
  }
  const own = of("status").map(({ data }) => data);
  if (own.length > 0 || !face.isSparse)
    expect(own, `${where}: status`).toEqual([{ status: face.status, dispatchable: face.isDispatchable }]);
  const references = of("reference").map(({ data }) => data.partner_reference);
  expect([references.length <= 1, references[0] ?? null], `${where}: reference`).toEqual([
    true,
    face.reference,
  ]);
  expect(of("missing").length, `${where}: missing`).toBe(face.isMissing ? 1 : 0);
  if (of("archived").length > 0 || !face.isSparse)
    expect(of("archived").length, `${where}: archived`).toBe(face.isArchived ? 1 : 0);
  const actions = of("action").map(({ data }) => toAction(data));
  const held = face.isSparse ? face.actions.filter((action) => actions.includes(action)) : face.actions;
  expect(actions.sort(), `${where}: actions`).toEqual(held);
  inspectPreference(where, face, of("preference"));
  inspectPrograms(where, face, of("program status"), id, shown);
  inspectAssignments(where, then!, id, of("assignment"));
  inspectUnassigned(where, then!, id, of("unassigned"));
}

/** What was known before all is told has no beginning that is told, but for what an event says of it. */
export function inspectBeginning(where: string, { rows, begins_at: beginsAt }: TimeLine): void {
  const untold = rows.filter(({ what, sequence }) => sequence === null && what !== "assignment");
  for (const { known_from: from } of untold)
    expect(from === null ? beginsAt : from >= (beginsAt ?? ""), `${where}: begins untold`).toBeTruthy();
}

function inspectPreference(where: string, face: Face, rows: readonly TimeLineRow[]): void {
  const [row] = rows;
  if (row === undefined && face.isSparse) return;
  expect([rows.length <= 1, row?.data.preference ?? null], `${where}: preference`).toEqual([
    true,
    face.preference,
  ]);
  if (row === undefined || row.sequence === null || face.window === null) return;
  const { start, end } = face.window;
  expect([row.data.start, row.data.end], `${where}: its window`).toEqual([start, end]);
  const own = start === null && end === null ? [row.known_from, row.known_to] : [start, end];
  expect([row.effective_from, row.effective_to], `${where}: its times`).toEqual(own);
}

/** What is told of programs must be so; and what ever changed must be told. */
function inspectPrograms(
  where: string,
  face: Face,
  rows: readonly TimeLineRow[],
  id: string,
  shown: readonly Shown[],
): void {
  const toKey = ({ data }: TimeLineRow) => JSON.stringify([data.program, data.delivery_period]);
  const told = new Map(rows.map((row) => [toKey(row), JSON.stringify(row.data.statuses)]));
  expect(told.size, `${where}: programs told once`).toBe(rows.length);
  const programs = face.programs ?? new Map<string, string>();
  for (const [key, statuses] of told) expect(statuses, `${where}: ${key}`).toBe(programs.get(key));
  if (!where.includes('"isPruned"') && !where.includes('"eventCountMax"')) {
    const ever = shown.flatMap((one) => one.faces.get(id)?.programs ?? []);
    for (const [key, statuses] of programs) {
      if (new Set(ever.map((one) => one.get(key))).size > 1)
        expect(told.get(key), `${where}: ${key}, which changes`).toBe(statuses);
    }
  }
}

function inspectAssignments(where: string, then: Shown, id: string, rows: readonly TimeLineRow[]): void {
  const told = rows.map(({ data, effective_from: from, effective_to: to }) =>
    JSON.stringify([id, data.program ?? "", data.market_group_id, from, to]),
  );
  const held = then.history.filter((text) => JSON.parse(text)[0] === id);
  expect(told.sort(), `${where}: assignments`).toEqual(held);
}

/** It is in no group on days on which it is in none; one version of the API names no programs. */
function inspectUnassigned(where: string, then: Shown, id: string, rows: readonly TimeLineRow[]): void {
  const held = then.history
    .map((text) => JSON.parse(text) as [string, string, string, string, string | null])
    .filter(([meterId]) => meterId === id);
  for (const { data, effective_from: from, effective_to: to, sequence } of rows) {
    const program = data.program ?? "";
    const against = held.filter(
      ([, own, , first, last]) =>
        (own === program || own === "" || program === "") &&
        first <= (to ?? "9999") &&
        (from ?? "") <= (last ?? "9999"),
    );
    expect(against, `${where}: unassigned from ${from} to ${to} by event ${sequence}`).toEqual([]);
  }
}

export function toAction(action: Readonly<Record<string, unknown>>): string {
  const { party, program, delivery_period: period, type, code, deadline } = action;
  return JSON.stringify([party, program, period, type, code, deadline]);
}
