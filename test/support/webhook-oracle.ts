import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import type { Finding } from "../../src/reconciliation/index.ts";
import type { CapturedWebhook, WebhookTruth } from "../../src/simulator/index.ts";
import { readChanges, type Told } from "./views.ts";

/**
 * What a reconciliation must say, told from the truth: what happened at Leap and when, what the receiver
 * got of it and when, and what change events say, by the public views alone.
 */
export function openWebhookOracle(
  database: Database,
  truths: readonly WebhookTruth[],
  captured: readonly CapturedWebhook[],
) {
  const arrivals = new Map<string, number[]>();
  for (const { receivedAtMs, body } of captured) {
    const id = body.webhook_event_id;
    arrivals.set(id, [...(arrivals.get(id) ?? []), receivedAtMs]);
  }
  const firstOf = ({ eventId }: WebhookTruth) => {
    const times = arrivals.get(eventId);
    return times === undefined ? undefined : Math.min(...times);
  };
  const stories = toStories(database, truths);
  const ids = (chosen: readonly WebhookTruth[]) => chosen.map(({ eventId }) => eventId).sort();
  const byId = new Map(truths.map((truth) => [truth.eventId, truth]));
  const mayBeLate = (eventId: string) =>
    stories.some(
      (story) => isUntold(story, firstOf) && story.echoes.some((echo) => echo.eventId === eventId),
    );
  return {
    isOfMeter: (type: string) => type !== groupType,
    /** Changes, by type and sequence, of which nothing arrived, though something was sent. */
    untold: () => toNames(stories.filter((story) => isUntold(story, firstOf))),
    /** Those of which no other webhook came soon that could be taken for theirs. */
    plainlyUntold: () =>
      toNames(
        stories.filter((story) => {
          const { type, subject, fromMs, toldMs } = story;
          if (type === groupType) {
            const near = truths.filter((truth) => truth.subject === subject).map(firstOf);
            const isNear = (atMs = 0) => atMs > fromMs - 600_000 && atMs < toldMs + 8 * 3_600_000 + 600_000;
            if (near.some(isNear)) return false;
          }
          const isSoonAfter = (atMs = 0) => atMs > toldMs && atMs < toldMs + 25 * 3_600_000;
          const others = truths.filter((truth) => truth.subject === subject && truth.type === type);
          return isUntold(story, firstOf) && !others.map(firstOf).some(isSoonAfter);
        }),
      ),
    doubled: () => ids(truths.filter(({ eventId }) => (arrivals.get(eventId)?.length ?? 0) > 1)),
    /** Those that came after their change was told, where no other webhook of it was there by then. */
    late: () =>
      ids(
        stories.flatMap(({ type, causes, toldMs }) => {
          if (type === groupType) return [];
          const came = causes.filter((cause) => firstOf(cause) !== undefined);
          if (came.some((cause) => (firstOf(cause) ?? 0) <= toldMs)) return [];
          return came.toSorted((a, b) => (firstOf(a) ?? 0) - (firstOf(b) ?? 0)).slice(-1);
        }),
      ),
    /** One that says once more what a change told, whose own webhook never came, may be taken for it. */
    mayBeLate,
    /** Those of one meter and type that came after what happened later. */
    outOfOrder: () =>
      ids(truths.filter((truth) => isOvertaken(truth, truths.filter(isOtherThan(truth)), firstOf))),
    /** Also where a later one of the same is lost: then an earlier one that came stands for it. */
    mayBeOutOfOrder: (eventId: string) => {
      const truth = byId.get(eventId);
      if (truth === undefined) return false;
      if (isOvertaken(truth, truths, firstOf)) return true;
      const { subject, type, occurredAtMs } = truth;
      return truths.some(
        (other) =>
          other.subject === subject &&
          other.type === type &&
          other.occurredAtMs > occurredAtMs &&
          firstOf(other) === undefined,
      );
    },
    isOrdered: (type: string) => orderedTypes.includes(type),
    /** A pair is of one meter, type and value, and its bounds hold the truth. */
    checkPair: (finding: Finding) => {
      if (finding.about !== "pair" || finding.type === groupType) return;
      const truth = byId.get(finding.webhook_event_id ?? "");
      expect(truth).toMatchObject({ subject: finding.subject, type: finding.type });
      if (truth === undefined || finding.late_by_at_most_seconds === null) return;
      if (finding.flags.includes("late") && mayBeLate(truth.eventId)) return;
      const lateness = ((firstOf(truth) ?? 0) - truth.occurredAtMs) / 1000;
      expect(finding.late_by_at_least_seconds).toBeLessThanOrEqual(lateness);
      expect(finding.late_by_at_most_seconds).toBeGreaterThanOrEqual(lateness);
    },
  };
}

const groupType = "meter.enrollment.group.updated";
/** A preference may be set before it begins, and lists of a group stand beside each other. */
const orderedTypes = ["meter.enrollment.global-status.updated", "meter.enrollment.required-actions.updated"];

type ToFirst = (truth: WebhookTruth) => number | undefined;

function toNames(stories: readonly Story[]): readonly string[] {
  return stories.map(({ sequence, type }) => `${type} ${sequence}`).sort();
}

function isUntold({ isSet, causes }: Story, firstOf: ToFirst): boolean {
  return isSet && causes.length > 0 && causes.every((cause) => firstOf(cause) === undefined);
}

/** A change as told, with what happened that it tells the end of. */
type Story = {
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
  readonly fromMs: number;
  readonly toldMs: number;
  /** Of a group: whether dates published before became otherwise, and not new ones alone. */
  readonly isSet: boolean;
  readonly causes: readonly WebhookTruth[];
  /** What happened after it was told, and says the same. */
  readonly echoes: readonly WebhookTruth[];
};

function toStories(database: Database, truths: readonly WebhookTruth[]): readonly Story[] {
  const runs = database
    .prepare("SELECT run_id, mode, published_at FROM snapshot_runs WHERE status = 'published'")
    .all()
    .map((row) => ({ ...row, atMs: Date.parse(String(row.published_at)) }));
  const sweeps = runs.filter((run) => (run as { mode?: unknown }).mode === "sweep").map(({ atMs }) => atMs);
  const truthsOf = Map.groupBy(truths, ({ subject, type }) => `${subject} ${type}`);
  const lastTold = new Map<string, number>();
  const stories = new Map<string, Story>();
  const changes = readChanges(database);
  const revised = new Set(changes.flatMap(toRevised));
  for (const told of changes) {
    const key = `${told.subject} ${told.type}`;
    const toldMs = Date.parse((told.event as unknown as { time: string }).time);
    const story = stories.get(`${key} ${toldMs}`);
    // Of a group, a publication may tell several spans of dates.
    const fromMs =
      story === undefined
        ? Math.max(lastTold.get(key) ?? 0, ...sweeps.filter((atMs) => atMs < toldMs))
        : (lastTold.get(`${key} before`) ?? 0);
    if (story === undefined) {
      lastTold.set(`${key} before`, fromMs);
      lastTold.set(key, toldMs);
    }
    const causes = (truthsOf.get(key) ?? []).filter(
      (truth) => truth.occurredAtMs > fromMs && truth.occurredAtMs <= toldMs && isSame(told, truth),
    );
    const known = story?.causes ?? [];
    const echoes = (truthsOf.get(key) ?? []).filter(
      (truth) => truth.occurredAtMs > toldMs && isSame(told, truth),
    );
    stories.set(`${key} ${toldMs}`, {
      type: told.type,
      subject: told.subject,
      fromMs,
      sequence: story?.sequence ?? told.sequence,
      toldMs,
      isSet: story?.isSet === true || isSet(told, revised),
      causes: [...known, ...causes.filter((cause) => !known.includes(cause))],
      echoes: [...(story?.echoes ?? []), ...echoes],
    });
  }
  return [...stories.values()];
}

/** Run, group and meter of a remap on dates published before. */
function toRevised({ type, subject, run_id: run, event: { data } }: Told): readonly string[] {
  if (type !== "meter.group.remapped" || data.basis !== "revised" || data.reason === "missing") return [];
  const groups: readonly string[] = [...data.from_market_group_ids, ...data.to_market_group_ids];
  return groups.map((group) => `${run} ${group} ${subject}`);
}

function isSet({ type, subject, run_id: run, event: { data } }: Told, revised: ReadonlySet<string>): boolean {
  if (type !== groupType) return true;
  const moved: readonly string[] = [...data.added_meter_ids, ...data.removed_meter_ids];
  return moved.some((meter) => revised.has(`${run} ${subject} ${meter}`));
}

// biome-ignore lint/suspicious/noExplicitAny: payloads are known by their type only
type Payload = any;

function isSame({ type, event: { data } }: Told, { payload }: { readonly payload: Payload }): boolean {
  if (type === "meter.created") return true;
  if (type === "meter.enrollment.global-status.updated") {
    return data.after.status === payload.global_enrollment_status;
  }
  if (type === "meter.enrollment.participation-status.updated") {
    const isNamed = data.after?.preference === payload.participation_preference;
    return isNamed && Date.parse(data.after.start) === Date.parse(payload.start_time);
  }
  if (type === "meter.enrollment.required-actions.updated") {
    const own = data.outstanding.filter((action: Payload) => action.party === "partner");
    return toCodes(own) === toCodes(payload.required_actions.partner);
  }
  const [first, last] = [data.effective_from, data.effective_to ?? "9999"];
  const toDay = (text: string) => (text > "2098" ? "9999" : text.slice(0, 10));
  return toDay(payload.start_date_time) <= last && toDay(payload.end_date_time) >= first;
}

/** What is to be done, each once: of one that Leap lists with several deadlines the earliest counts. */
function toCodes(actions: readonly Payload[]): string {
  const deadlines = new Map<string, number>();
  for (const action of actions) {
    const { delivery_period: period, program, program_identifier, type, action_type } = action;
    const named = [
      program ?? program_identifier,
      period,
      type ?? action_type,
      action.code ?? action.action_code,
    ];
    const key = JSON.stringify(named);
    const atMs = Date.parse(action.deadline ?? action.enrollment_deadline_date_time ?? "");
    const known = deadlines.get(key) ?? Number.POSITIVE_INFINITY;
    deadlines.set(key, Math.min(known, Number.isNaN(atMs) ? Number.POSITIVE_INFINITY : atMs));
  }
  return JSON.stringify([...deadlines].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Two lists of actions may differ in what is listed twice alone: they say the same. */
function isOtherThan({ payload }: { readonly payload: Payload }) {
  const listOf = ({ required_actions: actions }: Payload) => toCodes(actions.partner);
  return (other: { readonly payload: Payload }) =>
    payload.required_actions === undefined ||
    other.payload.required_actions === undefined ||
    listOf(payload) !== listOf(other.payload);
}

function isOvertaken(truth: WebhookTruth, truths: readonly WebhookTruth[], firstOf: ToFirst): boolean {
  const came = firstOf(truth);
  if (came === undefined) return false;
  return truths.some(
    (other) =>
      other.subject === truth.subject &&
      other.type === truth.type &&
      other.occurredAtMs > truth.occurredAtMs &&
      (firstOf(other) ?? Number.POSITIVE_INFINITY) < came,
  );
}
