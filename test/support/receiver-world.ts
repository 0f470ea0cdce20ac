import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { WebhookConfig } from "../../src/config/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import {
  type DeliveryReport,
  deliverDue,
  openSinks,
  registerSinks,
  type Sink,
  type WebhookSink,
} from "../../src/delivery/index.ts";
import { openChance } from "./chance.ts";
import { type Behave, openReceiver, type Receiver } from "./receiver.ts";
import { type RunSketch, type Told, tellRun } from "./receiver-outbox.ts";

export const startMs = Date.parse("2026-11-10T20:00:00Z");
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Two secrets that a receiver may know, as Standard Webhooks writes them. */
export const secrets = [
  `whsec_${Buffer.from("a secret of thirty-two bytes, a1").toString("base64")}`,
  `whsec_${Buffer.from("another one of thirty-two byte b").toString("base64")}`,
] as const;

export type WebhookOptions = Partial<Omit<WebhookConfig, "kind" | "name" | "url" | "signingKeys">> & {
  readonly name?: string;
  readonly secrets?: readonly string[];
  readonly behave?: Behave;
};

/** One receiver, and what its sender knows of it. */
export type Hook = {
  readonly config: WebhookConfig;
  readonly receiver: Receiver;
  readonly name: string;
};

/** An outbox in a file, receivers, and a time that passes only where someone waits for it. */
export type World = {
  readonly database: Database;
  readonly path: string;
  readonly hooks: readonly Hook[];
  /** Every event told so far. */
  readonly told: readonly Told[];
  readonly now: () => number;
  readonly pass: (ms: number) => void;
  readonly addHook: (options?: WebhookOptions) => Promise<Hook>;
  /** Another receiver in the place of the first, under whatever name. */
  readonly replaceHook: (options: WebhookOptions) => Promise<Hook>;
  /** Makes the sinks known, as a first delivery would. */
  readonly register: () => void;
  /** Puts a run's events into the outbox, and has the receivers expect those that `wants` lets through. */
  readonly tell: (run: RunSketch, wants?: (told: Told) => boolean) => Told[];
  /** One delivery, as one process does it. */
  readonly deliver: (options?: DeliverOptions) => Promise<DeliveryReport>;
  /** One delivery after another, so far apart, until nothing is due or so many were made. */
  readonly deliverAll: (everyMs?: number, countMax?: number) => Promise<DeliveryReport>;
  readonly deadLetters: (hook?: Hook) => readonly DeadLetterRow[];
  readonly close: () => Promise<void>;
};

export type DeliverOptions = {
  readonly signal?: AbortSignal;
  readonly wrapDatabase?: (database: Database) => Database;
  readonly wrapSink?: (sink: Sink) => Sink;
};

export type DeadLetterRow = {
  readonly sequence: number;
  readonly attempt_count: number;
  readonly status: number | null;
  readonly answer: string | null;
  readonly error: string | null;
};

/** Where the machine has one, a file system in memory. */
const memoryFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export async function openWorld(...hookOptions: readonly WebhookOptions[]): Promise<World> {
  const folder = mkdtempSync(join(memoryFolder, "webhooks-"));
  const path = join(folder, "meter-sync.sqlite");
  const database = openDatabase(path);
  // A disk that keeps its word is not what these tests are about.
  database.connection.pragma("synchronous = OFF");
  const chance = openChance(1);
  const hooks: Hook[] = [];
  const told: Told[] = [];
  let nowMs = startMs;
  const now = () => nowMs;
  const pass = (ms: number) => {
    nowMs += ms;
  };
  const wait = async (ms: number) => {
    pass(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  // An answer takes a moment.
  const inTime = (sink: Sink): Sink => {
    if (sink.kind === "append") return sink;
    const send: WebhookSink["send"] = (request, signal) => {
      pass(3);
      return sink.send(request, signal);
    };
    return { ...sink, send };
  };
  const openAll = () =>
    openSinks(
      hooks.map(({ config }) => config),
      { stdout: new PassThrough(), now },
    );
  const world: World = {
    database,
    path,
    hooks,
    told,
    now,
    pass,
    addHook: async (options = {}) => {
      const hook = await openHook(world, options);
      hooks.push(hook);
      return hook;
    },
    replaceHook: async (options) => {
      await hooks.shift()?.receiver.close();
      return world.addHook(options);
    },
    register: () => {
      const sinks = openAll();
      registerSinks(database, sinks, nowMs);
      for (const sink of sinks) sink.close();
    },
    tell: (run, wants = () => true) => {
      const events = tellRun(database, { atMs: nowMs, ...run });
      told.push(...events);
      for (const { receiver } of hooks) receiver.judge.expect(events.filter(wants));
      return events;
    },
    deliver: async ({ signal = new AbortController().signal, wrapDatabase, wrapSink } = {}) => {
      const sinks = openAll();
      try {
        const wrapped = wrapDatabase?.(database) ?? database;
        registerSinks(wrapped, sinks, nowMs);
        const wrappedSinks = sinks.map((sink) => (wrapSink ?? inTime)(sink));
        return await deliverDue(wrapped, wrappedSinks, { signal, clock: { now }, random: chance.next, wait });
      } finally {
        for (const sink of sinks) sink.close();
      }
    },
    deliverAll: async (everyMs = hourMs, countMax = 100) => {
      for (let count = 1; ; count += 1) {
        const report = await world.deliver();
        const isDone = Object.values(report.due).every((due) => due === 0);
        if (isDone || count === countMax) return report;
        pass(everyMs);
      }
    },
    deadLetters: (hook = hooks[0]!) => loadDeadLetters(database, hook.name),
    close: async () => {
      await Promise.all(hooks.map(({ receiver }) => receiver.close()));
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const options of hookOptions) await world.addHook(options);
  return world;
}

async function openHook(world: World, options: WebhookOptions): Promise<Hook> {
  const {
    name: shortName = `hook-${world.hooks.length + 1}`,
    secrets: known = [secrets[0]],
    behave,
    ...rest
  } = options;
  const name = `webhook:${shortName}`;
  const limits = {
    mode: options.mode ?? "batched",
    batchEventCountMax: options.batchEventCountMax ?? 100,
    batchBytesMax: options.batchBytesMax ?? 1024 * 1024,
  } as const;
  const receiver = await openReceiver({
    ...limits,
    secrets: known,
    now: world.now,
    setAside: () => loadSetAside(world.database, name),
    ...(behave === undefined ? {} : { behave }),
  });
  const config: WebhookConfig = {
    kind: "webhook",
    name,
    url: receiver.url,
    signingKeys: known.map((secret) => secret.slice("whsec_".length)),
    headers: {},
    timeoutMs: 30_000,
    types: null,
    regions: null,
    programs: null,
    startAt: "now",
    ...rest,
    ...limits,
  };
  return { config, receiver, name };
}

function loadDeadLetters(database: Database, sink: string): DeadLetterRow[] {
  return database
    .prepare(
      `SELECT sequence, attempt_count, status, answer, error FROM delivery
       WHERE sink = ? AND state = 'set_aside' ORDER BY sequence`,
    )
    .all(sink) as DeadLetterRow[];
}

/** Dead letters, and what waits behind one of them. */
export function loadSetAside(database: Database, sink: string): Set<number> {
  const rows = database
    .prepare(
      `SELECT sequence FROM delivery d
       WHERE sink = @sink AND (state = 'set_aside' OR state = 'waiting' AND EXISTS (
         SELECT 1 FROM delivery o WHERE o.sink = @sink AND o.partitionkey = d.partitionkey
         AND o.state = 'set_aside' AND o.sequence < d.sequence))`,
    )
    .all({ sink });
  return new Set(rows.map(({ sequence }) => Number(sequence)));
}
