import { expect, test } from "vitest";
import { type DrillGroup, planDrill } from "../../../src/dispatch/index.ts";
import { groupId, openIds, slot, toGroup, toMeterId } from "./drill-groups.ts";

const otherId = "a1000000-0000-4000-8000-000000000002";

function problemsOf(...groups: readonly DrillGroup[]): readonly string[] {
  const plan = planDrill(groups, openIds());
  return "problems" in plan ? plan.problems : [];
}

function slotProblems(changes: object): readonly string[] {
  return problemsOf(toGroup({ timeslots: [{ ...slot, ...changes }] }));
}

test("a drill has the group, its members, their references and every field that Leap asks for", () => {
  expect(planDrill([toGroup()], openIds())).toEqual({
    body: {
      group_dispatches: [
        {
          market_group_id: groupId,
          meter_ids: [toMeterId(1), toMeterId(2), toMeterId(3)],
          partner_references: ["SITE-1", "SITE-2"],
          timeslots: [
            {
              market_group_event_id: "c1000000-0000-4000-8000-000000000001",
              start_time: "2026-11-01T23:00:00.000Z",
              end_time: "2026-11-02T00:00:00.000Z",
              cancelled: false,
              performance_compensation_cap: "up-to-site-load",
              priority: 1,
              is_voluntary: false,
              dispatch_event_types: ["standard"],
              programs: ["CCA", "ELRP"],
            },
          ],
        },
      ],
    },
  });
});

test("every field can be asked for", () => {
  const asked = {
    market_group_event_id: "D1000000-0000-4000-8000-00000000000A",
    cancelled: true,
    energy_kw: 0.01,
    nomination_kw: 100_000,
    performance_compensation_cap: "grid-exports-allowed",
    priority: 10,
    is_voluntary: true,
    dispatch_event_types: ["5m", "capacity-test"],
    programs: ["NEW-PROGRAM"],
  };
  expect(planDrill([toGroup({ timeslots: [{ ...slot, ...asked }] })], openIds())).toMatchObject({
    body: {
      group_dispatches: [
        { timeslots: [{ ...asked, market_group_event_id: asked.market_group_event_id.toLowerCase() }] },
      ],
    },
  });
});

test("energy of null is left out: as much as possible", () => {
  const plan = planDrill(
    [toGroup({ timeslots: [{ ...slot, energy_kw: null, nomination_kw: null }] })],
    openIds(),
  );
  expect(JSON.stringify(plan)).not.toMatch(/_kw/);
});

test("every group and timeslot has an event id of its own", () => {
  const groups = [toGroup({ timeslots: [slot, slot] }), toGroup({ marketGroupId: otherId })];
  const ids = JSON.stringify(planDrill(groups, openIds())).match(/c1000000[-0-9a-f]+/g);
  expect([ids?.length, new Set(ids).size]).toEqual([3, 3]);
});

test("a group of many members is drilled with all of them; references only of those who have one", () => {
  const members = Array.from({ length: 12_000 }, (_, index) => ({
    meterId: toMeterId(index),
    partnerReference: index % 2 === 0 ? "SHARED" : null,
  }));
  const plan = planDrill([toGroup({ members: [...members, ...members] })], openIds());
  const dispatch = "body" in plan ? plan.body.group_dispatches[0] : undefined;
  expect([dispatch?.meter_ids.length, dispatch?.partner_references]).toEqual([12_000, ["SHARED"]]);
  const none = planDrill(
    [toGroup({ members: [{ meterId: toMeterId(1), partnerReference: null }] })],
    openIds(),
  );
  expect(JSON.stringify(none)).not.toMatch(/partner_references/);
});

const kilowatts = (name: string) =>
  `timeslot 1: its ${name} is no number from 0.01 to 100000; null, or left out, is as much as possible`;

test.each([
  [{ energy_kw: 0.009 }, kilowatts("energy_kw")],
  [{ energy_kw: 100_000.01 }, kilowatts("energy_kw")],
  [{ energy_kw: "5" }, kilowatts("energy_kw")],
  [{ nomination_kw: 0 }, kilowatts("nomination_kw")],
  [{ nomination_kw: -1 }, kilowatts("nomination_kw")],
  [{ priority: 0 }, "timeslot 1: its priority is no whole number from 1 to 10"],
  [{ priority: 11 }, "timeslot 1: its priority is no whole number from 1 to 10"],
  [{ priority: 1.5 }, "timeslot 1: its priority is no whole number from 1 to 10"],
  [
    { performance_compensation_cap: "all" },
    /^timeslot 1: its performance_compensation_cap is none of up-to-site/,
  ],
  [{ dispatch_event_types: [] }, /^timeslot 1: its dispatch_event_types are no list of at least one/],
  [{ dispatch_event_types: ["weekly"] }, /^timeslot 1: its dispatch_event_types are no list of at least one/],
  [{ dispatch_event_types: ["5m", "5m"] }, "timeslot 1: it has a dispatch_event_type twice"],
  [{ programs: [] }, "timeslot 1: its programs are no list of at least one name"],
  [{ programs: [""] }, "timeslot 1: its programs are no list of at least one name"],
  [{ programs: ["CCA", "CCA"] }, "timeslot 1: it has a program twice"],
  [{ cancelled: "no" }, "timeslot 1: its cancelled is neither true nor false"],
  [{ is_voluntary: 1 }, "timeslot 1: its is_voluntary is neither true nor false"],
  [{ market_group_event_id: "e1" }, "timeslot 1: its market_group_event_id is no uuid"],
  [{ start_time: "17:00" }, "timeslot 1: its start_time is no instant such as 2026-11-01T23:00:00Z"],
  [{ end_time: undefined }, "timeslot 1: its end_time is no instant such as 2026-11-01T23:00:00Z"],
  [{ end_time: slot.start_time }, "timeslot 1: its end is not after its start"],
  [{ energy_kwh: 5, colour: "red" }, "timeslot 1: it has fields that no timeslot has: energy_kwh, colour"],
] as const)("a timeslot with %j is refused", (changes, problem) => {
  const expected = typeof problem === "string" ? problem : expect.stringMatching(problem);
  expect(slotProblems(changes)).toEqual([expected]);
});

test("everything that is wrong is told at once, the same thing of several timeslots once", () => {
  const odd = { ...slot, priority: 0, energy_kw: 0 };
  const problems = problemsOf(
    toGroup({ timeslots: [slot, odd, odd] }),
    toGroup({ marketGroupId: "north", members: [], timeslots: [slot, odd, odd] }),
  );
  expect(problems).toEqual([
    expect.stringMatching(/^timeslot 2, 3: its energy_kw/),
    expect.stringMatching(/^timeslot 2, 3: its priority/),
    "group north: its id is no uuid, which is what Leap takes",
    "group north: it has no members on 2026-11-01",
  ]);
  expect(problemsOf(toGroup({ timeslots: [odd, odd] }))[0]).toMatch(/^each timeslot: /);
});

test("a program has to be named where the snapshot has none: in v1, or where a row has none", () => {
  const problem = `group ${groupId}: the snapshot has no program of it: name one or more`;
  expect(problemsOf(toGroup({ programs: [] }))).toEqual([problem]);
  expect(problemsOf(toGroup({ programs: ["unknown"] }))).toEqual([problem]);
  const named = { ...slot, programs: ["CCA"] };
  expect(problemsOf(toGroup({ programs: [], timeslots: [named] }))).toEqual([]);
  expect(problemsOf(toGroup({ programs: ["unknown", "CCA"] }))).toEqual([]);
});

test.each([
  ["2026-11-01T06:59:59.999Z", false],
  ["2026-11-01T07:00:00Z", true],
  ["2026-11-02T07:59:59.999Z", true],
  ["2026-11-02T08:00:00Z", false],
])("a timeslot that starts at %s is on the trade date, whose members these are: %s", (start_time, isOn) => {
  const problems = problemsOf(toGroup({ timeslots: [{ start_time, end_time: "2026-11-03T00:00:00Z" }] }));
  expect(problems).toEqual(
    isOn ? [] : [expect.stringMatching(/a timeslot does not start on the trade date 2026-11-01 \(2026-/)],
  );
});

test("an event id belongs to one group and one timeslot", () => {
  const named = { ...slot, market_group_event_id: "d1000000-0000-4000-8000-000000000001" };
  const upper = { ...named, market_group_event_id: named.market_group_event_id.toUpperCase() };
  expect(problemsOf(toGroup({ timeslots: [named, upper] }))).toEqual([
    expect.stringMatching(/^two timeslots have the same market_group_event_id/),
  ]);
  const groups = [toGroup({ timeslots: [named] }), toGroup({ marketGroupId: otherId, timeslots: [named] })];
  expect(problemsOf(...groups)).toEqual([
    expect.stringMatching(/^a market_group_event_id is one group's alone/),
  ]);
});

test("a drill has groups and timeslots, and not too many (I8)", () => {
  expect(problemsOf()).toEqual(["there is no group to drill"]);
  expect(problemsOf(toGroup({ timeslots: [] }))).toEqual(["there is no timeslot: at least one is needed"]);
  expect(problemsOf(toGroup({ timeslots: Array(1000).fill(slot) }))).toEqual([]);
  expect(problemsOf(toGroup({ timeslots: Array(1001).fill(slot) }))).toEqual([
    "there are 1001 timeslots: a drill takes at most 1000",
  ]);
  const many = Array.from({ length: 21 }, () => toGroup({ timeslots: Array(1000).fill(slot) }));
  expect(problemsOf(...many)).toEqual([
    "21 groups have 21000 timeslots together: a drill takes at most 20000, so drill fewer at once",
  ]);
});

test("a member whose id is none that Leap takes is told of", () => {
  const members = [
    { meterId: "meter-1", partnerReference: null },
    { meterId: toMeterId(1), partnerReference: null },
  ];
  expect(problemsOf(toGroup({ members }))).toEqual([
    `group ${groupId}: 1 of its members have an id that is no uuid: meter-1`,
  ]);
});

test("what is no timeslot is told of", () => {
  expect(problemsOf(toGroup({ timeslots: [slot, 7, null] }))).toEqual(["timeslot 2, 3: it is not an object"]);
});

test("more problems than anyone reads are counted", () => {
  const groups = Array.from({ length: 40 }, (_, index) => toGroup({ marketGroupId: `g${index}` }));
  const problems = problemsOf(...groups);
  expect([problems.length, problems.at(-1)]).toEqual([31, "and 10 problems more"]);
});
