import { expect, test } from "vitest";
import { type DispatchTruth, type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { ask, type Loose, start } from "../support/asked-simulator.ts";

const begin = "2026-10-26T00:00:00Z";
const end = "2026-11-05T00:00:00Z";
const days = { start_date: begin, end_date: end, exclude_real_time_events: false };
const afterwards = Date.parse("2026-11-06T00:00:00Z");

type Level = "group" | "meter";

/** What a search should show of one timeslot, and where. */
function toExpected(truth: DispatchTruth, nowMs: number): readonly [string, object] {
  const isGroup = truth.level === "group";
  const { targetId, meterIds, partnerReferences } = truth;
  const head = isGroup
    ? {
        market_group_id: targetId,
        meter_ids: meterIds,
        ...(partnerReferences.length === 0 ? {} : { partner_references: partnerReferences }),
      }
    : {
        meter_id: targetId,
        ...(partnerReferences.length === 0 ? {} : { partner_reference: partnerReferences[0] }),
      };
  const slot = {
    [isGroup ? "market_group_event_id" : "meter_event_id"]: truth.eventId,
    start_time: `${new Date(truth.startMs).toISOString().slice(0, 19)}Z`,
    end_time: `${new Date(truth.endMs).toISOString().slice(0, 19)}Z`,
    cancelled: truth.cancelledAtMs !== null && truth.cancelledAtMs <= nowMs,
    ...(truth.energyKw === null ? {} : { energy_kw: truth.energyKw }),
    ...(truth.nominationKw === null ? {} : { nomination_kw: truth.nominationKw }),
    performance_compensation_cap: truth.compensationCap,
    priority: truth.priority,
    is_voluntary: truth.isVoluntary,
    dispatch_event_types: truth.eventTypes,
    programs: truth.programs,
    ...(isGroup ? {} : { communication_test: truth.test === "communication" }),
  };
  return [truth.eventId, { ...head, slot }];
}

function expectedAt(
  truths: readonly DispatchTruth[],
  level: Level,
  nowMs: number,
  isWanted: (truth: DispatchTruth) => boolean = () => true,
): ReadonlyMap<string, object> {
  const inForce = new Map<string, DispatchTruth>();
  for (const truth of truths) {
    const isIn = truth.startMs >= Date.parse(begin) && truth.startMs < Date.parse(end);
    if (truth.level !== level || truth.sentAtMs > nowMs || !isIn || !isWanted(truth)) continue;
    if ((inForce.get(truth.eventId)?.sentAtMs ?? 0) < truth.sentAtMs) inForce.set(truth.eventId, truth);
  }
  return new Map([...inForce.values()].map((truth) => toExpected(truth, nowMs)));
}

type Found = { readonly shown: ReadonlyMap<string, object>; readonly pages: readonly Loose[] };

/** All pages of a search, by event id. No timeslot comes twice. */
async function search(simulator: RunningSimulator, level: Level, body: object): Promise<Found> {
  const shown = new Map<string, object>();
  const pages: Loose[] = [];
  let token: string | undefined;
  do {
    const request = token === undefined ? body : { ...body, page_token: token };
    const answer = await ask(simulator, `/v2/dispatch/${level}/search`, request);
    expect(answer.status).toBe(200);
    pages.push(answer.body);
    for (const { timeslots, ...head } of answer.body.results)
      for (const slot of timeslots) {
        const id = slot.market_group_event_id ?? slot.meter_event_id;
        expect(shown.has(id)).toBe(false);
        shown.set(id, { ...head, slot });
      }
    token = answer.body.next_page_token;
  } while (token !== undefined);
  return { shown, pages };
}

function truthsOf(simulator: RunningSimulator): readonly DispatchTruth[] {
  return simulator.dispatches.truthsBetween(Date.parse("2026-10-22T00:00:00Z"), afterwards);
}

test("a search shows what was sent by now, as it was last sent, cancelled or not", async () => {
  const simulator = await start({ meterCount: 40, dispatchRate: 2 });
  const truths = truthsOf(simulator);
  const kinds: readonly ((truth: DispatchTruth) => number | null)[] = [
    ({ sentAtMs, replacesSentAtMs }) => (replacesSentAtMs === null ? sentAtMs : null),
    ({ sentAtMs, replacesSentAtMs }) => (replacesSentAtMs === null ? null : sentAtMs),
    ({ cancelledAtMs }) => cancelledAtMs,
  ];
  const ofKinds = kinds.flatMap((instantOf) => {
    const found = [...new Set(truths.flatMap((truth) => instantOf(truth) ?? []))].sort();
    return [found.at(found.length / 3), found.at(found.length / 2)].map((instantMs) => instantMs ?? 0);
  });
  const instants = [Date.parse(begin), afterwards, ...ofKinds.flatMap((at) => [at - 1, at])];
  const seen = new Set<string>();
  for (const nowMs of instants) {
    simulator.setNow(nowMs);
    for (const level of ["group", "meter"] as const) {
      const { shown } = await search(simulator, level, days);
      expect(shown).toEqual(expectedAt(truths, level, nowMs));
      seen.add(JSON.stringify([...shown]));
    }
  }
  // Nearly every instant has another picture of its own.
  expect(seen.size).toBeGreaterThan(instants.length);
});

test("pages hold every dispatch once, whatever is sent while they are read", async () => {
  const simulator = await start({ meterCount: 40, dispatchRate: 2, dispatchPageSizeMax: 4 });
  const nowMs = Date.parse("2026-10-31T12:00:00Z");
  simulator.setNow(nowMs);
  const { shown, pages } = await search(simulator, "group", days);
  expect(shown).toEqual(expectedAt(truthsOf(simulator), "group", nowMs));
  expect(pages.length).toBeGreaterThan(4);
  expect(pages.slice(0, -1).every(({ results }) => results.length === 4)).toBe(true);
  const [first] = pages;
  simulator.setNow(afterwards);
  const rest = await search(simulator, "group", { ...days, page_token: first.next_page_token });
  expect([first, ...rest.pages]).toEqual(pages);
});

test("a page token belongs to one request, and its last page may be full", async () => {
  const simulator = await start({
    meterCount: 60,
    dispatchRate: 2,
    dispatchPageSizeMax: 3,
    nowMs: afterwards,
  });
  const { pages } = await search(simulator, "meter", days);
  const token = pages[0].next_page_token;
  expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  for (const [path, body, status] of [
    ["meter", { ...days }, 200],
    ["meter", { ...days, exclude_voluntary_events: true }, 400],
    ["meter", { ...days, end_date: "2026-11-04T00:00:00Z" }, 400],
    ["meter", { ...days, start_date: "2026-10-26T02:00:00+02:00" }, 200],
    ["group", { ...days }, 400],
  ] as const) {
    const answer = await ask(simulator, `/v2/dispatch/${path}/search`, { ...body, page_token: token });
    expect([path, body, answer.status]).toEqual([path, body, status]);
  }
  const results = pages.flatMap((page) => page.results);
  const whole = await start({
    meterCount: 60,
    dispatchRate: 2,
    dispatchPageSizeMax: results.length,
    nowMs: afterwards,
  });
  expect((await search(whole, "meter", days)).pages).toEqual([{ results }]);
});

test("filters leave what they ask for, and real-time events come only when asked for", async () => {
  const simulator = await start({ meterCount: 60, dispatchRate: 2, nowMs: afterwards });
  const truths = truthsOf(simulator);
  const last = truths.filter(
    ({ replacedAtMs, startMs }) => replacedAtMs === null && startMs < Date.parse(end),
  );
  for (const level of ["group", "meter"] as const) {
    const some = last.filter((truth) => truth.level === level && !truth.isRealTime).slice(-4);
    const targets = new Set(some.map(({ targetId }) => targetId));
    const events = new Set(some.map(({ eventId }) => eventId));
    const names =
      level === "group" ? ["market_group_ids", "market_group_event_ids"] : ["meter_ids", "meter_event_ids"];
    const [targetsName = "", eventsName = ""] = names;
    const upper = [...targets].map((id) => id.toUpperCase());
    const cases: readonly (readonly [object, (truth: DispatchTruth) => boolean])[] = [
      [{ exclude_real_time_events: null }, ({ isRealTime }) => !isRealTime],
      [{ exclude_voluntary_events: true }, ({ isVoluntary }) => !isVoluntary],
      [{ [targetsName]: upper }, ({ targetId }) => targets.has(targetId)],
      [{ [eventsName]: [...events] }, ({ eventId }) => events.has(eventId)],
    ];
    const all = expectedAt(truths, level, afterwards).size;
    for (const [filter, isWanted] of cases) {
      const { shown } = await search(simulator, level, { ...days, ...filter });
      const expected = expectedAt(truths, level, afterwards, isWanted);
      expect(shown).toEqual(expected);
      expect([JSON.stringify(filter), shown.size > 0, shown.size < all]).toEqual([
        JSON.stringify(filter),
        true,
        true,
      ]);
    }
  }
});

test("the range of time has its start in it and its end not, and is at most 31 days long", async () => {
  const simulator = await start({ meterCount: 40, dispatchRate: 2, nowMs: afterwards });
  const truth = truthsOf(simulator).find(({ level, replacedAtMs, isRealTime }) => {
    return level === "group" && replacedAtMs === null && !isRealTime;
  });
  const at = (shiftMs: number): string => new Date((truth?.startMs ?? 0) + shiftMs).toISOString();
  const isShown = async (start_date: string, end_date: string): Promise<boolean> =>
    (await search(simulator, "group", { start_date, end_date })).shown.has(truth?.eventId ?? "");
  expect(await isShown(at(0), at(1))).toBe(true);
  expect(await isShown(at(-60_000), at(0))).toBe(false);
  expect(await isShown(at(1), at(60_000))).toBe(false);
  const path = "/v2/dispatch/group/search";
  const longest = { start_date: "2019-03-01T00:00:00Z", end_date: "2019-04-01T00:00:00Z" };
  expect((await ask(simulator, path, longest)).status).toBe(200);
  const refused: readonly unknown[] = [
    undefined,
    "{ no json",
    [],
    {},
    { start_date: begin },
    { end_date: end },
    { start_date: "2026-10-26", end_date: end },
    { ...longest, end_date: "2019-04-01T00:00:00.001Z" },
    { ...days, end_date: "2026-10-25T23:59:59Z" },
    { ...days, market_group_ids: [] },
    { ...days, market_group_ids: ["x"] },
    { ...days, market_group_event_ids: [truth?.eventId, truth?.eventId] },
    { ...days, exclude_voluntary_events: "no" },
    { ...days, page_token: "x" },
    { ...days, page_token: truth?.eventId },
  ];
  for (const body of refused) {
    const answer = await ask(simulator, path, body);
    expect([body, answer.status, answer.body]).toEqual([
      body,
      400,
      { code: "BAD_REQUEST", message: expect.any(String), error_code: "DISPATCH_INVALID_INPUT" },
    ]);
  }
});

test("options that make no sense are refused", async () => {
  for (const options of [{ dispatchRate: -1 }, { dispatchPageSizeMax: 0 }, { dispatchPageSizeMax: 501 }]) {
    const starting = startSimulator({
      seed: 1,
      meterCount: 1,
      startDate: "2026-10-01",
      nowMs: 0,
      ...options,
    });
    await expect(starting).rejects.toMatchObject({ kind: "usage" });
  }
});
