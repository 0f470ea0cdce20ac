import fc from "fast-check";
import { expect, test } from "vitest";
import { decideSlot, lateMsMax, lateMsMin, toBelieved } from "../../../src/schedule/decide-slot.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const slot = Date.UTC(2026, 9, 28, 6, 17);

function decide(settledThroughMs: number | null, nowMs: number, isMadeUpFor = true, lastSlotMs = slot) {
  return decideSlot({ lastSlotMs, settledThroughMs, nowMs, isMadeUpFor });
}

test("a slot is due until something as late as itself has settled it", () => {
  expect(decide(null, slot)).toEqual({ kind: "due", slotMs: slot, isLate: false });
  expect(decide(slot - 1, slot)).toEqual({ kind: "due", slotMs: slot, isLate: false });
  expect(decide(slot, slot)).toEqual({ kind: "settled" });
  expect(decide(slot + 1, slot)).toEqual({ kind: "settled" });
  expect(decideSlot({ lastSlotMs: null, settledThroughMs: null, nowMs: slot, isMadeUpFor: true })).toEqual({
    kind: "settled",
  });
});

test("a slot is late once nobody saw it for some seconds, and made up for however late", () => {
  expect(decide(null, slot + lateMsMin - 1)).toMatchObject({ isLate: false });
  expect(decide(null, slot + lateMsMin)).toMatchObject({ kind: "due", isLate: true });
  expect(decide(null, slot + 400 * 24 * hourMs)).toEqual({ kind: "due", slotMs: slot, isLate: true });
});

test("a slot of a job that is not made up for passes after ten minutes", () => {
  expect(decide(slot - hourMs, slot + lateMsMax, false)).toMatchObject({ kind: "due" });
  expect(decide(slot - hourMs, slot + lateMsMax + 1, false)).toEqual({ kind: "passed", slotMs: slot });
  expect(decide(slot, slot + hourMs, false)).toEqual({ kind: "settled" });
});

test("a clock that was set back does not let a slot come twice, unless it was wrong by days", () => {
  const backBy = (ms: number) => toBelieved(slot, { nowMs: slot - ms, isMadeUpFor: true });
  expect([backBy(2000), backBy(hourMs), backBy(24 * hourMs)]).toEqual([slot, slot, slot]);
  expect(backBy(24 * hourMs + 1)).toBeNull();
  expect(toBelieved(null, { nowMs: slot, isMadeUpFor: true })).toBeNull();
});

test("one that comes every few minutes goes on from where a clock was set back to", () => {
  const backBy = (ms: number) => toBelieved(slot, { nowMs: slot - ms, isMadeUpFor: false });
  expect([backBy(-5), backBy(2000), backBy(10 * minuteMs)]).toEqual([slot, slot, slot]);
  expect(backBy(hourMs)).toBe(slot - hourMs);
});

/** Looks at any instants, in a clock that is set as it likes, within a day. */
test("no slot is started twice, and the last one always is, whenever one looks", () => {
  const everyMs = 7 * minuteMs;
  const looks = fc.array(fc.integer({ min: 0, max: 20 * hourMs }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(looks, (instants) => {
      const started: number[] = [];
      let settledThroughMs: number | null = null;
      for (const passedMs of instants) {
        const nowMs = slot + passedMs;
        const lastSlotMs = slot + Math.floor(passedMs / everyMs) * everyMs;
        settledThroughMs = toBelieved(settledThroughMs, { nowMs, isMadeUpFor: true });
        const decision = decideSlot({ lastSlotMs, settledThroughMs, nowMs, isMadeUpFor: true });
        if (decision.kind !== "due") continue;
        started.push(decision.slotMs);
        settledThroughMs = decision.slotMs;
      }
      expect(new Set(started).size).toBe(started.length);
      const latest = slot + Math.floor(Math.max(...instants) / everyMs) * everyMs;
      expect(started.at(-1)).toBe(latest);
    }),
  );
});
