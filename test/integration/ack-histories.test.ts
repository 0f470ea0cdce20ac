import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyReports } from "../../src/acknowledgement/index.ts";
import { loadStream } from "../../src/snapshot/index.ts";
import { readEvents } from "../support/views.ts";
import { openOracle } from "./ack-oracle.ts";
import { hourMs, type Outbox, openOutbox } from "./told-remaps.ts";

const names = ["webhook:a", "webhook:b", "webhook:c"];
const toDate = (day: number) => new Date(Date.UTC(2026, 10, 1 + day)).toISOString().slice(0, 10);

const move = fc.record({
  meterId: fc.constantFrom("m", "n"),
  program: fc.constantFrom("CCA", "DSGS", null),
  firstDay: fc.nat({ max: 4 }),
  length: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null, freq: 2 }),
});
const said = fc.record({
  /** Which of the remaps told so far, or one there is not. */
  place: fc.nat({ max: 99 }),
  outcome: fc.constantFrom("applied" as const, "rejected" as const),
  reason: fc.constantFrom(null, "no"),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("tell" as const), moves: fc.array(move, { maxLength: 3 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("look" as const), after: fc.nat({ max: 30 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("report" as const), said: fc.array(said, { maxLength: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("begin" as const), name: fc.constantFrom(...names) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("acknowledge" as const), by: fc.subarray(names) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let outbox: Outbox;
beforeAll(() => {
  outbox = openOutbox();
});
afterAll(() => outbox.close());

it("tells, counts and keeps over any history what lists and words alone say", () => {
  const seen = { told: 0, superseded: 0, applied: 0, rejected: 0, repeated: 0, unknown: 0 };
  const history = fc.array(step, { minLength: 8, maxLength: 25, size: "max" });
  fc.assert(
    fc.property(history, (steps) => follow(outbox, steps, seen)),
    { numRuns: 200 },
  );
  // A property that never met what it speaks of would prove nothing.
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
});

function follow(outbox: Outbox, steps: readonly Step[], seen: Record<string, number>): void {
  outbox.clear();
  const oracle = openOracle();
  const begin = (name: string) => {
    if (oracle.sinks.has(name)) return;
    oracle.sinks.set(name, loadStream(outbox.database())?.lastSequence ?? 0);
    outbox.register(name);
  };
  const count = (what: string, by = 1) => {
    seen[what] = (seen[what] ?? 0) + by;
  };
  let nowMs = Date.UTC(2026, 9, 31, 12);
  let by: readonly string[] = [names[0] ?? ""];
  begin(names[0] ?? "");
  for (const each of steps) {
    if (each.kind === "begin") begin(each.name);
    else if (each.kind === "acknowledge") by = each.by;
    else if (each.kind === "tell") {
      const moves = each.moves.map(({ length, firstDay, ...whose }) => ({
        ...whose,
        firstDay,
        lastDay: length === null ? null : firstDay + length - 1,
      }));
      const before = loadStream(outbox.database())?.lastSequence ?? 0;
      const ids = outbox.tell(
        moves.map(({ firstDay, lastDay, ...whose }) => ({
          ...whose,
          region: "WECC_SW",
          from: toDate(firstDay),
          to: lastDay === null ? null : toDate(lastDay),
        })),
        nowMs,
      );
      for (const [index, one] of moves.entries()) {
        oracle.remaps.push({
          ...one,
          sequence: before + 1 + index,
          id: ids[index] ?? "",
          toldAtMs: nowMs,
        });
      }
    } else if (each.kind === "report") {
      const reports = each.said.map(({ place, outcome, reason }) => ({
        eventId: oracle.remaps[place % (oracle.remaps.length + 1)]?.id ?? `nobody-${place}`,
        outcome,
        reason: outcome === "applied" ? null : reason,
      }));
      const wanted = { applied: 0, rejected: 0, repeated: 0 };
      const unknown = new Set<string>();
      for (const { eventId, ...report } of reports) {
        const became = oracle.report(eventId, report);
        if (became === "unknown") unknown.add(eventId);
        else wanted[became] += 1;
        count(became);
      }
      const outcome = applyReports(outbox.database(), reports, nowMs);
      expect(outcome).toEqual({ ...wanted, unknown: [...unknown] });
    } else {
      nowMs += each.after * hourMs;
      const before = loadStream(outbox.database())?.lastSequence ?? 0;
      const { told, ...counts } = oracle.look(by, nowMs);
      expect(outbox.find(nowMs, { acknowledgedBy: by })).toEqual({ ...counts, told: told.length });
      const events = readEvents(outbox.database(), before);
      expect(events.map(({ event }) => event.data.remap_event_id)).toEqual(told);
      expect(events.every(({ type }) => type === "group.remap.overdue")).toBe(true);
      count("told", told.length);
      if (by.length > 0) {
        const listed = outbox.list(nowMs, by);
        expect(listed.filter(({ is_overdue }) => is_overdue)).toHaveLength(counts.overdue);
        const states = oracle.states();
        const plain = listed.map(({ sequence, state }) => [sequence, state] as const);
        expect(plain).toEqual(states);
        count("superseded", states.filter(([, state]) => state === "superseded").length);
      }
    }
  }
  const ids = readEvents(outbox.database()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
}
