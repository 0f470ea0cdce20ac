import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Driver from "better-sqlite3";
import { type Ended, runProgram, type Started, startProgram } from "../integration/run-program.ts";
import { type FaultyProxy, openFaultyProxy } from "./faulty-proxy.ts";
import { askConsumer, type ConsumerSettings, type RunningConsumer, startConsumer } from "./run-consumer.ts";

const secrets = ["the job's first secret", "the job's second secret"].map(
  (text) => `whsec_${Buffer.from(text.padEnd(32, ".")).toString("base64")}`,
);

/** A simulated Leap, the job and the example consumer, each a process of its own, and the proxy between. */
export type Chain = {
  readonly folder: string;
  readonly proxy: FaultyProxy;
  readonly consumer: ConsumerSettings;
  /** One of the job's commands, with everything configured. */
  readonly run: (words: readonly string[], more?: Readonly<Record<string, string>>) => Promise<Ended>;
  readonly start: (words: readonly string[], more?: Readonly<Record<string, string>>) => Started;
  /** One run as of that instant; Leap's clock stands at it, too. */
  readonly startSync: (now: string) => Promise<Started>;
  readonly sync: (now: string) => Promise<Ended>;
  /** Rows of the file that the job has published. */
  readonly read: <T>(sql: string) => T[];
  /** Rows of what the consumer holds. */
  readonly readHeld: <T>(sql: string) => T[];
  readonly ask: <T>(...words: readonly string[]) => Promise<T[]>;
  readonly restartConsumer: (more: ConsumerSettings) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** After the first run, which the consumer has started from. */
export async function openChain(meterCount: number, first: string): Promise<Chain> {
  const folder = mkdtempSync(join(tmpdir(), "webhook-chain-"));
  const leap = startProgram(
    ["simulate", "--format", "json", "--quiet", "--port", "0", "--seed", "5"].concat([
      "--meters",
      String(meterCount),
      "--now",
      first,
      "--start-date",
      first.slice(0, 10),
    ]),
  );
  const [printed] = (await once(leap.child.stdout!, "data")) as [string];
  const { url, api_key: key } = JSON.parse(printed) as { readonly url: string; readonly api_key: string };
  const database = join(folder, "job.sqlite");
  const environment: Record<string, string> = {
    METER_SYNC_DATABASE: database,
    LEAP_BASE_URL: url,
    LEAP_API_KEY: key,
  };
  const baseline = await runProgram(["sync", "--now", first, "--quiet"], environment);
  if (baseline.exitCode !== 0) throw new Error(baseline.stderr);

  const settings = {
    EMS_DATABASE: join(folder, "ems.sqlite"),
    EMS_SNAPSHOT: database,
    // One of the two will do.
    EMS_WEBHOOK_SECRETS: secrets[1]!,
  };
  let consumer: RunningConsumer = await startConsumer(settings);
  let target = consumer.url;
  const proxy = await openFaultyProxy(() => target);
  environment.METER_SYNC_CONFIG = join(folder, "config.json");
  environment.METER_SYNC_SINKS = "webhook:ems";
  const ems = { url: proxy.url, secrets, batch_events: 10, timeout: "1s", start_at: 1 };
  writeFileSync(environment.METER_SYNC_CONFIG, JSON.stringify({ webhooks: { ems } }));

  const startSync = async (now: string) => {
    const moved = await fetch(`${url}/_simulator/now`, { method: "PUT", body: JSON.stringify({ now }) });
    await moved.body?.cancel();
    return startProgram(["sync", "--now", now, "--quiet", "--format", "json"], environment);
  };
  return {
    folder,
    proxy,
    consumer: settings,
    run: (words, more) => runProgram(words, { ...environment, ...more }),
    start: (words, more) => startProgram(words, { ...environment, ...more }),
    startSync,
    sync: async (now) => (await startSync(now)).ended,
    read: (sql) => readRows(database, sql),
    readHeld: (sql) => readRows(settings.EMS_DATABASE, sql),
    ask: (...words) => askConsumer(settings, ...words),
    restartConsumer: async (more) => {
      await consumer.kill("SIGTERM");
      consumer = await startConsumer({ ...settings, ...more });
      target = consumer.url;
    },
    close: async () => {
      leap.child.kill("SIGTERM");
      await Promise.all([leap.ended, consumer.kill("SIGKILL"), proxy.goDown()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readRows<T>(path: string, sql: string): T[] {
  const file = new Driver(path, { readonly: true });
  try {
    return file.prepare(sql).all() as T[];
  } finally {
    file.close();
  }
}
