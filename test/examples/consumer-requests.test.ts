import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConsumerWorld, openConsumerWorld, secrets, type Twist } from "./consumer-world.ts";
import type { ToldEvent } from "./told-groups.ts";

let world: ConsumerWorld;
beforeAll(async () => {
  world = await openConsumerWorld([{ group: "north", added: ["m-1", "m-2"] }]);
});
afterAll(() => world.close());

const stranger = `whsec_${Buffer.from("a secret of somebody else's .....").toString("base64")}`;
const minuteMs = 60_000;

function swap(from: string, to: string): (body: string) => string {
  return (body) => {
    expect(body).toContain(from);
    return body.replace(from, to);
  };
}

function isUpdate({ type }: ToldEvent): boolean {
  return type === "meter.enrollment.group.updated";
}

describe("the example consumer", () => {
  it("refuses what is unsigned, tampered with, a stranger's, or old, and applies nothing of it", async () => {
    const held = await world.ask("digest");
    const told = world.teller.tell([{ group: "north", added: ["m-3"] }]);
    const twists: Record<string, Twist> = {
      unsigned: { isUnsigned: true },
      tampered: { tamper: swap('"added_meter_ids":["m-3"]', '"added_meter_ids":["m-9"]') },
      "by a stranger": { secret: stranger },
      "a replay after six minutes": { sentAtMs: Date.now() - 6 * minuteMs },
      "from the future": { sentAtMs: Date.now() + 6 * minuteMs },
    };
    const statuses: Record<string, number> = {};
    for (const [name, twist] of Object.entries(twists))
      statuses[name] = (await world.post(told, twist)).status;
    expect(statuses).toEqual(Object.fromEntries(Object.keys(twists).map((name) => [name, 401])));
    expect([await world.ask("digest"), await world.ask("reports")]).toEqual([held, []]);
    expect(world.consumer().said()).toContain("not signed with a secret of ours");
    for (const secret of secrets)
      expect(world.consumer().said()).not.toContain(secret.slice("whsec_".length));

    expect((await world.post(told)).status).toBe(204);
    expect(await world.ask("digest")).toEqual(world.teller.digests());
  });

  it("refuses what it cannot read, and a batch with one such event as a whole", async () => {
    const held = await world.ask("digest");
    const told = world.teller.tell([{ group: "north", added: ["m-4"] }]);
    const spoilt = told.map((event) =>
      event.type === "sync.published" ? { ...event, sequence: "7" } : event,
    );
    const answers = [
      await world.post(told, { body: "[{" }),
      await world.post(told, { body: "null" }),
      await world.post(told, { contentType: "text/plain" }),
      await world.post(spoilt),
      await world.post(told[0]!, { contentType: "application/cloudevents-batch+json" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect((await world.post(told, { isUnsigned: true, body: " ".repeat(17 * 1024 * 1024) })).status).toBe(
      413,
    );
    expect((await fetch(world.consumer().url)).status).toBe(404);
    expect(await world.ask("digest")).toEqual(held);

    expect((await world.post(told)).status).toBe(204);
    expect(await world.ask("digest")).toEqual(world.teller.digests());
  });

  it("media types are read in any case", async () => {
    const told = world.teller.tell([{ group: "north", added: ["m-5"] }]);
    const answer = await world.post(told, { contentType: "Application/CloudEvents-Batch+JSON" });
    expect(answer.status).toBe(204);
  });

  it("takes either secret while they are changed, and events one by one", async () => {
    const told = world.teller.tell([{ group: "south", added: ["m-5"] }]);
    for (const [index, event] of told.entries())
      expect((await world.post(event, { secret: secrets[index % 2]! })).status).toBe(204);
    expect(await world.ask("digest")).toEqual(world.teller.digests());
  });

  it("answers an honest repeat with 2xx, early or late, and applies it once", async () => {
    const [there, back] = [{ added: ["m-6"] }, { removed: ["m-6"] }].map((change) =>
      world.teller.tell([{ group: "north", ...change }]),
    );
    for (const request of [there!, there!, back!, there!, back!]) {
      expect((await world.post(request)).status).toBe(204);
    }
    // Taken apart by its sender: other requests with the same events.
    for (const event of there!) expect((await world.post(event)).status).toBe(204);
    expect((await world.post(back!.filter(isUpdate))).status).toBe(204);
    expect(await world.ask("digest")).toEqual(world.teller.digests());
    expect(await world.doubts()).toEqual([]);
  });
});
