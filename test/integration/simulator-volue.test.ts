import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { type RunningSimulator, startSimulator, type VolueEvent } from "../../src/simulator/index.ts";
import { startProgram } from "./run-program.ts";

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into, not modelled
type Loose = any;
type Answer = { readonly status: number; readonly type: string; readonly text: string; readonly body: Loose };

const nowMs = Date.parse("2026-10-28T14:00:00Z");

async function start(): Promise<RunningSimulator> {
  const simulator = await startSimulator({ seed: 5, meterCount: 5, startDate: "2026-10-28", nowMs });
  onTestFinished(() => simulator.close());
  return simulator;
}

async function askToken({ url, volue }: RunningSimulator, change: Record<string, string> = {}) {
  const { clientId, clientSecret } = volue;
  const usual = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const form = new URLSearchParams({ ...usual, ...change });
  return readAnswer(await fetch(url + volue.tokenPath, { method: "POST", body: form }));
}

async function ask({ url, volue }: RunningSimulator, token: string, path: string, body?: unknown) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return readAnswer(await fetch(url + volue.basePath + path, { ...sent, headers }));
}

async function readAnswer(response: Response): Promise<Answer> {
  const type = response.headers.get("content-type") ?? "";
  const text = await response.text();
  return { status: response.status, type, text, body: type.includes("json") && text ? JSON.parse(text) : {} };
}

const falseThrice = [false, false, false];

const grant = async (simulator: RunningSimulator) => String((await askToken(simulator)).body.access_token);

function toReport(event: VolueEvent) {
  const { targets, priceCurveDelta } = event.payload as Loose;
  const points = priceCurveDelta.points.map(({ timestamp }: Loose) => ({ timestamp, kiloWattHours: 1.5 }));
  const payload = { payloadType: "EnergyUsage", resolution: "01:00:00", points };
  return { eventId: event.id, payloads: [{ ...payload, resourceId: targets[0].resourceId }] };
}

describe("the simulated Volue gives out tokens", () => {
  test("for its own client alone, in OAuth's words otherwise", async () => {
    const simulator = await start();
    expect((await askToken(simulator)).body).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 3600,
    });
    for (const [change, error] of [
      [{ client_secret: "other" }, "invalid_client"],
      [{ client_id: "other" }, "invalid_client"],
      [{ grant_type: "password" }, "unsupported_grant_type"],
    ] as const) {
      const { status, body } = await askToken(simulator, change);
      expect([status, body]).toEqual([400, { error }]);
    }
    expect(simulator.volue.tokenRequests.map(({ isGranted }) => isGranted)).toEqual([true, ...falseThrice]);
    expect(JSON.stringify(simulator.requests)).not.toContain(simulator.volue.clientSecret);
  });

  test("that end: by the clock, after so many requests, or all at once", async () => {
    const simulator = await start();
    const statusOf = async (token: string) => (await ask(simulator, token, "/events?pageSize=1")).status;
    const first = await grant(simulator);
    expect(await statusOf(first)).toBe(200);
    simulator.setNow(nowMs + 3_599_999);
    expect(await statusOf(first)).toBe(200);
    simulator.setNow(nowMs + 3_600_000);
    expect(await statusOf(first)).toBe(401);
    simulator.volue.setFaults([{ kind: "token-expires", afterRequests: 2 }]);
    const second = await grant(simulator);
    expect([await statusOf(second), await statusOf(second), await statusOf(second)]).toEqual([200, 200, 401]);
    simulator.volue.setFaults([]);
    const third = await grant(simulator);
    simulator.volue.expireTokens();
    expect(await statusOf(third)).toBe(401);
    expect(await statusOf("")).toBe(401);
  });
});

describe("the simulated Volue has events", () => {
  test("page by page, newest first, and each by its id", async () => {
    const simulator = await start();
    const token = await grant(simulator);
    const { events } = simulator.volue;
    const paged: Loose[] = [];
    let page: number | null = 1;
    while (page !== null) {
      const { body }: Answer = await ask(simulator, token, `/events?page=${page}&pageSize=250`);
      expect(body.pagination).toMatchObject({
        totalRecords: events.length,
        currentPage: page,
        totalPages: 3,
      });
      expect(body.pagination.previousPage).toBe(page === 1 ? null : page - 1);
      expect(body.pagination.nextPage).toBe(page === 3 ? null : page + 1);
      paged.push(...body.events);
      page = body.pagination.nextPage;
    }
    expect(JSON.stringify(paged) === JSON.stringify(events)).toBe(true);
    expect((await ask(simulator, token, `/events/${events[7]!.id}`)).body).toEqual(events[7]);
    for (const path of ["/events/none", "/events/%ff", "/elsewhere"]) {
      const { status, type } = await ask(simulator, token, path);
      expect([status, type]).toEqual([404, expect.stringContaining("application/problem+json")]);
    }
    for (const query of ["pageSize=1001", "pageSize=0", "page=x"]) {
      const { status, body } = await ask(simulator, token, `/events?${query}`);
      expect([status, Object.keys(body.errors)]).toEqual([400, [query.split("=")[0]]]);
    }
  });

  test("that are simulated as one asks for them, and by chance otherwise", async () => {
    const simulator = await start();
    const token = await grant(simulator);
    const location = { locationId: "location-1", meterPointId: "707057000012345678" };
    const resource = { ...location, resourceId: "charger-1" };
    const points = [{ maxPowerInKiloWatts: 3, timestamp: "2026-10-29T17:00:00+01:00" }];
    for (const [path, asked, target, kind] of [
      ["pricecurve", { priceArea: "FI", targets: [resource] }, resource, "PriceCurve"],
      ["lpc/locations", { locations: [{ location, points }] }, { ...location, points }, "LocationLPC"],
      ["lpc/resources", { resources: [{ resource, points }] }, { ...resource, points }, "ResourceLPC"],
    ] as const) {
      const random = await ask(simulator, token, `/simulation/events/${path}`, {});
      expect(random.body.simulatedEvent.payload).toMatchObject({ payloadType: kind });
      const { body } = await ask(simulator, token, `/simulation/events/${path}`, asked);
      expect(body.simulatedEvent.payload).toMatchObject({ payloadType: kind, targets: [target] });
      expect(simulator.volue.events[0]).toEqual(body.simulatedEvent);
    }
    const wrong = await ask(simulator, token, "/simulation/events/pricecurve", { priceArea: "NO9" });
    expect([wrong.status, Object.keys(wrong.body.errors)]).toEqual([400, ["priceArea"]]);
  });
});

describe("the simulated Volue takes reports", () => {
  test("and keeps them, a second one of the same event, too", async () => {
    const simulator = await start();
    const token = await grant(simulator);
    const report = toReport(simulator.volue.events[0]!);
    const answers = [
      await ask(simulator, token, "/reports", report),
      await ask(simulator, token, "/reports", report),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(simulator.volue.reports).toEqual(answers.map(({ body }) => ({ ...body, body: report })));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(2);
  });

  test("and refuses, field by field, what is wrong; as a bare text where told to", async () => {
    const simulator = await start();
    const token = await grant(simulator);
    const report = toReport(simulator.volue.events[0]!);
    const broken = structuredClone(report) as Loose;
    broken.payloads[0].points[3].timestamp = "2026-10-29 03:00";
    const refused = await ask(simulator, token, "/reports", broken);
    expect([refused.status, refused.type]).toEqual([400, "application/problem+json; charset=utf-8"]);
    expect(refused.body).toMatchObject({
      status: 400,
      errors: { "payloads[0].points[3].timestamp": [expect.stringContaining("date-time")] },
    });
    const unknown = await ask(simulator, token, "/reports", { ...report, eventId: "nowhere" });
    expect(Object.keys(unknown.body.errors)).toEqual(["eventId"]);
    simulator.volue.setFaults([{ kind: "plain-refusal" }]);
    const plain = await ask(simulator, token, "/reports", broken);
    expect([plain.status, plain.body]).toEqual([400, expect.stringContaining("points[3].timestamp")]);
    expect(simulator.volue.reports).toEqual([]);
    expect((await ask(simulator, "other", "/reports", report)).status).toBe(401);
  });

  test("and loses answers, or reports, as its faults say", async () => {
    const simulator = await start();
    const { volue } = simulator;
    const token = await grant(simulator);
    const send = () => ask(simulator, token, "/reports", toReport(volue.events[0]!));
    const statusOf = () =>
      send().then(
        ({ status }) => status,
        (error: Error) => String((error.cause as Loose).code),
      );
    volue.setFaults([
      { kind: "reset-before-store", times: 1 },
      { kind: "reset-after-store", times: 1 },
      { kind: "status", status: 503, after: 1, times: 1 },
      { kind: "status", status: 500, isStored: true, times: 1 },
    ]);
    const seen: (readonly [number | string, number])[] = [];
    for (let count = 0; count < 5; count += 1) seen.push([await statusOf(), volue.reports.length]);
    expect(seen).toEqual([
      ["ECONNRESET", 0],
      ["ECONNRESET", 1],
      [503, 1],
      [500, 2],
      [200, 3],
    ]);
    volue.setFaults([{ kind: "throttle", retryAfterSeconds: 7, times: 1 }, { kind: "html" }]);
    expect((await send()).status).toBe(429);
    expect((await send()).text).toContain("<html>");
    volue.setFaults([{ kind: "hang-after-store", on: "reports" }]);
    const hanging = statusOf();
    await expect.poll(() => volue.reports.length, { interval: 2, timeout: 20_000 }).toBe(4);
    expect((await ask(simulator, token, "/events?pageSize=1")).status).toBe(200);
    await simulator.close();
    expect(await hanging).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  });
});

test("simulate says how to point the job at the simulated Volue, and its words work", async () => {
  const words = ["simulate", "--meters", "3", "--port", "0", "--format", "table", "--quiet"];
  const { child, ended } = startProgram(words);
  let said = "";
  child.stdout?.on("data", (text: string) => {
    said += text;
  });
  while (!said.includes("VOLUE_CLIENT_SECRET=")) await once(child.stdout!, "data");
  const variables = Object.fromEntries(
    [...said.matchAll(/^export (\w+)='?([^'\n]*)'?$/gm)].map(([, name, value]) => [name, value]),
  );
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  form.set("client_id", String(variables.VOLUE_CLIENT_ID));
  form.set("client_secret", String(variables.VOLUE_CLIENT_SECRET));
  const granted = await readAnswer(
    await fetch(String(variables.VOLUE_TOKEN_URL), { method: "POST", body: form }),
  );
  const headers = { authorization: `Bearer ${granted.body.access_token}` };
  const { body } = await readAnswer(await fetch(`${variables.VOLUE_BASE_URL}/events`, { headers }));
  expect(body.events.length).toBeGreaterThan(50);
  child.kill("SIGTERM");
  expect((await ended).exitCode).toBe(0);
});
