import type { Database } from "../database/index.ts";
import type { Change, ComparedType } from "./comparison.ts";
import { loadGroupChanges } from "./group-change-store.ts";
import type { Publication, Publications } from "./publication-store.ts";
import { type ToldAction, toActionsState, toMs, toNormalStatus, toPreferenceState } from "./states.ts";

/** One change event as it is kept. */
export type ToldEvent = {
  readonly sequence: number;
  readonly eventId: string;
  readonly type: string;
  readonly runId: string;
  readonly toldAtMs: number;
  readonly data: Readonly<Record<string, unknown>>;
};

/** What sweeps told of one meter or group that a webhook may have told, too. */
export type ToldChanges = {
  readonly changes: readonly Change[];
  /** From when until when Leap did not return it: sweeps in between say nothing of it. */
  readonly spells: readonly MissingSpell[];
};

export type MissingSpell = { readonly fromMs: number; readonly toMs: number };

/** The readings before a change: it was not so yet when they began. */
export type Bounds = Pick<Change, "earliestMs" | "readFromMs" | "toldAtMs">;

/** Whom anything was told of, by a sweep or by a webhook. */
export function* loadSubjects(database: Database): Generator<string> {
  const rows = database
    .prepare("SELECT subject FROM leap_webhook UNION SELECT subject FROM event ORDER BY 1")
    .iterate();
  for (const row of rows) yield String(row.subject);
}

export function loadChanges(database: Database, publications: Publications, subject: string): ToldChanges {
  const events = [...loadToldEvents(database, subject)];
  const spells = toSpells(events);
  const lastOf = new Map<string, string>();
  const toBounds = (event: ToldEvent): Bounds => {
    const before = lastOf.get(event.type) ?? null;
    lastOf.set(event.type, event.runId);
    return findBounds(publications, spells, event, before);
  };
  const groups = events.filter(({ type }) => type === "meter.enrollment.group.updated");
  return {
    changes: [
      ...events.flatMap((event) => {
        const said = toMeterChange(event);
        return said === null ? [] : [toChange(event, said, toBounds(event))];
      }),
      ...loadGroupChanges(database, subject, groups, toBounds),
    ],
    spells,
  };
}

function* loadToldEvents(database: Database, subject: string): Generator<ToldEvent> {
  const rows = database
    .prepare(
      `SELECT sequence, id, type, time_ms, run_id, event FROM event WHERE subject = ?
         AND type IN ('meter.created', 'meter.enrollment.global-status.updated', 'meter.missing',
           'meter.enrollment.participation-status.updated', 'meter.enrollment.required-actions.updated',
           'meter.enrollment.group.updated', 'meter.reappeared') ORDER BY sequence`,
    )
    .iterate(subject);
  for (const row of rows) {
    const { data } = JSON.parse(String(row.event)) as Pick<ToldEvent, "data">;
    yield {
      sequence: Number(row.sequence),
      eventId: String(row.id),
      type: String(row.type),
      runId: String(row.run_id),
      toldAtMs: Number(row.time_ms),
      data,
    };
  }
}

function toSpells(events: readonly ToldEvent[]): readonly MissingSpell[] {
  const spells: MissingSpell[] = [];
  for (const { type, toldAtMs } of events) {
    if (type === "meter.missing") spells.push({ fromMs: toldAtMs, toMs: Number.POSITIVE_INFINITY });
    const open = spells.at(-1);
    if (type === "meter.reappeared" && open !== undefined) {
      spells[spells.length - 1] = { ...open, toMs: toldAtMs };
    }
  }
  return spells;
}

export function isSeen({ publishedMs }: Publication, spells: readonly MissingSpell[]): boolean {
  return !spells.some(({ fromMs, toMs: untilMs }) => publishedMs >= fromMs && publishedMs < untilMs);
}

/** The last complete reading before it, or the one that told of the change before, whichever is later. */
function findBounds(
  { byRun, sweeps }: Publications,
  spells: readonly MissingSpell[],
  { type, runId, toldAtMs: eventMs }: ToldEvent,
  runBefore: string | null,
): Bounds {
  const own = byRun.get(runId);
  const toldAtMs = own?.publishedMs ?? eventMs;
  const last = sweeps.findLast(
    (each) => each.publishedMs < toldAtMs && each.runId !== runId && isSeen(each, spells),
  );
  const before = runBefore === null ? undefined : byRun.get(runBefore);
  // What it told of a group it told of those members that it read.
  const isTelling = before !== undefined && !(before.isPartial && type === "meter.enrollment.group.updated");
  const starts = [last?.startMs, isTelling ? before.startMs : undefined].filter((each) => each !== undefined);
  const earliestMs = starts.length === 0 ? null : Math.max(...starts);
  return { earliestMs, readFromMs: own?.startMs ?? toldAtMs, toldAtMs };
}

/** What a meter's change says, and whether Leap's webhook must have said it before. */
type Said = {
  readonly before: string;
  readonly after: string;
  readonly toExpectation: (bounds: Bounds) => Change["expectation"];
};

const always = (): Change["expectation"] => "webhook";

function toChange(event: ToldEvent, { before, after, toExpectation }: Said, bounds: Bounds): Change {
  const { sequence, eventId, type } = event;
  const expectation = toExpectation(bounds);
  return { type: type as ComparedType, sequence, eventId, ...bounds, expectation, before, after, spans: [] };
}

type ToldPreference = {
  readonly preference: string;
  readonly start: string | null;
  readonly end: string | null;
};

/** `null` for what is not of a type that both tell, or is a group's. */
function toMeterChange({ type, data }: ToldEvent): Said | null {
  if (type === "meter.created") return { before: "absent", after: "present", toExpectation: always };
  if (type === "meter.enrollment.global-status.updated") {
    const { before, after } = data as Record<"before" | "after", { readonly status: string | null }>;
    const sides = { before: toNormalStatus(before.status), after: toNormalStatus(after.status) };
    return { ...sides, toExpectation: always };
  }
  if (type === "meter.enrollment.participation-status.updated") {
    return toPreferenceChange(data as Record<"before" | "after", ToldPreference | null>);
  }
  return type === "meter.enrollment.required-actions.updated" ? toActionsChange(data) : null;
}

/** One that began, or ended, between the two readings may have been set long before. */
function toPreferenceChange({ before, after }: Record<"before" | "after", ToldPreference | null>): Said {
  const toState = (side: ToldPreference | null) =>
    side === null ? "" : toPreferenceState(side.preference, toMs(side.start));
  const turns = [toMs(after?.start ?? null), toMs(before?.end ?? null)].filter((each) => each !== null);
  return {
    before: toState(before),
    after: toState(after),
    toExpectation: ({ earliestMs, toldAtMs }) =>
      turns.some((atMs) => atMs >= (earliestMs ?? atMs + 1) && atMs <= toldAtMs) ? "time" : "webhook",
  };
}

/** What changed on Leap's side alone has no webhook. */
function toActionsChange(data: ToldEvent["data"]): Said {
  const { added, changed, resolved, outstanding } = data as {
    readonly added: readonly ToldAction[];
    readonly changed: readonly (ToldAction & { readonly previous_deadline: string | null })[];
    readonly resolved: readonly ToldAction[];
    readonly outstanding: readonly ToldAction[];
  };
  const toKey = ({ party, program, delivery_period: period, type, code }: ToldAction) =>
    JSON.stringify([party, program, period, type, code]);
  const isNew = new Set(added.map(toKey));
  const previous = new Map(changed.map((each) => [toKey(each), each.previous_deadline]));
  const kept = outstanding
    .filter((each) => !isNew.has(toKey(each)))
    .map((each) => ({ ...each, deadline: previous.get(toKey(each)) ?? each.deadline }));
  const sides = { before: toActionsState([...kept, ...resolved]), after: toActionsState(outstanding) };
  return { ...sides, toExpectation: () => (sides.before === sides.after ? "none" : "webhook") };
}
