import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Failure } from "../../src/failure/index.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";

const v2Search = "/v2/meters/enrollments/search";
const v1Search = "/v1.1/account/sim-account/meters/search";
const early = "0a0a0a0a-0000-4000-8000-000000000001";
const late = "0a0a0a0a-0000-4000-8000-000000000002";
const undated = "0a0a0a0a-0000-4000-8000-000000000003";

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into, not modelled
type Loose = any;

let folder: string;
let simulator: RunningSimulator | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recorded-pages-"));
});
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
  await rm(folder, { recursive: true });
});

async function serve(pages: Readonly<Record<string, unknown>>): Promise<RunningSimulator> {
  for (const [name, body] of Object.entries(pages))
    await writeFile(join(folder, name), typeof body === "string" ? body : JSON.stringify(body));
  simulator = await startSimulator({
    seed: 1,
    meterCount: 10,
    startDate: "2026-10-01",
    nowMs: Date.parse("2026-10-05T12:00:00Z"),
    recordedPagesDir: folder,
  });
  return simulator;
}

async function ask(path: string, body?: object): Promise<{ status: number; body: Loose }> {
  const response = await fetch(`${simulator?.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${simulator?.apiKey}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function readPages(path: string, filter: object): Promise<readonly Loose[]> {
  const pages: Loose[] = [];
  let token: string | null | undefined;
  do {
    const { status, body } = await ask(path, token ? { ...filter, page_token: token } : filter);
    expect(status).toBe(200);
    pages.push(body.meters ?? body.results);
    token = body.next_page_token;
  } while (token);
  return pages;
}

const v2Pages = {
  "page-02.json": {
    next_page_token: "theirs",
    meters: [
      { meter_id: late, audit: { created_at: "2025-05-05T00:00:00.000002Z" } },
      { meter_id: undated },
      null,
    ],
  },
  "page-01.json": {
    next_page_token: "theirs",
    meters: [
      { meter_id: early.toUpperCase(), audit: { created_at: "2020-01-01T00:00:00Z" }, odd: [1.5, "ü"] },
    ],
  },
  "notes.txt": "not a page",
};

describe("recorded pages", () => {
  test("come in the order of their names, as they were received, linked by our own tokens", async () => {
    await serve(v2Pages);
    const pages = await readPages(v2Search, {});
    expect(pages).toEqual([v2Pages["page-01.json"].meters, v2Pages["page-02.json"].meters]);
    expect((await ask(v2Search, {})).body.next_page_token).not.toBe("theirs");
    expect((await ask(v2Search, { page_token: "theirs" })).status).toBe(400);
  });

  test("are split into windows of date added; what has no date comes in the first", async () => {
    await serve(v2Pages);
    const low = await readPages(v2Search, { created_before_date_time: "2025-05-05T00:00:00.000002Z" });
    expect(low).toEqual([v2Pages["page-01.json"].meters, [{ meter_id: undated }, null]]);
    const high = await readPages(v2Search, { created_after_date_time: "2025-05-05T00:00:00.000001Z" });
    expect(high).toEqual([[], [v2Pages["page-02.json"].meters[0]]]);
  });

  test("answer for single meters, by id in any case", async () => {
    await serve(v2Pages);
    expect((await ask(`/v2/meters/${early}/enrollments`)).body.odd).toEqual([1.5, "ü"]);
    expect((await ask(`/v2/meters/${undated.replace("3", "9")}/enrollments`)).status).toBe(404);
    const { body } = await ask(v2Search, { meter_ids: [late, early, late.replace("2", "8")] });
    expect(body).toEqual({ meters: [v2Pages["page-01.json"].meters[0], v2Pages["page-02.json"].meters[0]] });
    expect((await ask(v1Search, {})).status).toBe(404);
  });

  test("of v1 come whole in the window that is open at its low end, and not in the others", async () => {
    await serve({
      "a.json": { results: [{ meter_id: early }], next_page_token: null },
      "b.json": { results: [] },
    });
    expect(await readPages(v1Search, { date_added_to: "2020-01-01T00:00:00Z" })).toEqual([
      [{ meter_id: early }],
      [],
    ]);
    expect(await readPages(v1Search, { date_added_from: "2020-01-01T00:00:00Z" })).toEqual([[], []]);
    expect((await ask(`/v1.1/account/sim-account/meters/${early}`)).body).toEqual({ meter_id: early });
    expect((await ask(v2Search, {})).status).toBe(404);
  });

  test.each([
    ["an empty folder", {}],
    ["a page that is not JSON", { "a.json": "{" }],
    ["a page without its envelope", { "a.json": { items: [] } }],
    ["a page that is no object", { "a.json": "[]" }],
    ["both versions at once", { "a.json": { meters: [] }, "b.json": { results: [] } }],
  ])("%s is refused in one clear line", async (_, pages) => {
    const failure = await serve(pages).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).kind).toBe("usage");
    expect((failure as Failure).message).toContain(folder);
    expect((failure as Failure).message).not.toContain("\n");
  });

  test("a missing folder is refused", async () => {
    const options = { seed: 1, meterCount: 1, startDate: "2026-10-01", nowMs: 0 };
    await expect(
      startSimulator({ ...options, recordedPagesDir: join(folder, "none") }),
    ).rejects.toMatchObject({
      kind: "usage",
    });
  });
});
