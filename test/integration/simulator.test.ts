import { describe, expect, test } from "vitest";
import type { RunningSimulator } from "../../src/simulator/index.ts";
import { ask, type Loose, nowMs, search, start } from "../support/asked-simulator.ts";

async function readAll(
  simulator: RunningSimulator,
  filter: object,
  path = search,
): Promise<readonly Loose[]> {
  const found: Loose[] = [];
  const tokens = new Set<string>();
  let token: string | null | undefined;
  do {
    const { status, body } = await ask(simulator, path, token ? { ...filter, page_token: token } : filter);
    expect(status).toBe(200);
    found.push(...(body.meters ?? body.results));
    token = body.next_page_token;
    if (token) {
      expect(tokens.has(token)).toBe(false);
      tokens.add(token);
    }
  } while (token);
  return found;
}

const idsOf = (meters: readonly Loose[]): readonly string[] => meters.map((meter) => meter.meter_id);

describe("searching the simulated Leap", () => {
  test("windows of date added partition the portfolio, in v2 and in v1", async () => {
    const simulator = await start();
    const all = await readAll(simulator, { page_size: 50 });
    expect(new Set(idsOf(all)).size).toBe(simulator.portfolio.meterCountAt(nowMs));
    const edges = [
      "2020-02-01T00:00:00Z",
      "2022-06-30T12:00:00Z",
      all[90].audit.created_at,
      "2026-10-03T00:00:00Z",
    ];
    const v2: string[] = [];
    const v1: string[] = [];
    for (const [position, to] of [...edges, null].entries()) {
      const from = edges[position - 1];
      const beforeNext = to === null ? {} : { created_before_date_time: to };
      // Strict at both ends: a meter added exactly on an edge is in neither window.
      const after = from === undefined ? {} : { created_after_date_time: from };
      v2.push(...idsOf(await readAll(simulator, { ...after, ...beforeNext })));
      v1.push(
        ...idsOf(
          await readAll(
            simulator,
            {
              page_size: 9,
              ...(from === undefined ? {} : { date_added_from: from }),
              ...(to === null ? {} : { date_added_to: to }),
            },
            "/v1.1/account/sim-account/meters/search",
          ),
        ),
      );
    }
    const onEdge = all[90].meter_id;
    expect(v2.toSorted()).toEqual(
      idsOf(all)
        .filter((id) => id !== onEdge)
        .toSorted(),
    );
    expect(v1.filter((id) => id === onEdge)).toHaveLength(2);
    expect([...new Set(v1)].toSorted()).toEqual(idsOf(all).toSorted());
  });

  test("a token belongs to its search, says nothing, and comes only where there is more", async () => {
    const simulator = await start({ newMetersPerDay: 0 });
    const first = await ask(simulator, search, { page_size: 60 });
    const token: string = first.body.next_page_token;
    expect(token).toMatch(/^[\w-]+$/);
    const last = await ask(simulator, search, { page_size: 60, page_token: token });
    expect(last.body.meters).toHaveLength(60);
    expect("next_page_token" in last.body).toBe(false);
    const other = { page_size: 60, page_token: token, exclude_archived: true };
    expect((await ask(simulator, search, other)).status).toBe(400);
    expect((await ask(simulator, search, { page_token: "nonsense" })).status).toBe(400);
    const v1 = await ask(simulator, "/v1.1/account/sim-account/meters/search", {});
    expect(v1.body.next_page_token).toBeNull();
    expect(v1.body.results).toHaveLength(120);
  });

  test("every filter gives exactly the meters that fit it", async () => {
    const simulator = await start({ meterCount: 300 });
    const all = await readAll(simulator, {});
    const reference = all.find((meter) => meter.partner_reference !== undefined).partner_reference;
    const filters: readonly (readonly [object, (meter: Loose) => boolean])[] = [
      [{ exclude_archived: true }, (meter) => !meter.is_archived],
      [{ transmission_region: "NYISO" }, (meter) => meter.transmission_region === "NYISO"],
      [{ customer_classification: "COMMERCIAL" }, (meter) => meter.customer_classification === "COMMERCIAL"],
      [
        { global_enrollment_statuses: ["PENDING", "INELIGIBLE"] },
        (meter) => ["PENDING", "INELIGIBLE"].includes(meter.global_enrollment_status),
      ],
      [{ partner_references: [reference] }, (meter) => meter.partner_reference === reference],
      [{ partner_action_required: true }, (meter) => meter.required_actions.partner.length > 0],
      [{ meter_types: ["DEVICE"] }, (meter) => meter.meter_type === "DEVICE"],
      [
        { load_types: ["HVAC", "OTHER"] },
        (m) => m.load_types.includes("HVAC") || m.load_types.includes("OTHER"),
      ],
      [{ tags: ["pilot"] }, (meter) => meter.tags.includes("pilot")],
      [{ customer_groups: [""] }, (meter) => meter.customer_group === ""],
      [{ connection_reference_ids: [reference] }, (meter) => meter.connection_references.includes(reference)],
      [
        { action_type: ["HAS_NOMINATIONS"] },
        (meter) => JSON.stringify(meter.required_actions).includes("HAS_NOMINATIONS"),
      ],
      [{ meter_ids: [all[5].meter_id.toUpperCase(), all[2].meter_id] }, (m) => m === all[2] || m === all[5]],
      [{ meter_ids: [all[5].meter_id], exclude_archived: true }, (m) => m === all[5] && !m.is_archived],
      [{ meter_ids: ["00000000-0000-4000-8000-000000000000"] }, () => false],
      [{ meter_ids: [] }, () => true],
      [{ partner_action_required: false, page_token: null }, () => true],
    ];
    for (const [filter, fits] of filters)
      expect(idsOf(await readAll(simulator, { page_size: 40, ...filter }))).toEqual(idsOf(all.filter(fits)));
    const since = new Date(nowMs - 86_400_000).toISOString();
    const modified = await readAll(simulator, { last_modified_date_time: since });
    expect(modified.length).toBeGreaterThan(0);
    expect(modified.length).toBeLessThan(100);
  });

  test("a rare find in a large portfolio comes in short pages that go on, and misses nothing", async () => {
    const simulator = await start({ meterCount: 60_000, newMetersPerDay: 0 });
    const id = simulator.portfolio.meterIdAt(59_900);
    const reference = simulator.portfolio.truthOf(59_900, nowMs)?.partnerReference ?? "SITE-59900";
    const first = await ask(simulator, search, { partner_references: [reference] });
    expect(first.body.meters).toEqual([]);
    expect(first.body.next_page_token).toBeDefined();
    expect(idsOf(await readAll(simulator, { partner_references: [reference] }))).toContain(id);
  });

  test("a million meters answer a first page, a window in the middle and a point read", async () => {
    const simulator = await start({ meterCount: 1_000_000 });
    expect((await ask(simulator, search, {})).body.meters).toHaveLength(500);
    const created: string = (
      await ask(
        simulator,
        `/v2/meters/${simulator.portfolio.meterIdAt(500_000)}/enrollments`,
        undefined,
        "GET",
      )
    ).body.audit.created_at;
    const window = {
      created_after_date_time: created,
      created_before_date_time: new Date(Date.parse(created) + 3_600_000).toISOString(),
    };
    const found = await readAll(simulator, window);
    expect(found[0].meter_id).toBe(simulator.portfolio.meterIdAt(500_001));
    expect(found.length).toBeLessThan(100);
  });

  test("pages are no longer than the simulator allows, whatever is asked", async () => {
    const simulator = await start({ pageSizeMax: 25 });
    expect((await ask(simulator, search, { page_size: 500 })).body.meters).toHaveLength(25);
    expect(await readAll(simulator, {})).toHaveLength(simulator.portfolio.meterCountAt(nowMs));
  });
});
