import type { Told } from "./time-line-spells.ts";

/** A change event about a meter, and when it was published. */
export type TimeLineEvent = {
  readonly sequence: number;
  readonly type: string;
  readonly at: string;
  readonly data: Data;
};
export type Data = Readonly<Record<string, unknown>>;

export type StatusFacts = { readonly status: string | null; readonly dispatchable: boolean };

export type PreferenceFacts = {
  readonly preference: string;
  /** The window in force, as instants; `null` where it has no such end, or is not known. */
  readonly start: string | null;
  readonly end: string | null;
};

export type ActionFacts = {
  readonly party: string | null;
  readonly program: string | null;
  readonly delivery_period: string | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly deadline: string | null;
};

type ProgramFacts = { readonly program: string; readonly delivery_period: string | null };
export type ProgramStatusFacts = ProgramFacts & { readonly statuses: readonly string[] };

/** What events of one type, and the one of its creation, say of one value of the meter. */
export function toTold<V>(
  events: readonly TimeLineEvent[],
  type: string,
  toValue: (side: unknown) => V,
  toCreatedValue: (created: Data) => V,
): Told<V>[] {
  return events.flatMap(({ at, sequence, type: told, data }): Told<V>[] => {
    if (told === "meter.created") return [{ at, sequence, after: toCreatedValue(toObject(data.after)) }];
    if (told !== type) return [];
    return [{ at, sequence, before: toValue(data.before), after: toValue(data.after) }];
  });
}

export function toStatus(side: unknown): StatusFacts {
  const { status, dispatchable } = toObject(side);
  return { status: toText(status), dispatchable: dispatchable === true };
}

export function toPreference(side: unknown): PreferenceFacts | null {
  const { preference, start, end } = toObject(side);
  if (typeof preference !== "string") return null;
  return { preference, start: toText(start), end: toText(end) };
}

export type Actions = ReadonlyMap<string, ActionFacts>;

/** By what makes an action the same one: its deadline may move, and its description is not part of it. */
export function toActions(list: unknown): Actions {
  return new Map(
    toList(list).map((item) => {
      const row = toObject(item);
      const party = toText(row.party);
      const program = toText(row.program);
      const delivery_period = toText(row.delivery_period);
      const type = toText(row.type);
      const code = toText(row.code);
      const key = JSON.stringify([party, program, delivery_period, type, code]);
      return [key, { party, program, delivery_period, type, code, deadline: toText(row.deadline) }];
    }),
  );
}

/** All actions before and after each event about them. */
export function toActionsTold(events: readonly TimeLineEvent[]): Told<Actions>[] {
  return events.flatMap(({ at, sequence, type, data }): Told<Actions>[] => {
    if (type === "meter.created") {
      return [{ at, sequence, after: toActions(toObject(data.after).required_actions) }];
    }
    if (type !== "meter.enrollment.required-actions.updated") return [];
    const after = toActions(data.outstanding);
    const before = new Map([...after, ...toActions(data.resolved)]);
    for (const key of toActions(data.added).keys()) before.delete(key);
    const moved = toList(data.changed).map(toObject);
    for (const [key, action] of toActions(moved.map((row) => ({ ...row, deadline: row.previous_deadline }))))
      before.set(key, action);
    return [{ at, sequence, before, after }];
  });
}

/** The statuses of each program and delivery period of which an event told. */
export function toProgramStatusesTold(
  events: readonly TimeLineEvent[],
): (ProgramFacts & { readonly told: readonly Told<readonly string[]>[] })[] {
  const byProgram = new Map<string, ProgramFacts & { readonly told: Told<readonly string[]>[] }>();
  const add = (row: Data, told: Told<readonly string[]>) => {
    const facts = { program: String(row.program), delivery_period: toText(row.delivery_period) };
    const key = JSON.stringify([facts.program, facts.delivery_period]);
    const known = byProgram.get(key) ?? { ...facts, told: [] };
    known.told.push(told);
    byProgram.set(key, known);
  };
  for (const { at, sequence, type, data } of events) {
    if (type === "meter.created") {
      for (const row of toList(toObject(data.after).program_statuses).map(toObject))
        add(row, { at, sequence, after: toTexts(row.statuses) });
    }
    if (type !== "meter.enrollment.program-status.updated") continue;
    for (const row of toList(data.changes).map(toObject))
      add(row, { at, sequence, before: toTexts(row.before), after: toTexts(row.after) });
  }
  return [...byProgram.values()];
}

export function toObject(value: unknown): Data {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Data) : {};
}

export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function toText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function toTexts(value: unknown): readonly string[] {
  return toList(value).map(String);
}
