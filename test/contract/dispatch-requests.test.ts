import { expect, test } from "vitest";
import { planDrill } from "../../src/dispatch/index.ts";
import { openDispatchClient, sendIntegrationTest } from "../../src/leap/index.ts";
import { toOptions } from "../integration/leap-account.ts";
import { answerJson, openScriptedServer } from "../integration/scripted-server.ts";
import { openIds, slot, toGroup } from "../unit/dispatch/drill-groups.ts";
import { leapOpenApiDir, openLeapSchema } from "./leap-schema.ts";

const token = "f1000000-0000-4000-8000-000000000001";
const groupIds = ["a1000000-0000-4000-8000-000000000001", "a1000000-0000-4000-8000-000000000002"];
const { signal } = new AbortController();

test.skipIf(leapOpenApiDir === undefined)(
  "every body of a search for dispatches is one that Leap's schema allows",
  async () => {
    const server = await openScriptedServer(answerJson({ results: [] }));
    const client = openDispatchClient(toOptions(server.url));
    const time = { fromMs: Date.UTC(2026, 6, 1), toMs: Date.UTC(2026, 7, 1) };
    for (const level of ["group", "meter"] as const) {
      for (const marketGroupIds of [[], groupIds]) {
        for (const is of [true, false]) {
          const question = { ...time, level, marketGroupIds, includesRealTime: is, includesVoluntary: !is };
          for (const pageToken of [null, token]) await client.readDispatchPage(question, pageToken, signal);
        }
      }
    }
    client.close();
    await server.close();
    const schema = openLeapSchema("dispatching.yml");
    const idOf = (path: string) =>
      path.includes("/group/") ? "searchGroupDispatches" : "searchMeterDispatches";
    expect(server.received).toHaveLength(16);
    for (const { path, body } of server.received) {
      expect(schema.validateRequest(idOf(path), body)).toEqual([]);
    }
  },
);

const limits = [
  { energy_kw: 0.01, nomination_kw: 100_000, priority: 1, performance_compensation_cap: "up-to-nomination" },
  { energy_kw: 100_000, nomination_kw: 0.01, priority: 10, performance_compensation_cap: "up-to-site-load" },
  { energy_kw: null, nomination_kw: null, performance_compensation_cap: "grid-exports-allowed" },
  { cancelled: true, is_voluntary: true, programs: ["ELRP"] },
  { dispatch_event_types: ["standard", "day-ahead", "hour-ahead", "5m", "capacity-test"] },
  {},
];

test.skipIf(leapOpenApiDir === undefined)(
  "every drill is one that Leap's schema allows; what the planner refuses, the schema does, too",
  async () => {
    const server = await openScriptedServer(answerJson({ sent_time: "2026-11-01T08:00:00Z" }));
    const timeslots = limits.map((changes) => ({ ...slot, ...changes }));
    const plan = planDrill(
      [toGroup({ timeslots }), toGroup({ marketGroupId: groupIds[1] ?? "" })],
      openIds(),
    );
    if (!("body" in plan)) throw new Error(plan.problems.join("; "));
    const { group_dispatches } = plan.body;
    await sendIntegrationTest(toOptions(server.url), { group_dispatches } as never, signal);
    await server.close();
    const schema = openLeapSchema("dispatching.yml");
    const operation = "triggerTestGroupDispatchNotification";
    const [received] = server.received;
    expect(schema.validateRequest(operation, received?.body)).toEqual([]);

    const [dispatch] = group_dispatches;
    for (const odd of [
      { energy_kw: 0.009 },
      { energy_kw: 100_000.1 },
      { nomination_kw: 0 },
      { priority: 0 },
      { priority: 11 },
      { priority: 1.5 },
      { performance_compensation_cap: "all" },
      { dispatch_event_types: [] },
      { dispatch_event_types: ["weekly"] },
      { dispatch_event_types: ["5m", "5m"] },
      { programs: [] },
      { cancelled: "no" },
      { market_group_event_id: "e1" },
    ]) {
      expect(planDrill([toGroup({ timeslots: [{ ...slot, ...odd }] })], openIds())).toHaveProperty(
        "problems",
      );
      const timeslot = { ...dispatch?.timeslots[0], ...odd };
      const body = { group_dispatches: [{ ...dispatch, timeslots: [timeslot] }] };
      expect(schema.validateRequest(operation, body), JSON.stringify(odd)).not.toEqual([]);
    }
  },
);
