import { describe, expect, test } from "vitest";
import {
  createPortfolio,
  type GroupPayload,
  type MeterTruth,
  type WebhookTruth,
  webhooksBetween,
} from "../../../src/simulator/index.ts";
import { wallClock } from "./reading.ts";

const dayMs = 86_400_000;
const fromMs = Date.parse("2026-10-14T06:00:00Z");
const toMs = Date.parse("2026-11-14T06:00:00Z");
const portfolio = createPortfolio({ seed: 8, meterCount: 60, startDate: "2026-10-13", newMetersPerDay: 1 });
const month = webhooksBetween(portfolio, fromMs, toMs);

const looks = new Map<number, readonly MeterTruth[]>();

/** Every meter that is there by then, in the order of their indexes. */
function lookAt(atMs: number): readonly MeterTruth[] {
  const known = looks.get(atMs);
  if (known !== undefined) return known;
  const indexes = Array.from({ length: portfolio.meterCountAt(atMs) }, (_, index) => index);
  const found = indexes.flatMap((index) => portfolio.truthOf(index, atMs) ?? []);
  looks.set(atMs, found);
  return found;
}

/** Every meter that is there at a look of every day, and as it is at the next one's. */
function* pairs(): Generator<readonly [lookMs: number, before: MeterTruth, after: MeterTruth]> {
  for (let lookMs = fromMs; lookMs < toMs; lookMs += dayMs) {
    for (const [index, before] of lookAt(lookMs).entries())
      yield [lookMs, before, lookAt(lookMs + dayMs)[index] ?? before];
  }
}

/** A group on some days: `group firstDate lastDate`. */
type Stay = string;

function truthAt(meterId: string, atMs: number): MeterTruth | undefined {
  return portfolio.truthOf(portfolio.indexOf(meterId) ?? -1, atMs);
}

function staysOf({ rows }: MeterTruth): ReadonlySet<Stay> {
  const grouped = rows.filter((row) => row.marketGroupId !== null);
  return new Set(grouped.map((row) => `${row.marketGroupId} ${row.firstDate} ${row.lastDate}`));
}

function stayOf(payload: GroupPayload, zone: string): Stay {
  const dateOf = (instant: string): string => {
    const [date = "", time = ""] = wallClock(zone, instant).split(" ");
    expect(time).toBe("00:00:00");
    return date;
  };
  const end =
    payload.end_date_time === "9000-12-31T23:59:59.999999999Z" ? null : dateOf(payload.end_date_time);
  return `${payload.market_group_id} ${dateOf(payload.start_date_time)} ${end}`;
}

function membersOf(stay: Stay, atMs: number): readonly string[] {
  const members = lookAt(atMs).filter((truth) => staysOf(truth).has(stay));
  return members.map(({ meterId }) => meterId).sort();
}

function zoneOf(group: string, atMs: number): string | undefined {
  const truths = [...lookAt(atMs), ...lookAt(atMs - 1)];
  return truths.find(({ rows }) => rows.some((row) => row.marketGroupId === group))?.zone;
}

function ofType(type: WebhookTruth["type"]): readonly WebhookTruth[] {
  const found = month.filter((truth) => truth.type === type);
  expect(found.length).toBeGreaterThan(5);
  return found;
}

const statusType = "meter.enrollment.global-status.updated";
const actionsType = "meter.enrollment.required-actions.updated";
const preferenceType = "meter.enrollment.participation-status.updated";
const groupType = "meter.enrollment.group.updated";

describe("what Leap's webhooks tell", () => {
  test("is the same for the same seed, in one piece or day by day, and in order of time", () => {
    const again = createPortfolio({ seed: 8, meterCount: 60, startDate: "2026-10-13", newMetersPerDay: 1 });
    const days: WebhookTruth[] = [];
    for (let dayFromMs = fromMs; dayFromMs < toMs; dayFromMs += dayMs)
      days.push(...webhooksBetween(again, dayFromMs, dayFromMs + dayMs));
    expect(days).toEqual(month);
    expect(new Set(month.map(({ eventId }) => eventId)).size).toBe(month.length);
    const instants = month.map(({ occurredAtMs }) => occurredAtMs);
    expect(instants).toEqual(instants.toSorted((left, right) => left - right));
    expect(instants.at(0)).toBeGreaterThan(fromMs);
    expect(instants.at(-1)).toBeLessThanOrEqual(toMs);
    const others = createPortfolio({ seed: 9, meterCount: 60, startDate: "2026-10-13", newMetersPerDay: 1 });
    const ids = new Set(month.map(({ eventId }) => eventId));
    const told = webhooksBetween(others, fromMs, toMs);
    expect(told.filter(({ eventId }) => ids.has(eventId))).toEqual([]);
  });

  test("an instant belongs to the time that ends with it, and not to the one that begins", () => {
    for (const { occurredAtMs } of month.slice(0, 12)) {
      const at = month.filter((truth) => truth.occurredAtMs === occurredAtMs);
      expect(webhooksBetween(portfolio, occurredAtMs - 1, occurredAtMs)).toEqual(at);
      const after = webhooksBetween(portfolio, occurredAtMs, occurredAtMs + 60_000);
      expect(after.filter((truth) => truth.occurredAtMs <= occurredAtMs)).toEqual([]);
    }
  });

  test("a meter is created at the instant it was added, and named as it is then", () => {
    const created = ofType("meter.created");
    const added = Array.from({ length: portfolio.meterCountAt(toMs) }, (_, index) => index)
      .slice(portfolio.meterCountAt(fromMs))
      .map((index) => portfolio.truthOf(index, toMs));
    expect(created.map(({ subject }) => subject)).toEqual(added.map((truth) => truth?.meterId));
    for (const [position, { occurredAtMs, subject, payload }] of created.entries()) {
      expect(occurredAtMs).toBe(Date.parse(added[position]?.addedAt ?? ""));
      expect(truthAt(subject, occurredAtMs - 1)).toBeUndefined();
      const truth = truthAt(subject, occurredAtMs);
      expect(payload).toMatchObject({ meter_id: subject, transmission_region: truth?.region });
      if (truth?.partnerReference === null) expect(payload).not.toHaveProperty("partner_reference");
      else expect(payload).toHaveProperty("partner_reference", truth?.partnerReference);
    }
  });

  test("a status, or actions of the partner's, are told when they change and as they then are", () => {
    for (const { occurredAtMs, subject, payload } of ofType(statusType)) {
      const before = truthAt(subject, occurredAtMs - 1);
      const after = truthAt(subject, occurredAtMs);
      expect(payload).toHaveProperty("global_enrollment_status", after?.status);
      expect(before?.status).not.toBe(after?.status);
    }
    let resolvedCount = 0;
    for (const { occurredAtMs, subject, payload } of ofType(actionsType)) {
      const before = truthAt(subject, occurredAtMs - 1)?.requiredActions.partner;
      const after = truthAt(subject, occurredAtMs)?.requiredActions.partner;
      expect(payload).toHaveProperty("required_actions", { partner: after });
      expect(before).not.toEqual(after);
      if (after?.length === 0) resolvedCount++;
    }
    expect(resolvedCount).toBeGreaterThan(3);
  });

  test("whatever one day's truth and the next one's differ in has its webhooks in between", () => {
    const counts = { status: 0, actions: 0, preference: 0, groups: 0 };
    const isToldOn = (dayFromMs: number, isIt: (truth: WebhookTruth) => boolean): boolean =>
      month.some(
        (truth) => truth.occurredAtMs > dayFromMs && truth.occurredAtMs <= dayFromMs + dayMs && isIt(truth),
      );
    const isOf =
      (asked: string, meterId: string) =>
      ({ type, subject }: WebhookTruth): boolean =>
        type === asked && subject === meterId;
    for (const [dayFromMs, before, after] of pairs()) {
      if (before.status !== after.status) {
        expect(isToldOn(dayFromMs, isOf(statusType, after.meterId))).toBe(true);
        counts.status++;
      }
      if (JSON.stringify(before.requiredActions.partner) !== JSON.stringify(after.requiredActions.partner)) {
        expect(isToldOn(dayFromMs, isOf(actionsType, after.meterId))).toBe(true);
        counts.actions++;
      }
      if (before.preference !== after.preference) counts.preference++;
      // A delivery period that is listed no more takes its groups with it, without a word.
      const periods = new Set(after.rows.map((row) => row.deliveryPeriod));
      const kept = before.rows.filter((row) => periods.has(row.deliveryPeriod));
      const [left, entered] = [staysOf({ ...before, rows: kept }), staysOf(after)];
      for (const stay of [...left, ...entered]) {
        if (left.has(stay) && entered.has(stay)) continue;
        const isIt = ({ subject, payload }: WebhookTruth): boolean =>
          stay.startsWith(subject) && stayOf(payload as GroupPayload, after.zone) === stay;
        expect(isToldOn(dayFromMs, isIt)).toBe(true);
        counts.groups++;
      }
    }
    expect(counts.status).toBeGreaterThan(20);
    expect(counts.actions).toBeGreaterThan(20);
    expect(counts.preference).toBeGreaterThan(10);
    expect(counts.groups).toBeGreaterThan(100);
  });

  test("a preference is told when it is set, with when it comes into force, and when it ends", () => {
    const early = webhooksBetween(portfolio, fromMs - 40 * dayMs, fromMs);
    const windows = [...early, ...month].filter(({ type }) => type === preferenceType);
    for (const { occurredAtMs, payload } of windows)
      expect(occurredAtMs).toBeLessThan(Date.parse((payload as { start_time: string }).start_time));
    for (const [dayFromMs, before, after] of pairs()) {
      if (before.preference === after.preference) continue;
      const edges = windows
        .filter(({ subject }) => subject === after.meterId)
        .flatMap(({ payload }) => {
          const window = payload as { start_time: string; end_time?: string };
          return [Date.parse(window.start_time), Date.parse(window.end_time ?? "")];
        });
      expect(edges.some((edgeMs) => edgeMs > dayFromMs && edgeMs <= dayFromMs + dayMs)).toBe(true);
    }
  });

  test("a group is told for the days its meters changed for, with all it then has", () => {
    let emptyCount = 0;
    for (const { occurredAtMs, payload } of ofType(groupType).slice(0, 50)) {
      const group = payload as GroupPayload;
      const stay = stayOf(group, zoneOf(group.market_group_id, occurredAtMs) ?? "");
      const after = membersOf(stay, occurredAtMs);
      expect(group.meter_ids).toEqual(after);
      expect(membersOf(stay, occurredAtMs - 1)).not.toEqual(after);
      if (after.length === 0) emptyCount++;
    }
    expect(emptyCount).toBeGreaterThan(0);
  });

  test("a group without an end has one spelling of it, whoever comes or goes", () => {
    const ends = ofType(groupType).map(({ payload }) => (payload as GroupPayload).end_date_time);
    const endless = ends.filter((end) => end > "2030");
    expect(endless.length).toBeGreaterThan(2);
    expect(new Set(endless)).toEqual(new Set(["9000-12-31T23:59:59.999999999Z"]));
  });

  test("a group may also be told by those alone that came or went", () => {
    const deltas = webhooksBetween(portfolio, fromMs, toMs, "delta");
    expect(deltas).toHaveLength(month.length);
    for (const { occurredAtMs, payload } of deltas.filter(({ type }) => type === groupType).slice(0, 20)) {
      const group = payload as GroupPayload;
      const stay = stayOf(group, zoneOf(group.market_group_id, occurredAtMs) ?? "");
      const before = new Set(membersOf(stay, occurredAtMs - 1));
      const after = new Set(membersOf(stay, occurredAtMs));
      const moved = [...before, ...after].filter((id) => !(before.has(id) && after.has(id)));
      expect(group.meter_ids).toEqual(moved.sort());
    }
  });
});
