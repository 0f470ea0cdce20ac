import { expect, test } from "vitest";
import { openLeapClient } from "../../src/leap/index.ts";
import { answerJson, openScriptedServer } from "../integration/scripted-server.ts";
import { leapOpenApiDir, openLeapSchema } from "./leap-schema.ts";

test.skipIf(leapOpenApiDir === undefined)(
  "every body of a v2 search is one that Leap's schema allows",
  async () => {
    const server = await openScriptedServer(answerJson({ meters: [] }));
    const client = openLeapClient({
      apiVersion: "v2",
      baseUrl: server.url,
      accountId: null,
      credentials: { kind: "key", key: "id:secret" },
      pageSize: 500,
      concurrency: 4,
      limits: {
        requestTimeoutMs: 5000,
        responseBytesMax: 10_000,
        attemptCountMax: 1,
        requestCountMax: 100,
        runTimeMaxMs: 60_000,
      },
      random: () => 0,
      clock: { now: () => 0 },
    });
    const { signal } = new AbortController();
    const [fromMs, toMs] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1)];
    for (const addedFromMs of [null, fromMs]) {
      for (const addedToMs of [null, toMs]) {
        for (const token of [null, "t2"]) await client.readPage({ addedFromMs, addedToMs }, token, signal);
      }
    }
    // Polls: what was modified since an instant, and pages after the first.
    const poll = { addedFromMs: null, addedToMs: null, modifiedFromMs: fromMs };
    for (const token of [null, "t2"]) await client.readPage(poll, token, signal);
    const ids = ["5d1e0000-0000-4000-8000-000000000001", "5d1e0000-0000-4000-8000-000000000002"];
    for (const some of [ids, ids.slice(1)]) await client.readMeters(some, signal);
    client.close();
    await server.close();
    const schema = openLeapSchema("enrollments.yml");
    expect(server.received).toHaveLength(12);
    for (const { body } of server.received) {
      expect(schema.validateRequest("searchMeterEnrollments", body)).toEqual([]);
    }
  },
);
