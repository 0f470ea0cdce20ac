import { afterAll, beforeAll, expect, it, test } from "vitest";
import {
  type Dispatch,
  type DispatchQuestion,
  parseDispatches,
  readDispatches,
} from "../../src/leap/index.ts";
import { type DispatchTruth, type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { toOptions } from "./leap-account.ts";

const dayMs = 86_400_000;
const nowMs = Date.parse("2026-11-10T15:00:00Z");
const [fromMs, toMs] = [nowMs - 20 * dayMs, nowMs + 20 * dayMs];

let leap: RunningSimulator;
beforeAll(async () => {
  leap = await startSimulator({
    seed: 11,
    meterCount: 60,
    startDate: "2026-10-20",
    nowMs,
    dispatchRate: 4,
    dispatchPageSizeMax: 9,
  });
});
afterAll(() => leap.close());

/** What is in force now of all that was sent. */
function toTruths(level: DispatchTruth["level"]): readonly DispatchTruth[] {
  return leap.dispatches
    .truthsBetween(fromMs - 10 * dayMs, nowMs + 1)
    .filter((truth) => truth.level === level && truth.startMs >= fromMs && truth.startMs < toMs)
    .filter((truth) => truth.replacedAtMs === null || truth.replacedAtMs > nowMs);
}

function toDispatch(truth: DispatchTruth, isCancelled: boolean, receivedAtMs: number | null): Dispatch {
  const { level, eventId, targetId, meterIds, startMs, endMs, isVoluntary, energyKw, nominationKw } = truth;
  const { priority, compensationCap, eventTypes, programs, test: kind } = truth;
  const who = { level, eventId, targetId, meterIds, startMs, endMs };
  const what = { energyKw, nominationKw, priority, compensationCap, eventTypes, programs };
  return { ...who, ...what, isCancelled, isVoluntary, test: kind, receivedAtMs };
}

async function readAll(question: Pick<DispatchQuestion, "level"> & Partial<DispatchQuestion>) {
  const everything = { fromMs, toMs, marketGroupIds: [], includesRealTime: true, includesVoluntary: true };
  const options = {
    ...toOptions(leap.url),
    credentials: { kind: "key", key: leap.apiKey } as const,
    clock: { now: () => nowMs },
  };
  const pages = [];
  const { signal } = new AbortController();
  for await (const page of readDispatches(options, { ...everything, ...question }, signal)) pages.push(page);
  expect(pages.flatMap(({ problems }) => problems)).toEqual([]);
  return { pageCount: pages.length, dispatches: pages.flatMap(({ dispatches }) => dispatches) };
}

const byId = (a: { eventId: string }, b: { eventId: string }) => (a.eventId < b.eventId ? -1 : 1);

it.each(["group", "meter"] as const)(
  "all %s dispatches of 40 days are read, each once, as they are",
  async (level) => {
    const truths = toTruths(level);
    const { pageCount, dispatches } = await readAll({ level });
    const isCancelled = ({ cancelledAtMs }: DispatchTruth) =>
      cancelledAtMs !== null && cancelledAtMs <= nowMs;
    expect(truths.length).toBeGreaterThan(50);
    // Two searches, as 40 days are more than one may span, of many pages.
    expect(pageCount).toBeGreaterThan(6);
    expect(dispatches.toSorted(byId)).toEqual(
      truths.map((truth) => toDispatch(truth, isCancelled(truth), null)).sort(byId),
    );
  },
);

test("real-time and voluntary events are left out unless asked for; one group is one group", async () => {
  const truths = toTruths("group");
  const idsOf = async (question: Partial<DispatchQuestion>) =>
    (await readAll({ level: "group", ...question })).dispatches.map(({ eventId }) => eventId).sort();
  const expected = (isMeant: (truth: DispatchTruth) => boolean) =>
    truths
      .filter(isMeant)
      .map(({ eventId }) => eventId)
      .sort();
  const calm = expected(({ isRealTime }) => !isRealTime);
  const bound = expected(({ isVoluntary }) => !isVoluntary);
  expect([calm.length, bound.length].every((count) => count > 0 && count < truths.length)).toBe(true);
  expect(await idsOf({ includesRealTime: false })).toEqual(calm);
  expect(await idsOf({ includesVoluntary: false })).toEqual(bound);
  const some = truths[0]?.targetId ?? "";
  expect(await idsOf({ marketGroupIds: [some] })).toEqual(expected(({ targetId }) => targetId === some));
});

test("what is delivered to a webhook is read as what was sent, cancellations too", () => {
  const truths = leap.dispatches.truthsBetween(fromMs, nowMs);
  expect(truths.some(({ level }) => level === "meter") && truths.some(({ level }) => level === "group")).toBe(
    true,
  );
  for (const truth of truths) {
    for (const isCancelled of [false, true]) {
      const { notificationOf } = leap.dispatches;
      const { dispatches, problems } = parseDispatches(notificationOf(truth, isCancelled), truth.sentAtMs);
      expect(problems).toEqual([]);
      expect(dispatches).toEqual([toDispatch(truth, isCancelled, truth.sentAtMs)]);
    }
  }
});
