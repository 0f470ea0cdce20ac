import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { askConsumer, type ConsumerSettings, type RunningConsumer, startConsumer } from "./run-consumer.ts";
import { type Change, openTeller, type Teller, type ToldEvent } from "./told-groups.ts";

export const secrets = ["current", "next"].map(
  (name) => `whsec_${Buffer.from(`${name} secret of the test`.padEnd(32, ".")).toString("base64")}`,
) as [string, string];

/** What a request is to differ in from an honest one. */
export type Twist = {
  readonly secret?: string;
  readonly sentAtMs?: number;
  readonly contentType?: string;
  readonly webhookId?: string;
  /** After it was signed. */
  readonly tamper?: (body: string) => string;
  readonly isUnsigned?: boolean;
  readonly body?: string;
};

/** The example and someone who sends it webhooks. */
export type ConsumerWorld = {
  readonly teller: Teller;
  readonly settings: ConsumerSettings;
  readonly consumer: () => RunningConsumer;
  readonly restart: (more?: ConsumerSettings) => Promise<void>;
  /** One request; its status. A single event is sent as one, unless it stands in a list. */
  readonly post: (events: ToldEvent | readonly ToldEvent[], twist?: Twist) => Promise<Response>;
  readonly ask: <T = object>(...words: readonly string[]) => Promise<T[]>;
  /** Why it started from the snapshot, after the first time. */
  readonly doubts: () => Promise<string[]>;
  readonly close: () => Promise<void>;
};

export async function openConsumerWorld(
  first: readonly Change[],
  more: ConsumerSettings = {},
): Promise<ConsumerWorld> {
  const folder = mkdtempSync(join(tmpdir(), "ems-consumer-"));
  const teller = openTeller(folder, first);
  const settings = {
    EMS_DATABASE: join(folder, "ems.sqlite"),
    EMS_SNAPSHOT: teller.snapshotPath,
    EMS_WEBHOOK_SECRETS: secrets.join(","),
    ...more,
  };
  let consumer = await startConsumer(settings);
  const ask = <T>(...words: readonly string[]) => askConsumer<T>(settings, ...words);
  return {
    teller,
    settings,
    consumer: () => consumer,
    restart: async (changed = {}) => {
      consumer = await startConsumer({ ...settings, ...changed });
    },
    post: (events, twist) => fetch(consumer.url, toRequest(events, twist)),
    ask,
    doubts: async () => (await ask<{ readonly text: string }>("notes")).slice(1).map(({ text }) => text),
    close: async () => {
      await consumer.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function toRequest(events: ToldEvent | readonly ToldEvent[], twist: Twist = {}): RequestInit {
  const list = [events].flat() as ToldEvent[];
  const isBatch = Array.isArray(events);
  const {
    secret = secrets[0],
    sentAtMs = Date.now(),
    contentType = `application/cloudevents${isBatch ? "-batch" : ""}+json; charset=utf-8`,
    webhookId = isBatch ? toBatchId(list) : list[0]!.id,
    body = JSON.stringify(events),
    tamper = (text: string) => text,
  } = twist;
  return {
    method: "POST",
    headers: {
      "content-type": contentType,
      ...(twist.isUnsigned
        ? {}
        : {
            "webhook-id": webhookId,
            "webhook-timestamp": String(Math.floor(sentAtMs / 1000)),
            "webhook-signature": new Webhook(secret).sign(webhookId, new Date(sentAtMs), body),
          }),
    },
    body: tamper(body),
  };
}

function toBatchId(events: readonly ToldEvent[]): string {
  const ids = events.map(({ id }) => `${id}\n`).join("");
  return `batch_${createHash("sha256").update(ids).digest("hex")}`;
}
