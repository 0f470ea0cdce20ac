import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { type Started, startProgram } from "../integration/run-program.ts";
import { openReceiver, type Receiver, taken } from "../support/receiver.ts";
import { type Told, tellRun, toSketches } from "../support/receiver-outbox.ts";
import { loadSetAside, secrets } from "../support/receiver-world.ts";

const name = "webhook:ems";
const batchEventCountMax = 12;

let folder: string;
let receiver: Receiver;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "webhook-kill-"));
  receiver = await openReceiver({
    secrets,
    mode: "batched",
    batchEventCountMax,
    batchBytesMax: 1024 * 1024,
    // The sender's clock is the real one here, and so is the age of its signatures.
    now: Date.now,
    setAside: () => new Set(),
  });
});
afterEach(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true });
});

const databasePath = () => join(folder, "meter-sync.sqlite");

function startDelivery(): Started {
  const configPath = join(folder, "config.json");
  const { url } = receiver;
  writeFileSync(
    configPath,
    JSON.stringify({ webhooks: { ems: { url, secrets, batch_events: batchEventCountMax, start_at: 1 } } }),
  );
  return startProgram(["deliver", "--quiet"], {
    METER_SYNC_DATABASE: databasePath(),
    METER_SYNC_SINKS: name,
    METER_SYNC_ACKNOWLEDGED_BY: "none",
    METER_SYNC_CONFIG: configPath,
  });
}

function tellAll(): Told[] {
  const database = openDatabase(databasePath());
  const told = [1, 2].flatMap(() =>
    tellRun(database, { events: toSketches(30, 7), ending: "sync.published", atMs: Date.now() }),
  );
  database.close();
  receiver.judge.expect(told);
  return told;
}

describe("kill -9 of the process that delivers, by its receiver, at every request (I5, I6)", () => {
  it("on arrival, acted upon or not, and when it is answered: nothing is lost or out of order", async () => {
    const told = tellAll();
    /** How often each request has come. */
    const comings = new Map<string, number>();
    const killed: string[] = [];
    let current: Started;
    const kill = (webhookId: string) => {
      killed.push(webhookId);
      current.child.kill("SIGKILL");
    };
    receiver.behave = ({ webhookId }) => {
      const count = (comings.get(webhookId) ?? 0) + 1;
      comings.set(webhookId, count);
      if (count > 1) return taken;
      kill(webhookId);
      return { kind: "hang", isTaken: comings.size % 2 === 0 };
    };
    receiver.onAnswered = ({ webhookId }) => {
      if (comings.get(webhookId) === 2) kill(webhookId);
    };
    let exitCode: number | null = null;
    for (let count = 0; exitCode === null && count < 40; count += 1) {
      const from = receiver.judge.requests.length;
      const last = killed.at(-1);
      current = startDelivery();
      const ended = await current.ended;
      exitCode = ended.exitCode;
      expect([null, 0], ended.stderr).toContain(exitCode);
      const first = receiver.judge.requests[from]?.webhookId;
      // What was killed on arrival comes first again, as it was; so does an answer that was not kept.
      if (last !== undefined && comings.get(last) === 1) expect(first).toBe(last);
    }
    expect(exitCode).toBe(0);
    expect(receiver.judge.problems()).toEqual([]);
    expect(receiver.judge.missing()).toEqual([]);
    // Three requests and the run's end, twice, each killed on arrival and when it was answered.
    expect(comings.size).toBe(8);
    expect(killed).toHaveLength(16);
    expect(receiver.judge.firstTakings()).toEqual(told.map(({ sequence }) => sequence));
    const database = openDatabase(databasePath());
    expect(loadSetAside(database, name)).toEqual(new Set());
    expect(database.prepare("SELECT * FROM delivery").all()).toEqual([]);
    database.close();
  });
});
