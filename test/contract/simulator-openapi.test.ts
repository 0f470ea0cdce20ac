import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fault, type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { type LeapSchema, leapOpenApiDir, noOpenApiReason, openLeapSchema } from "./leap-schema.ts";

const isMissing = leapOpenApiDir === undefined;
const title = "the simulator answers as Leap's OpenAPI says";

describe.skipIf(isMissing)(isMissing ? `${title} (${noOpenApiReason})` : title, () => {
  let simulator: RunningSimulator;
  let schema: LeapSchema;

  beforeAll(async () => {
    schema = openLeapSchema("enrollments.yml");
    simulator = await startSimulator({
      seed: 11,
      meterCount: 700,
      startDate: "2026-09-20",
      nowMs: Date.parse("2026-09-20T15:00:00Z"),
    });
  });
  afterAll(() => simulator.close());

  async function ask(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(simulator.url + path, {
      method,
      headers: { authorization: `Bearer ${simulator.apiKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  test("every page of a search, on days over half a year, fits the schema", async () => {
    let pageCount = 0;
    for (const date of ["2026-09-20", "2026-09-28", "2026-10-01", "2026-10-30", "2026-11-01", "2027-03-14"]) {
      simulator.setNow(Date.parse(`${date}T18:00:00Z`));
      let token: string | undefined;
      do {
        const request = token === undefined ? { page_size: 300 } : { page_size: 300, page_token: token };
        expect(schema.validateRequest("searchMeterEnrollments", request)).toEqual([]);
        const { status, body } = await ask("POST", "/v2/meters/enrollments/search", request);
        expect(status).toBe(200);
        expect(schema.validateResponse("searchMeterEnrollments", 200, body)).toEqual([]);
        token = (body as { next_page_token?: string }).next_page_token;
        pageCount++;
      } while (token !== undefined);
    }
    expect(pageCount).toBeGreaterThan(15);
  });

  test("a meter read by its id fits the schema", async () => {
    const id = simulator.portfolio.meterIdAt(33);
    const { status, body } = await ask("GET", `/v2/meters/${id}/enrollments`);
    expect(status).toBe(200);
    expect(schema.validateResponse("getMeterEnrollment", 200, body)).toEqual([]);
  });

  test("meters asked for by their ids, or by when they were modified, fit the schema", async () => {
    const ids = Array.from({ length: 600 }, (_, index) => simulator.portfolio.meterIdAt(index));
    for (const request of [
      { meter_ids: ids, page_size: 500 },
      { last_modified_date_time: "2026-09-19T00:00:00Z", page_size: 500 },
    ]) {
      expect(schema.validateRequest("searchMeterEnrollments", request)).toEqual([]);
      const { status, body } = await ask("POST", "/v2/meters/enrollments/search", request);
      expect(status).toBe(200);
      expect(schema.validateResponse("searchMeterEnrollments", 200, body)).toEqual([]);
    }
  });

  test("what a fault leaves of the meters is still an answer that fits the schema", async () => {
    const faults: readonly Fault[] = [
      { kind: "empty-first-page" },
      { kind: "missing-token" },
      { kind: "repeated-token", page: 1 },
      { kind: "page-cap" },
      { kind: "moving-meters", twice: 0.4 },
      { kind: "region-vanishes" },
      { kind: "ungrouped" },
      { kind: "ungrouped", rows: "drop" },
      { kind: "other-account" },
      { kind: "missing-meters", share: 0.5 },
      { kind: "hidden-meters", share: 0.5 },
    ];
    for (const fault of faults) {
      simulator.setFaults([fault]);
      const filter = { page_size: 200, created_before_date_time: "2030-01-01T00:00:00Z" };
      const first = await ask("POST", "/v2/meters/enrollments/search", filter);
      const page_token = (first.body as { next_page_token?: string }).next_page_token;
      const second = await ask("POST", "/v2/meters/enrollments/search", { ...filter, page_token });
      for (const { body } of [first, second])
        expect([fault, schema.validateResponse("searchMeterEnrollments", 200, body)]).toEqual([fault, []]);
      expect(simulator.faultCounts()[0]?.hitCount).toBeGreaterThan(0);
    }
    simulator.setFaults([
      { kind: "token-expiry", requests: 0 },
      { kind: "error-500", after: 2 },
    ]);
    const { body } = await ask("POST", "/v2/meters/enrollments/search", { page_size: 200 });
    const { next_page_token: page_token } = body as { next_page_token: string };
    for (const wanted of [400, 500]) {
      const reply = await ask("POST", "/v2/meters/enrollments/search", { page_size: 200, page_token });
      expect(reply.status).toBe(wanted);
      expect(schema.validateResponse("searchMeterEnrollments", wanted, reply.body)).toEqual([]);
    }
    simulator.setFaults([]);
  });

  test("refusals fit the schema", async () => {
    const bad = await ask("POST", "/v2/meters/enrollments/search", { page_size: 501 });
    expect(bad.status).toBe(400);
    expect(schema.validateResponse("searchMeterEnrollments", 400, bad.body)).toEqual([]);
    const missing = await ask("GET", "/v2/meters/00000000-0000-4000-8000-000000000000/enrollments");
    expect(missing.status).toBe(404);
    expect(schema.validateResponse("getMeterEnrollment", 404, missing.body)).toEqual([]);
  });

  test("the check itself finds what is wrong", () => {
    const problems = schema.validateResponse("searchMeterEnrollments", 200, { meters: [{ meter_id: "x" }] });
    expect(problems.length).toBeGreaterThan(5);
    expect(schema.validateRequest("searchMeterEnrollments", { page_size: 501 })).toHaveLength(1);
  });
});
