import { on } from "node:events";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Fault, PassedRequest } from "../examples/faulty-proxy.ts";
import type { DigestLine } from "../examples/run-consumer.ts";
import { type Chain, openChain } from "../examples/webhook-chain.ts";

// Early in the morning it is still yesterday in the west: regions have other trade dates.
const baseline = "2026-10-28T05:30:00Z";

/** None more than twice in a row: a request that fails three times is taken apart. */
const script: readonly Fault[] = [
  "passed on",
  { answers: 500 },
  "passed on, then reset",
  "passed on, answered slowly",
  { answers: 429, headers: { "retry-after": "1" } },
  "passed on",
  { answers: 307, headers: { location: "/elsewhere" } },
  "passed on",
  "passed on, then no answer",
  "passed on",
  "reset before it is passed on",
];

type Told = { readonly id: string; readonly sequence: string; readonly partitionkey: string };
type Report = { readonly eventId: string };

let chain: Chain;
beforeAll(async () => {
  chain = await openChain(250, baseline);
});
afterAll(() => chain.close());

function isTaken({ fault, status }: PassedRequest): boolean {
  return fault === "passed on" || fault === "passed on, answered slowly" ? status === 204 : false;
}

function toEvents({ body }: PassedRequest): Told[] {
  return JSON.parse(body) as Told[];
}

/** The groups of the published file, as the consumer's command prints what it holds. */
function readDigests(): DigestLine[] {
  return chain.read<DigestLine>(
    `SELECT trade_date, market_group_id, member_count, members_sha256 FROM snapshot_groups
     ORDER BY trade_date, market_group_id`,
  );
}

async function untilTroubled(): Promise<void> {
  await vi.waitFor(() => expect(chain.read("SELECT 1 FROM sink WHERE failure_count > 0")).toHaveLength(1), {
    timeout: 30_000,
    interval: 25,
  });
}

describe("the job, a faulty network and the example consumer", () => {
  it("get a day's events across, each failure followed by a repeat with the same id and body", async () => {
    chain.proxy.script.push(...script);
    const ended = await chain.sync("2026-10-29T05:30:00Z");
    expect([ended.exitCode, ended.stderr]).toEqual([0, ""]);
    const { requests } = chain.proxy;
    expect(requests.slice(0, script.length).map(({ fault }) => fault)).toEqual(script);
    for (const [index, request] of requests.entries()) {
      const next = requests[index + 1];
      if (isTaken(request)) expect(next?.webhookId).not.toBe(request.webhookId);
      else expect([next?.webhookId, next?.body]).toEqual([request.webhookId, request.body]);
    }
    // What one region has and the other has not is not shown; what is shown is held.
    expect(await chain.ask("digest")).toEqual(expect.arrayContaining(readDigests()));
  });

  it("catch up on a receiver that was down for a day, while the job was ended as it waited", async () => {
    const before = chain.proxy.requests.length;
    await chain.proxy.goDown();
    const run = await chain.startSync("2026-10-30T15:00:00Z");
    await untilTroubled();
    run.child.kill("SIGTERM");
    expect((await run.ended).stdout).toContain('"status": "published"');
    expect(chain.read("SELECT 1 FROM snapshot_runs WHERE status = 'published'")).toHaveLength(3);
    await chain.proxy.comeUp();
    // All is delivered; that nobody has reported on what was due yesterday is what a person looks at.
    const caughtUp = await chain.sync("2026-10-31T15:00:00Z");
    expect([caughtUp.exitCode, JSON.parse(caughtUp.stdout).delivery.due]).toEqual([7, { "webhook:ems": 0 }]);
    expect(chain.proxy.requests.slice(before).every(isTaken)).toBe(true);
    expect(await chain.ask("digest")).toEqual(readDigests());
  });

  it("carry reports by hand where there is no address for them: nothing is overdue any more", async () => {
    const reports = await chain.ask<Report>("reports");
    const path = `${chain.folder}/reports.ndjson`;
    writeFileSync(path, reports.map((report) => `${JSON.stringify(report)}\n`).join(""));
    const ended = await chain.run(["ack", "--file", path, "--format", "json"]);
    expect([ended.exitCode, ended.stderr]).toEqual([0, ""]);
    expect(JSON.parse(ended.stdout)).toMatchObject({ rejected: 0, unknown: [] });
    await chain.ask("reported", path);
    expect(await chain.ask("reports")).toEqual([]);
    expect((await chain.run(["deliver", "--now", "2026-10-31T16:00:00Z"])).exitCode).toBe(0);
  });

  it("stop at 410 until the sink is enabled, and lose nothing", async () => {
    const before = chain.proxy.requests.length;
    chain.proxy.script.push("passed on", { answers: 410 });
    const gone = await chain.sync("2026-11-01T15:00:00Z");
    expect([gone.exitCode, gone.messages.join()]).toEqual([3, expect.stringContaining("410")]);
    const later = ["deliver", "--now", "2026-11-01T15:10:00Z"];
    const still = await chain.run(later);
    expect([still.exitCode, still.messages.join()]).toEqual([3, expect.stringContaining("disabled")]);
    expect(chain.proxy.requests).toHaveLength(before + 2);
    expect((await chain.run(["enable", "ems"])).exitCode).toBe(0);
    expect((await chain.run(later)).exitCode).toBe(0);
    const [, refused, repeated] = chain.proxy.requests.slice(before);
    expect([repeated?.webhookId, repeated?.body]).toEqual([refused?.webhookId, refused?.body]);
  });

  it("end with every group as the file has it, nothing lost, and order kept for each key", async () => {
    const held = await chain.ask<DigestLine>("digest");
    expect(held).toEqual(readDigests());
    expect(new Set(held.map(({ trade_date }) => trade_date)).size).toBe(3);
    // From the events alone: the snapshot was read once.
    expect(await chain.ask("notes")).toHaveLength(1);

    const taken = chain.proxy.requests.filter(isTaken).flatMap(toEvents);
    const told = chain.read<{ id: string }>("SELECT id FROM snapshot_events ORDER BY sequence");
    expect(taken.map(({ id }) => id).sort()).toEqual(told.map(({ id }) => id).sort());
    const last = new Map<string, string>();
    for (const { partitionkey, sequence } of taken) {
      expect(sequence > (last.get(partitionkey) ?? ""), partitionkey).toBe(true);
      last.set(partitionkey, sequence);
    }
    expect(chain.proxy.requests.filter(({ path }) => path !== "/events")).toEqual([]);
    expect((await chain.run(["dead-letters", "--format", "json"])).stdout.trim()).toBe("[]");
  });

  it("leave no remap unacknowledged, whichever way its report came", async () => {
    const token = "token-of-those-who-report";
    const schedule = chain.start(["schedule"], {
      METER_SYNC_LISTEN: "127.0.0.1:0",
      METER_SYNC_ACK_TOKEN: token,
      METER_SYNC_CRON: "0 0 29 2 *",
    });
    try {
      const url = await readUrl(schedule.child.stderr!);
      await chain.restartConsumer({ EMS_ACK_URL: `${url}/acknowledgements`, EMS_ACK_TOKEN: token });
      const owed = () => chain.readHeld("SELECT 1 FROM acknowledgement");
      await vi.waitFor(() => expect(owed()).toEqual([]), { timeout: 30_000, interval: 25 });
    } finally {
      schedule.child.kill("SIGTERM");
      await schedule.ended;
    }
    const remaps = chain.read<{ id: string }>(
      "SELECT id FROM snapshot_events WHERE type = 'meter.group.remapped' ORDER BY sequence",
    );
    const { stdout } = await chain.run(["ack", "--list", "--format", "json"]);
    const states = JSON.parse(stdout) as { readonly event_id: string; readonly state: string }[];
    expect(states).toHaveLength(remaps.length);
    expect(states.filter(({ state }) => state !== "applied")).toEqual([]);
  });
});

async function readUrl(log: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of on(log, "data", { close: ["end"] })) {
    text += String(chunk);
    const [, url] = /"url":"(http:[^"]+)"/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(text);
}
