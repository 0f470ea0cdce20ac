import { describe, expect, test } from "vitest";
import { diffMeter, planMeter } from "../../../src/diff/index.ts";
import type { Meter, Preference, RequiredAction } from "../../../src/meter/index.ts";
import { meterV2 } from "./meters.ts";
import { openPublishedWorld } from "./published-world.ts";

const blank = meterV2([]);

function diff(before: Partial<Meter>, after: Partial<Meter>) {
  return diffMeter({
    before: { ...blank, ...before },
    beforePreference: null,
    after: { ...blank, ...after },
    afterPreference: null,
  });
}

const action: RequiredAction = {
  party: "partner",
  program: "CCA",
  deliveryPeriod: "OCT",
  type: "ADDRESS",
  code: "SERV_0005",
  deadlineMs: 1000,
  description: "fill in the load zone",
};

describe("statuses", () => {
  test("the global status and whether the meter is dispatchable, before and after", () => {
    const change = diff({}, { enrollmentStatus: "PENDING", dispatchable: false });
    expect(change).toEqual([
      {
        type: "meter.enrollment.global-status.updated",
        before: { status: "ACTIVE", dispatchable: true },
        after: { status: "PENDING", dispatchable: false },
      },
    ]);
  });

  test("the program statuses as sets per program and delivery period, those that differ only", () => {
    const row = (program: string, deliveryPeriod: string | null, ...statuses: string[]) => ({
      program,
      deliveryPeriod,
      statuses,
    });
    const before = [row("CCA", "OCT", "ACTIVE"), row("CCA", "NOV", "PENDING"), row("DSGS", null, "ACTIVE")];
    const after = [
      row("CCA", "OCT", "ACTIVE"),
      row("CCA", "NOV", "ACTIVE", "PENDING"),
      row("CCA", "DEC", "ELIGIBLE"),
    ];
    expect(diff({ programStatuses: before }, { programStatuses: after })).toEqual([
      {
        type: "meter.enrollment.program-status.updated",
        changes: [
          { program: "CCA", deliveryPeriod: "DEC", before: [], after: ["ELIGIBLE"] },
          { program: "CCA", deliveryPeriod: "NOV", before: ["PENDING"], after: ["ACTIVE", "PENDING"] },
          { program: "DSGS", deliveryPeriod: null, before: ["ACTIVE"], after: [] },
        ],
      },
    ]);
    expect(diff({ programStatuses: before }, { programStatuses: [...before].reverse() })).toEqual([]);
  });

  test("a program and period whose names run into one another are not mixed up", () => {
    const before = [{ program: "A", deliveryPeriod: "B,C", statuses: ["ACTIVE"] }];
    const after = [{ program: "A,B", deliveryPeriod: "C", statuses: ["ACTIVE"] }];
    expect(diff({ programStatuses: before }, { programStatuses: after })[0]).toMatchObject({
      changes: [{ after: [] }, { before: [] }],
    });
  });

  test("archived and restored, each by itself", () => {
    expect(diff({}, { isArchived: true })).toEqual([{ type: "meter.archived" }]);
    expect(diff({ isArchived: true }, {})).toEqual([{ type: "meter.restored" }]);
  });

  test("the partner reference, given, changed and taken away", () => {
    const type = "meter.partner-reference.updated";
    expect(diff({ partnerReference: null }, { partnerReference: "A" })).toEqual([
      { type, before: null, after: "A" },
    ]);
    expect(diff({ partnerReference: "A" }, { partnerReference: null })).toEqual([
      { type, before: "A", after: null },
    ]);
  });

  test("what no event tells of changes silently: tags, meter type, region, names of groups", () => {
    expect(diff({}, { tags: ["x"], meterType: "OTHER", transmissionRegion: "NYISO", addedAt: "x" })).toEqual(
      [],
    );
  });
});

describe("required actions", () => {
  const actions = (before: RequiredAction[], after: RequiredAction[]) =>
    diff({ requiredActions: before }, { requiredActions: after });

  test("added and resolved, with all that are outstanding", () => {
    const other = { ...action, code: "AUTH_0001" };
    expect(actions([action], [other])).toEqual([
      {
        type: "meter.enrollment.required-actions.updated",
        added: [other],
        changed: [],
        resolved: [action],
        outstanding: [other],
      },
    ]);
  });

  test("a moved deadline is changed, neither added nor resolved; one that appears or goes is too", () => {
    for (const deadlineMs of [2000, null]) {
      const moved = { ...action, deadlineMs };
      expect(actions([action], [moved])).toEqual([
        {
          type: "meter.enrollment.required-actions.updated",
          added: [],
          changed: [{ before: action, after: moved }],
          resolved: [],
          outstanding: [moved],
        },
      ]);
    }
  });

  test("another description alone is nothing", () => {
    expect(actions([action], [{ ...action, description: "fill in the voltage group" }])).toEqual([]);
  });

  test.each([
    ["party", { party: "leap" }],
    ["program", { program: "DSGS" }],
    ["delivery period", { deliveryPeriod: "NOV" }],
    ["type", { type: "HAS_AMI" }],
    ["code", { code: "LEAP_0001" }],
    ["party left out", { party: null }],
  ] as const)("another %s is another action", (_, change) => {
    const [told] = actions([action], [{ ...action, ...change }]);
    expect(told).toMatchObject({ added: [change], resolved: [action], changed: [] });
  });

  test("in another order are the same", () => {
    const other = { ...action, type: "HAS_AMI" };
    expect(actions([action, other], [other, action])).toEqual([]);
  });
});

describe("the preference in force", () => {
  const participate: Preference = {
    preference: "PARTICIPATE",
    startMs: Date.parse("2026-06-01T00:00:00Z"),
    endMs: null,
  };
  const idle: Preference = {
    preference: "IDLE",
    startMs: Date.parse("2026-06-10T07:00:00Z"),
    endMs: Date.parse("2026-06-12T07:00:00Z"),
  };
  const meter = meterV2([], { preferences: [participate, idle] });

  test("changes by time alone, and back: an event with its window each time, and only then", () => {
    const world = openPublishedWorld("CAISO", "America/Los_Angeles");
    const tell = (at: string) => world.run({ at, meters: [meter] }).get("m");
    expect(tell("2026-06-09T16:00:00Z")?.plan.nextPreferenceAtMs).toBe(idle.startMs);
    const begun = tell("2026-06-10T07:00:00Z");
    expect(begun?.others).toEqual([
      { type: "meter.enrollment.participation-status.updated", before: participate, after: idle },
    ]);
    expect(begun?.plan).toMatchObject({ preference: idle, nextPreferenceAtMs: idle.endMs });
    expect(tell("2026-06-11T16:00:00Z")?.others).toEqual([]);
    expect(tell("2026-06-12T07:00:00Z")?.others).toEqual([
      { type: "meter.enrollment.participation-status.updated", before: idle, after: participate },
    ]);
    expect(tell("2026-06-13T16:00:00Z")?.plan.nextPreferenceAtMs).toBeNull();
  });

  test("that came and went between two runs is no change", () => {
    const world = openPublishedWorld("CAISO", "America/Los_Angeles");
    world.run({ at: "2026-06-09T16:00:00Z", meters: [meter] });
    expect(world.run({ at: "2026-06-13T16:00:00Z", meters: [meter] }).get("m")?.others).toEqual([]);
  });

  test("with another window is a change, with the same window under another entry none", () => {
    const sides = (after: Preference | null) =>
      diffMeter({ before: blank, beforePreference: participate, after: blank, afterPreference: after });
    expect(sides({ ...participate })).toEqual([]);
    expect(sides({ ...participate, endMs: 5 })).toHaveLength(1);
    expect(sides(null)).toEqual([
      { type: "meter.enrollment.participation-status.updated", before: participate, after: null },
    ]);
  });
});

describe("a new meter", () => {
  test("is told as created, then its first assignments as `assigned`; archived is no event more", () => {
    const world = openPublishedWorld("CAISO", "America/Los_Angeles");
    const meter = meterV2([["CCA", "G", "2026-06-01T07:00:00Z", null]], { isArchived: true });
    const told = world.run({ at: "2026-06-02T16:00:00Z", meters: [meter] }).get("m");
    expect(told?.plan.changes.map(({ type }) => type)).toEqual(["meter.created", "meter.group.remapped"]);
    expect(told?.remaps[0]).toMatchObject({
      kind: "assigned",
      fromMarketGroupIds: [],
      toMarketGroupIds: ["G"],
    });
  });
});

describe("where v1's answer speaks about none of the horizon's days", () => {
  test("nothing is published or compared, and the meter is looked at by the next run", () => {
    const published = [{ program: null, group: "A", from: "2026-06-01", to: null }];
    const meter = { ...blank, apiVersion: "v1", participation: { kind: "dated", entries: [] } } as const;
    const horizon = {
      region: "CAISO",
      zone: "America/Los_Angeles",
      today: "2026-06-02",
      range: null,
      outermost: "2026-06-05",
      published: null,
    };
    const plan = planMeter({
      before: meter,
      zoneBefore: "America/Los_Angeles",
      after: meter,
      published,
      horizon,
      base: "2026-06-02",
      publishedThrough: "2026-06-03",
      isSwitched: false,
      isHeldBefore: false,
      isReread: false,
      presence: null,
      wasMissing: false,
      endedAtMs: null,
      nowMs: 0,
      plannedAtMs: 0,
    });
    expect(plan.changes).toEqual([]);
    expect(plan.assignments).toEqual(published);
    expect(plan.nextBoundary !== null && plan.nextBoundary <= "2026-06-02").toBe(true);
  });
});
