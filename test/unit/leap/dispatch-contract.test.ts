import { describe, expect, it, test } from "vitest";
import { parseDispatches } from "../../../src/leap/index.ts";
import { eventId, groupId, meterIds, toGroup, toMeter, toSlot } from "./dispatch-documents.ts";

const dispatch = {
  level: "group",
  eventId,
  targetId: groupId,
  meterIds: meterIds.slice(0, 2),
  startMs: Date.UTC(2026, 6, 1, 23),
  endMs: Date.UTC(2026, 6, 2),
  isCancelled: false,
  isVoluntary: false,
  test: null,
  energyKw: 12.5,
  nominationKw: 15,
  priority: 2,
  compensationCap: "up-to-site-load",
  eventTypes: ["day-ahead"],
  programs: ["CCA"],
  receivedAtMs: null,
};
const ofMeter = { ...dispatch, level: "meter", targetId: meterIds[0], meterIds: [meterIds[0]] };

test.each([
  ["an answer of a search", { results: [toGroup()], next_page_token: null }, dispatch],
  ["an answer of a search for meters", { results: [toMeter()] }, ofMeter],
  ["one group's dispatch", toGroup(), dispatch],
  ["one meter's dispatch", toMeter(), ofMeter],
  ["a notification", { group_dispatches: [toGroup()] }, dispatch],
  ["a meters' notification", { meter_dispatches: [toMeter()] }, ofMeter],
  ["a list of them", [toGroup()], dispatch],
  ["a list of notifications", [{ group_dispatches: [toGroup()], communication_test: false }], dispatch],
] as const)("%s is read", (_, value, expected) => {
  expect(parseDispatches(value, null)).toEqual({
    dispatches: [expected],
    problems: [],
    nextPageToken: null,
  });
});

describe("when it was received", () => {
  const receivedAtMs = Date.UTC(2026, 6, 1, 22, 0, 0, 250);
  const received_at = "2026-07-01T22:00:00.250Z";
  const notification = { group_dispatches: [toGroup()] };
  it.each([
    ["a capture with a body", { received_at, body: notification }],
    ["a capture with the body's text", { received_at, body: JSON.stringify(notification) }],
    ["a notification that says so itself", { received_at, ...notification }],
    ["a dispatch that says so itself", { received_at, ...toGroup() }],
    ["a list of captures", [{ received_at, body: notification }]],
  ])("is told by %s", (_, value) => {
    // What the capture says counts more than what whoever asks may know.
    const { dispatches, problems } = parseDispatches(value, 7);
    expect([dispatches, problems]).toEqual([[{ ...dispatch, receivedAtMs }], []]);
  });

  it("is what whoever asks knows, where nothing says it", () => {
    expect(parseDispatches(notification, 7).dispatches).toEqual([{ ...dispatch, receivedAtMs: 7 }]);
  });

  it("is told as a problem where it cannot be read, and the dispatch is given all the same", () => {
    const { dispatches, problems } = parseDispatches({ received_at: "noon", body: notification }, null);
    expect(dispatches).toEqual([dispatch]);
    expect(problems).toEqual(["received_at: it is no instant: taken as not said"]);
  });
});

describe("a test", () => {
  const slotOf = (changes: object) => toGroup({ timeslots: [toSlot({ ...changes })] });
  it.each([
    ["a slot's communication_test", slotOf({ communication_test: true }), "communication"],
    ["a slot's older is_communication_test", slotOf({ is_communication_test: true }), "communication"],
    [
      "a body's communication_test",
      { communication_test: true, group_dispatches: [toGroup()] },
      "communication",
    ],
    ["a body's older name", { is_communication_test: true, meter_dispatches: [toMeter()] }, "communication"],
    [
      "integration_test_notification",
      { integration_test_notification: true, group_dispatches: [toGroup()] },
      "integration",
    ],
    [
      "integration_test_notification, whatever its slots say",
      { integration_test_notification: true, group_dispatches: [slotOf({ communication_test: true })] },
      "integration",
    ],
    ["neither flag", { communication_test: false, group_dispatches: [slotOf({})] }, null],
    ["a flag that is no flag", slotOf({ communication_test: "yes" }), null],
  ])("is told by %s", (_, value, expected) => {
    expect(parseDispatches(value, null).dispatches.map((each) => each.test)).toEqual([expected]);
  });
});

describe("what is unknown", () => {
  it("is kept, and never fatal (I11)", () => {
    const slot = toSlot({
      programs: ["NEW-PROGRAM", "CCA"],
      dispatch_event_types: ["1m"],
      performance_compensation_cap: "none-at-all",
      priority: 99,
      colour: { of: "light" },
    });
    const { dispatches, problems } = parseDispatches(toGroup({ timeslots: [slot], mood: 1 }), null);
    expect(problems).toEqual([]);
    expect(dispatches[0]).toMatchObject({
      programs: ["NEW-PROGRAM", "CCA"],
      eventTypes: ["1m"],
      compensationCap: "none-at-all",
      priority: 99,
    });
  });

  it.each([12.5, "12.5", " 12.5 "])("energy of %j is a number", (energy_kw) => {
    const { dispatches } = parseDispatches(toGroup({ timeslots: [toSlot({ energy_kw })] }), null);
    expect(dispatches[0]?.energyKw).toBe(12.5);
  });

  const beyond = JSON.parse("1e999");
  it.each([null, undefined, "much", [], beyond, "9".repeat(400)])(
    "energy of %j is as much as possible",
    (energy_kw) => {
      const { dispatches, problems } = parseDispatches(toGroup({ timeslots: [toSlot({ energy_kw })] }), null);
      expect([dispatches[0]?.energyKw, problems]).toEqual([null, []]);
    },
  );

  it("leaves what is essential: a slot of ids and times alone", () => {
    const bare = {
      market_group_event_id: eventId,
      start_time: "2026-07-01T16:00:00-07:00",
      end_time: "2026-07-02T00:00:00.000000000Z",
    };
    const group = { market_group_id: groupId, meter_ids: [], timeslots: [bare] };
    const { dispatches, problems } = parseDispatches(group, null);
    expect(problems).toEqual([]);
    expect(dispatches).toEqual([
      {
        ...dispatch,
        meterIds: [],
        energyKw: null,
        nominationKw: null,
        priority: null,
        compensationCap: null,
        eventTypes: [],
        programs: [],
      },
    ]);
  });
});

test("ids are in lower case; meters are distinct and sorted", () => {
  const [first, second, third] = meterIds;
  const value = toGroup({
    market_group_id: groupId.toUpperCase(),
    meter_ids: [third, first.toUpperCase(), ` ${second}`, first],
    timeslots: [toSlot({ market_group_event_id: eventId.toUpperCase() })],
  });
  expect(parseDispatches(value, null).dispatches).toEqual([{ ...dispatch, meterIds: [...meterIds] }]);
});

test.each([
  ["no event id", { market_group_event_id: null }, "it has no market_group_event_id"],
  [
    "a meter's event id",
    { market_group_event_id: 1, meter_event_id: eventId },
    "it has no market_group_event_id",
  ],
  ["no start", { start_time: undefined }, "its start_time is no instant"],
  ["a start without an offset", { start_time: "2026-07-01T23:00:00" }, "its start_time is no instant"],
  ["no end", { end_time: 5 }, "its end_time is no instant"],
  ["an end at its start", { end_time: "2026-07-01T23:00:00Z" }, "its end is not after its start"],
  ["an end before its start", { end_time: "2026-07-01T22:59:59Z" }, "its end is not after its start"],
  ["a length of 31 days and a bit", { end_time: "2026-08-01T23:00:00.001Z" }, "it is longer than 31 days"],
] as const)("a slot with %s is a problem, and the others are given", (_, changes, problem) => {
  const value = { results: [toGroup(), toGroup({ timeslots: [toSlot(changes), toSlot()] })] };
  const { dispatches, problems } = parseDispatches(value, null);
  expect(dispatches).toEqual([dispatch, dispatch]);
  expect(problems).toEqual([`results[1].timeslots[0]: ${problem}`]);
});

test("a slot of 31 days is read", () => {
  const value = toGroup({ timeslots: [toSlot({ end_time: "2026-08-01T23:00:00Z" })] });
  expect(parseDispatches(value, null)).toMatchObject({ dispatches: [{}], problems: [] });
});

test.each([
  ["no id", toGroup({ market_group_id: "" }), "it has no market_group_id"],
  ["no members", toGroup({ meter_ids: null }), "it has no list of meter_ids"],
  [
    "a member that is none: half of them would be taken for all",
    toGroup({ meter_ids: [meterIds[0], null] }),
    "its meter_ids[1] is no id, so its members are not known",
  ],
  ["an empty list of slots", toGroup({ timeslots: [] }), "its list of timeslots is empty"],
  ["no list of slots", toGroup({ timeslots: {} }), "it has no list of timeslots"],
  ["no object", 7, "it is not an object"],
] as const)("a group with %s is a problem, and the others are given", (_, odd, problem) => {
  const { dispatches, problems } = parseDispatches({ group_dispatches: [odd, toGroup()] }, null);
  expect(dispatches).toEqual([dispatch]);
  expect(problems).toEqual([`group_dispatches[0]: ${problem}`]);
});

test.each([
  ["an empty object", {}, /^it is no dispatch/],
  ["an error of Leap's", { code: "NOT_FOUND", message: "no" }, /^it is no dispatch/],
  ["a text", "dispatch", /^it is not an object$/],
  ["nothing", null, /^it is not an object$/],
  ["results that are no list", { results: {} }, /^results: it is not a list$/],
  ["a body that is no JSON", { received_at: "2026-07-01T22:00:00Z", body: "<html>" }, /^body: .* not JSON$/],
  ["lists in lists in lists", [[[[[[[[]]]]]]]], /^(\[0\]){6}: it is nested too deep/],
] as const)("%s is a problem", (_, value, problem) => {
  const { dispatches, problems } = parseDispatches(value, null);
  expect(dispatches).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

test("what an object inherits is none of its fields", () => {
  const value = Object.create({ timeslots: [toSlot()], results: [toGroup()] });
  expect(parseDispatches(value, null).problems).toHaveLength(1);
});

test("more problems than anyone reads are counted", () => {
  const { problems } = parseDispatches(Array(60).fill(1), null);
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe("and 10 more like these");
});

test("the token of the next page is that of a search; an empty one is none", () => {
  const tokenOf = (value: unknown) => parseDispatches(value, null).nextPageToken;
  expect(tokenOf({ results: [], next_page_token: "t2" })).toBe("t2");
  expect(tokenOf({ results: [], next_page_token: "" })).toBeNull();
  expect(tokenOf({ group_dispatches: [], next_page_token: "t2" })).toBeNull();
});
