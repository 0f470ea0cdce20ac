import { request } from "node:http";
import { afterEach, expect, it } from "vitest";
import { type ConsumerWorld, openConsumerWorld, toRequest } from "./consumer-world.ts";
import type { ToldEvent } from "./told-groups.ts";

let world: ConsumerWorld;
afterEach(() => world.close());

/** Half of the request is there; all of it; or it is committed, and the answer on its way never arrives. */
const moments = ["half", "sent", "committed"] as const;

/** Kills the consumer, the process itself, while it has a request in hand. */
async function killWhileTaking(
  events: readonly ToldEvent[],
  moment: (typeof moments)[number],
): Promise<void> {
  const { headers, body } = toRequest(events) as { headers: Record<string, string>; body: string };
  const sending = request(world.consumer().url, { method: "POST", headers, agent: false });
  const over = new Promise<void>((resolve) => {
    sending.on("error", () => resolve());
    sending.on("response", (response) =>
      response
        .on("error", () => undefined)
        .resume()
        .on("close", resolve),
    );
  });
  const half = Math.floor(body.length / 2);
  await new Promise<void>((resolve) => sending.write(body.slice(0, half), () => resolve()));
  if (moment !== "half") await new Promise<void>((resolve) => sending.end(body.slice(half), () => resolve()));
  if (moment === "committed") await over;
  expect(await world.consumer().kill("SIGKILL")).toBe(null);
  await over;
}

it("the example consumer goes on after kill -9, with nothing lost and nothing twice", async () => {
  world = await openConsumerWorld([{ group: "north", added: ["n-1"] }]);
  const runs: ToldEvent[][] = [];
  for (let run = 0; run < 9; run += 1) {
    const ids = Array.from({ length: 80 }, (_, index) => `m-${run}-${index}`);
    const previous = ids.map((id) => id.replace(`m-${run}-`, `m-${run - 1}-`));
    runs.push(
      world.teller.tell([
        { group: "north", added: ids, parts: 2 },
        ...(run === 0 ? [] : [{ group: "north", removed: previous }]),
        { group: `group-${run % 3}`, added: ids },
      ]),
    );
  }
  // The snapshot is far ahead of what was sent: the file that the consumer began with is no help to it.
  for (const [index, events] of runs.entries()) {
    if (index % 3 === 1) {
      await killWhileTaking(events, moments[(index - 1) / 3]!);
      await world.restart();
    }
    expect((await world.post(events)).status).toBe(204);
  }
  expect(await world.ask("digest")).toEqual(world.teller.digests());
  expect(await world.doubts()).toEqual([]);
  const due = (await world.ask<{ readonly eventId: string }>("reports")).map(({ eventId }) => eventId);
  const remaps = runs.flat().filter(({ type }) => type === "meter.group.remapped");
  expect(due.sort()).toEqual(remaps.map(({ id }) => id).sort());
});
