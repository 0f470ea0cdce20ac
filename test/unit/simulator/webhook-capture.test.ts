import { describe, expect, test } from "vitest";
import {
  type Capture,
  capture,
  createPortfolio,
  type WebhookFault,
  type WebhookTruth,
  webhooksBetween,
} from "../../../src/simulator/index.ts";

const hourMs = 3_600_000;
const truths = webhooksBetween(
  createPortfolio({ seed: 21, meterCount: 80, startDate: "2026-10-13" }),
  Date.parse("2026-10-14T06:00:00Z"),
  Date.parse("2026-11-14T06:00:00Z"),
);

/** Instants of arrival by event id, in order. */
function arrivals({ webhooks }: Capture): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const { receivedAtMs, body } of webhooks) {
    const known = found.get(body.webhook_event_id) ?? [];
    found.set(body.webhook_event_id, [...known, receivedAtMs]);
  }
  return found;
}

function idsOf(list: readonly WebhookTruth[]): readonly string[] {
  return list.map(({ eventId }) => eventId).sort();
}

describe("a capture of Leap's webhooks", () => {
  test("has each once, as it was and when it happened, where nothing goes wrong", () => {
    const { webhooks, named } = capture(truths);
    expect(webhooks).toEqual(
      truths.map(({ eventId, occurredAtMs, payload }) => ({
        receivedAtMs: occurredAtMs,
        body: { webhook_event_id: eventId, payload },
      })),
    );
    expect(named).toEqual({ drop: [], double: [], late: [], reorder: [] });
    expect(truths.length).toBeGreaterThan(200);
  });

  test("lacks what is dropped, and no more", () => {
    const lossy = capture(truths, [{ kind: "drop", rate: 0.3 }]);
    const arrived = arrivals(lossy);
    const missing = truths.filter(({ eventId }) => !arrived.has(eventId));
    expect(idsOf(lossy.named.drop)).toEqual(idsOf(missing));
    expect(missing.length / truths.length).toBeGreaterThan(0.2);
    expect(missing.length / truths.length).toBeLessThan(0.4);
    expect(capture(truths, [{ kind: "drop" }]).webhooks).toEqual([]);
    expect(capture(truths, [{ kind: "drop", rate: 0 }])).toEqual(capture(truths));
  });

  test("has what is doubled a second time, later, with the same id", () => {
    const doubled = capture(truths, [{ kind: "double", rate: 0.3 }]);
    const twice = [...arrivals(doubled)].filter(([, instants]) => instants.length > 1);
    expect(twice.map(([id]) => id).sort()).toEqual(idsOf(doubled.named.double));
    expect(twice.length).toBeGreaterThan(30);
    for (const [, [firstMs = 0, secondMs = 0, ...more]] of twice) {
      expect(secondMs - firstMs).toBeGreaterThanOrEqual(60_000);
      expect(secondMs - firstMs).toBeLessThanOrEqual(8 * hourMs);
      expect(more).toEqual([]);
    }
    expect(new Set(doubled.webhooks.map(({ body }) => JSON.stringify(body))).size).toBe(truths.length);
  });

  test("has what is late at its time, six hours late where nothing else was said", () => {
    for (const [lateMs, fault] of [
      [6 * hourMs, { kind: "late", rate: 0.2 }],
      [90_000, { kind: "late", rate: 0.2, lateMs: 90_000 }],
    ] as const) {
      const late = capture(truths, [fault]);
      const arrived = arrivals(late);
      const found = truths.filter(({ eventId, occurredAtMs }) => arrived.get(eventId)?.[0] !== occurredAtMs);
      expect(idsOf(late.named.late)).toEqual(idsOf(found));
      expect(found.length).toBeGreaterThan(20);
      for (const { eventId, occurredAtMs } of found)
        expect(arrived.get(eventId)).toEqual([occurredAtMs + lateMs]);
      const instants = late.webhooks.map(({ receivedAtMs }) => receivedAtMs);
      expect(instants).toEqual(instants.toSorted((left, right) => left - right));
    }
  });

  test("has what is overtaken after the next of its subject, and only near ones", () => {
    for (const rate of [0.5, 1]) {
      const mixed = capture(truths, [{ kind: "reorder", rate }]);
      const place = new Map(mixed.webhooks.map(({ body }, position) => [body.webhook_event_id, position]));
      const placeOf = ({ eventId }: WebhookTruth): number => place.get(eventId) ?? Number.NaN;
      const overtaken = truths.filter((truth, position) => {
        const next = truths.slice(position + 1).find(({ subject }) => subject === truth.subject);
        if (next === undefined || placeOf(next) > placeOf(truth)) return false;
        expect(next.occurredAtMs - truth.occurredAtMs).toBeLessThanOrEqual(8 * hourMs);
        return true;
      });
      expect(idsOf(mixed.named.reorder)).toEqual(idsOf(overtaken));
      expect(overtaken.length).toBeGreaterThan(20);
      expect(mixed.webhooks).toHaveLength(truths.length);
    }
  });

  test("names everything that went wrong with all faults at once, and nothing else", () => {
    const faults: readonly WebhookFault[] = [
      { kind: "drop", rate: 0.25 },
      { kind: "double", rate: 0.2 },
      { kind: "late", rate: 0.2, lateMs: 11 * hourMs },
      { kind: "reorder", rate: 0.4 },
    ];
    const all = capture(truths, faults);
    const arrived = arrivals(all);
    const delayOf = ({ eventId, occurredAtMs }: WebhookTruth): number =>
      (arrived.get(eventId)?.[0] ?? Number.NaN) - occurredAtMs;
    expect(idsOf(all.named.drop)).toEqual(idsOf(truths.filter(({ eventId }) => !arrived.has(eventId))));
    expect(idsOf(all.named.double)).toEqual(
      idsOf(truths.filter(({ eventId }) => arrived.get(eventId)?.length === 2)),
    );
    expect(idsOf(all.named.late)).toEqual(idsOf(truths.filter((truth) => delayOf(truth) === 11 * hourMs)));
    const isOvertaken = (truth: WebhookTruth): boolean =>
      delayOf(truth) > 0 && delayOf(truth) <= 8 * hourMs + 1_000;
    expect(idsOf(all.named.reorder)).toEqual(idsOf(truths.filter(isOvertaken)));
    const firstMs = ({ eventId }: WebhookTruth): number => arrived.get(eventId)?.[0] ?? Number.NaN;
    for (const truth of all.named.reorder) {
      const after = truths
        .slice(truths.indexOf(truth) + 1)
        .filter(({ subject }) => subject === truth.subject);
      expect(after.some((next) => firstMs(next) < firstMs(truth))).toBe(true);
    }
    for (const list of Object.values(all.named)) expect(list.length).toBeGreaterThan(10);
    expect(capture(truths, faults)).toEqual(all);
  });

  test("is hit elsewhere with another seed, and for each kind on its own", () => {
    const named = (fault: WebhookFault): readonly string[] =>
      idsOf(capture(truths, [fault]).named[fault.kind]);
    const drop = named({ kind: "drop", rate: 0.3 });
    expect(named({ kind: "drop", rate: 0.3, seed: 1 })).toEqual(drop);
    expect(named({ kind: "drop", rate: 0.3, seed: 2 })).not.toEqual(drop);
    expect(named({ kind: "late", rate: 0.3 })).not.toEqual(drop);
  });

  test("is not made of faults that make no sense", () => {
    const refused: readonly (readonly [WebhookFault, RegExp])[] = [
      [{ kind: "lose" } as unknown as WebhookFault, /drop, double, late, reorder/],
      [{ kind: "drop", rate: 1.5 }, /rate of drop/],
      [{ kind: "drop", rate: Number.NaN }, /rate of drop/],
      [{ kind: "late", seed: 0.5 }, /seed of late/],
      [{ kind: "late", lateMs: -1 }, /lateMs/],
      [{ kind: "double", lateMs: 5 }, /belongs to late/],
    ];
    for (const [fault, problem] of refused) expect(() => capture(truths, [fault])).toThrow(problem);
  });
});
