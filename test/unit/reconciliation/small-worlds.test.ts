import { describe, expect, it } from "vitest";
import type { Capture, Change } from "../../../src/reconciliation/comparison.ts";
import type { Course } from "../../../src/reconciliation/course.ts";
import { type Judged, judgeCourse } from "../../../src/reconciliation/judge.ts";

/**
 * One meter whose status moves among A, B and C, four days of sweeps at midnight, and up to three changes at
 * one of two times of a day. All of them, with every webhook there, dropped, or coming six hours late.
 */
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const days = 4;
const states = ["a", "b", "c"] as const;
const times = [3, 7, 27, 39].map((hour) => hour * hourMs);

type Move = { readonly atMs: number; readonly state: string };
type Fate = "there" | "dropped" | "late";
type World = { readonly moves: readonly Move[]; readonly fates: readonly Fate[] };

function* toHistories(): Generator<readonly Move[]> {
  yield [];
  for (let mask = 1; mask < 1 << times.length; mask++) {
    const chosen = times.filter((_, place) => (mask & (1 << place)) !== 0);
    if (chosen.length <= 3) yield* toPaths(chosen, "a");
  }
}

function* toPaths(chosen: readonly number[], from: string): Generator<readonly Move[]> {
  const [atMs, ...rest] = chosen;
  if (atMs === undefined) {
    yield [];
    return;
  }
  for (const state of states.filter((each) => each !== from)) {
    for (const path of toPaths(rest, state)) yield [{ atMs, state }, ...path];
  }
}

function* toFates(count: number): Generator<readonly Fate[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const first of ["there", "dropped", "late"] as const) {
    for (const rest of toFates(count - 1)) yield [first, ...rest];
  }
}

function* toWorlds(): Generator<World> {
  for (const moves of toHistories()) for (const fates of toFates(moves.length)) yield { moves, fates };
}

const stateAt = (moves: readonly Move[], atMs: number) =>
  moves.findLast((move) => move.atMs <= atMs)?.state ?? "a";

/** What sweeps see of a world, and what its receiver got. */
function toCourse({ moves, fates }: World): Course {
  const sweeps = Array.from({ length: days }, (_, day) => ({
    startMs: day * dayMs,
    publishedMs: day * dayMs,
  }));
  const changes = sweeps.slice(1).flatMap(({ publishedMs: toldAtMs }, day): Change[] => {
    const [before, after] = [stateAt(moves, toldAtMs - dayMs), stateAt(moves, toldAtMs)];
    return before === after ? [] : [toChange(day + 1, before, after)];
  });
  const captures = moves
    .flatMap(({ atMs, state }, place): Capture[] => {
      const fate = fates[place];
      if (fate === "dropped") return [];
      return [toCapture(`${place}`, atMs + (fate === "late" ? 6 * hourMs : 0), state)];
    })
    .sort((a, b) => (a.receivedAtMs ?? 0) - (b.receivedAtMs ?? 0));
  return {
    type: "meter.enrollment.global-status.updated",
    subject: "meter-1",
    changes,
    captures,
    sweeps,
    current: stateAt(moves, days * dayMs),
    isKnown: true,
    comparableFromMs: 0,
    lookedThroughMs: null,
  };
}

function toChange(day: number, before: string, after: string): Change {
  return {
    type: "meter.enrollment.global-status.updated",
    sequence: day,
    eventId: `event-${day}`,
    toldAtMs: day * dayMs,
    earliestMs: (day - 1) * dayMs,
    readFromMs: day * dayMs,
    expectation: "webhook",
    before,
    after,
    spans: [],
  };
}

function toCapture(webhookEventId: string, receivedAtMs: number, state: string): Capture {
  const type = "meter.enrollment.global-status.updated";
  return { webhookEventId, type, receivedAtMs, copyCount: 1, state, startMs: null, endMs: null };
}

const coverage = { fromMs: 0, toMs: 10 * dayMs };
const judge = (course: Course) => judgeCourse(course, coverage, 10 * dayMs);

/** The most changes that can have a webhook of their own, by trying every way. */
function countMatchable(changes: readonly Change[], captures: readonly Capture[]): number {
  const [first, ...rest] = changes;
  if (first === undefined) return 0;
  const without = countMatchable(rest, captures);
  const fitting = captures.filter(
    ({ receivedAtMs, state }) =>
      state === first.after &&
      (receivedAtMs ?? 0) > (first.earliestMs ?? 0) &&
      (receivedAtMs ?? 0) <= first.toldAtMs + dayMs,
  );
  const counts = fitting.map(
    (one) =>
      1 +
      countMatchable(
        rest,
        captures.filter((each) => each !== one),
      ),
  );
  return Math.max(without, ...counts);
}

const findingsOf = ({ webhooks }: Judged) =>
  new Map(webhooks.map(({ capture, finding }) => [capture, finding]));

describe("every small world", () => {
  const worlds = [...toWorlds()];

  it("there are enough of them to mean something", () => {
    expect(worlds.length).toBeGreaterThan(1000);
  });

  it("where nothing is dropped and nothing late, nothing is named", () => {
    for (const world of worlds.filter(({ fates }) => fates.every((fate) => fate === "there"))) {
      const { changes, webhooks, outOfOrder } = judge(toCourse(world));
      const text = JSON.stringify(world);
      expect(
        changes.map(({ finding }) => finding),
        text,
      ).toEqual(changes.map(() => "matched"));
      expect(
        [...new Set(webhooks.map(({ finding }) => finding))].filter((each) => each !== "overtaken"),
        text,
      ).toEqual([]);
      expect(outOfOrder.size, text).toBe(0);
    }
  });

  it("a change has no webhook exactly where none of its value came, or all that did are others'", () => {
    for (const world of worlds) {
      const course = toCourse(world);
      const { changes } = judge(course);
      const named = changes.filter(({ finding }) => finding === "no_webhook").map(({ change }) => change);
      const text = JSON.stringify(world);
      for (const change of named) expect(hasCause(world, change, "there"), text).toBe(false);
      for (const { change, finding } of changes) {
        if (hasCause(world, change, "there")) expect(finding, text).toBe("matched");
        if (!course.captures.some(({ state }) => state === change.after))
          expect(finding, text).toBe("no_webhook");
      }
    }
  });

  it("no webhook is of two changes, each of them is found once, and no pair is of other values", () => {
    for (const world of worlds) {
      const course = toCourse(world);
      const { changes, webhooks } = judge(course);
      const paired = changes.flatMap(({ capture }) => (capture === null ? [] : [capture]));
      expect(new Set(paired).size).toBe(paired.length);
      expect([...paired, ...webhooks.map(({ capture }) => capture)].length).toBe(course.captures.length);
      expect(paired.length).toBeLessThanOrEqual(countMatchable(course.changes, course.captures));
      for (const { change, capture } of changes)
        if (capture !== null) expect(capture.state).toBe(change.after);
    }
  });

  it("with late ones among them as many changes are matched as can be, where no detour explains them", () => {
    for (const world of worlds.filter(
      ({ moves }) => moves.length === toCourse({ moves, fates: [] }).changes.length,
    )) {
      const course = toCourse(world);
      const { changes } = judge(course);
      const matched = changes.filter(({ capture }) => capture !== null).length;
      expect(matched, JSON.stringify(world)).toBe(countMatchable(course.changes, course.captures));
    }
  });

  it("a webhook of what truly happened is no change only where another one is lost", () => {
    for (const world of worlds) {
      const unexplained = [...findingsOf(judge(toCourse(world))).values()].filter(
        (each) => each === "no_change",
      );
      if (unexplained.length === 0) continue;
      expect(world.fates, JSON.stringify(world)).toContain("dropped");
    }
  });

  it("what is named out of order came after something that happened later", () => {
    let count = 0;
    for (const world of worlds) {
      const { outOfOrder } = judge(toCourse(world));
      const text = JSON.stringify(world);
      if (world.fates.includes("dropped")) continue;
      for (const { webhookEventId, receivedAtMs } of outOfOrder) {
        const later = world.moves.filter((_, place) => place > Number(webhookEventId));
        const arrivals = later.map(({ atMs }, place) => {
          const fate = world.fates[Number(webhookEventId) + 1 + place];
          return atMs + (fate === "late" ? 6 * hourMs : 0);
        });
        expect(
          arrivals.some((atMs) => atMs < (receivedAtMs ?? 0)),
          text,
        ).toBe(true);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(10);
  });
});

it("a flood of webhooks of one meter, which anyone may send, is soon judged, the true one too", () => {
  const course = toCourse({ moves: [{ atMs: 3 * hourMs, state: "b" }], fates: ["there"] });
  const flood = Array.from({ length: 4000 }, (_, place) =>
    toCapture(`flood-${place}`, 4 * hourMs + place * 60_000, states[place % 2 === 0 ? 0 : 2]),
  );
  const startMs = performance.now();
  const { changes, webhooks } = judge({ ...course, captures: [...course.captures, ...flood] });
  expect(performance.now() - startMs).toBeLessThan(2000);
  expect(changes.map(({ finding, capture }) => [finding, capture?.webhookEventId])).toEqual([
    ["matched", "0"],
  ]);
  expect(webhooks).toHaveLength(4000);
});

/** Whether the last of what truly made a change came as it should. */
function hasCause({ moves, fates }: World, change: Change, fate: Fate): boolean {
  const place = moves.findLastIndex(({ atMs }) => atMs > (change.earliestMs ?? 0) && atMs <= change.toldAtMs);
  return fates[place] === fate;
}
