import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  type Answer,
  deliverDue,
  enableSink,
  openSinks,
  registerSinks,
  type WebhookSink,
} from "../../src/delivery/index.ts";
import { appendToOutbox, toEvent } from "../contract/outbox.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const signal = new AbortController().signal;

let folder: string;
let database: Database;
let nowMs: number;
let answer: Answer["kind"];
let sent: number[][];
/** Fails whatever else is answered. */
let poisoned: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "delivery-webhook-"));
  database = openDatabase(join(folder, "meter-sync.sqlite"));
  nowMs = 1_700_000_000_000;
  answer = "taken";
  sent = [];
  poisoned = 0;
  registerSinks(database, [sink], nowMs);
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const sink: WebhookSink = {
  kind: "webhook",
  name: "webhook:ems",
  startAt: 1,
  batchEventCountMax: 1,
  batchBytesMax: 1024 * 1024,
  wants: () => true,
  send: async ({ events }) => {
    sent.push(events.map(({ sequence }) => sequence));
    const kind = events.some(({ sequence }) => sequence === poisoned) ? "failed" : answer;
    return { kind, status: null, answer: null, message: "no", retryAfterMs: null };
  },
  close: () => undefined,
};

/** One pass; its waits take no time but that of the clock. */
function deliver(to: WebhookSink = sink) {
  const clock = { now: () => nowMs };
  const wait = async (waitMs: number) => {
    nowMs += waitMs;
  };
  return deliverDue(database, [to], { signal, clock, random: () => 0.5, wait });
}

async function deliverEveryFiveMinutes(passCount: number): Promise<void> {
  for (let count = 0; count < passCount; count += 1) {
    await deliver();
    nowMs += 5 * minuteMs;
  }
}

describe("a webhook whose clock was put back by a day", () => {
  it("is sent to at once, though it was to be left alone until tomorrow", async () => {
    appendToOutbox(database, 1, 1);
    answer = "unreachable";
    await deliverEveryFiveMinutes(20);
    nowMs -= dayMs;
    answer = "taken";
    await deliver();
    expect(sent.at(-1)).toEqual([1]);
    expect(await deliver()).toMatchObject({ due: { "webhook:ems": 0 }, failures: [] });
  });

  it("is sent at once what gave trouble alone", async () => {
    appendToOutbox(database, 1, 1);
    answer = "failed";
    await deliverEveryFiveMinutes(20);
    nowMs -= dayMs;
    answer = "taken";
    await deliver();
    expect(await deliver()).toMatchObject({ due: { "webhook:ems": 0 }, failures: [] });
  });

  it("makes no dead letter in an outage because of what was taken tomorrow", async () => {
    appendToOutbox(database, 1, 1);
    nowMs += dayMs;
    await deliver();
    nowMs -= dayMs;
    appendToOutbox(database, 2, 2);
    answer = "failed";
    await deliverEveryFiveMinutes(100);
    expect((await deliver()).set_aside).toEqual({});
  });
});

describe("an event that fails", () => {
  const keyed = () => database.execute("UPDATE event SET partitionkey = id");

  it("is no dead letter of an outage that began after one part of a request was taken", async () => {
    appendToOutbox(database, 1, 4);
    keyed();
    const send: WebhookSink["send"] = async (request, aborted) => {
      answer = sent.length === 3 ? "taken" : "failed";
      return sink.send(request, aborted);
    };
    const batched = { ...sink, batchEventCountMax: 4, send };
    for (let count = 0; count < 500; count += 1) {
      await deliver(batched);
      nowMs += 5 * minuteMs;
    }
    expect((await deliver(batched)).set_aside).toEqual({});
  });

  it("is no dead letter of a receiver that refuses all it is sent, however little that is", async () => {
    for (const isEverTaken of [false, true]) {
      answer = isEverTaken ? "taken" : "refused";
      for (let day = 1; day <= 5; day += 1) {
        const sequence = day + (isEverTaken ? 5 : 0);
        appendToOutbox(database, sequence, sequence);
        keyed();
        await deliver();
        answer = "refused";
        nowMs += dayMs;
        expect((await deliver()).set_aside).toEqual({});
      }
      answer = "taken";
      nowMs += dayMs;
      expect((await deliver()).due).toEqual({ "webhook:ems": 0 });
    }
  });

  it("is a dead letter once others are taken while it fails", async () => {
    appendToOutbox(database, 1, 2);
    keyed();
    poisoned = 1;
    await deliverEveryFiveMinutes(20);
    appendToOutbox(database, 3, 3);
    keyed();
    expect(await deliver()).toMatchObject({ due: { "webhook:ems": 0 }, set_aside: { "webhook:ems": 1 } });
  });
});

it("sends what gave trouble alone at once where its sink is enabled by a person", async () => {
  appendToOutbox(database, 1, 1);
  answer = "failed";
  await deliverEveryFiveMinutes(20);
  await deliver();
  answer = "taken";
  enableSink(database, "webhook:ems");
  expect(await deliver()).toMatchObject({ delivered: { "webhook:ems": 1 }, failures: [] });
});

it("takes a receiver to which no connection is made in time for unreachable", async () => {
  const deaf = `const options = { port: 0, host: "127.0.0.1", backlog: 1 };
  require("node:net").createServer().listen(options, function () {
    require("node:fs").writeSync(1, String(this.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;
  const child = spawn(process.execPath, ["-e", deaf], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  // Nobody accepts: what is more than the kernel keeps gets no connection.
  const others = Array.from({ length: 5 }, () => connect(Number(port), "127.0.0.1").on("error", () => {}));
  const [webhook] = openSinks(
    [
      {
        ...{ kind: "webhook", name: "webhook:ems", url: `http://127.0.0.1:${port}/`, signingKeys: [] },
        ...{ headers: {}, mode: "batched", batchEventCountMax: 1, batchBytesMax: 1024, timeoutMs: 1000 },
        ...{ types: null, regions: null, programs: null, startAt: "now" },
      },
    ],
    { stdout: new PassThrough(), now: Date.now },
  );
  try {
    await Promise.all(others.slice(0, 2).map((other) => once(other, "connect")));
    if (webhook?.kind !== "webhook") throw new Error("no webhook was opened");
    const request = { webhookId: "id-1", events: [toEvent(1)], sentAtMs: 0 };
    expect(await webhook.send(request, signal)).toMatchObject({ kind: "unreachable" });
  } finally {
    webhook?.close();
    for (const other of others) other.destroy();
    child.kill("SIGKILL");
  }
});
