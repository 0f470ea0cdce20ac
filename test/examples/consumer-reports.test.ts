import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ConsumerWorld, openConsumerWorld } from "./consumer-world.ts";
import { openReportTaker, type ReportTaker } from "./report-taker.ts";
import type { ToldEvent } from "./told-groups.ts";

const token = "the token of the test";
let taker: ReportTaker;
let world: ConsumerWorld;
beforeEach(async () => {
  taker = await openReportTaker(token);
  world = await openConsumerWorld([{ group: "north", added: ["n-1"] }], {
    EMS_ACK_URL: taker.url,
    EMS_ACK_TOKEN: token,
  });
});
afterEach(async () => {
  await world.close();
  await taker.close();
});

function tellRemaps(count: number, prefix = "m"): ToldEvent[] {
  return world.teller.tell([
    { group: "north", added: Array.from({ length: count }, (_, index) => `${prefix}-${index}`) },
  ]);
}

function toRemapIds(events: readonly ToldEvent[]): string[] {
  return events.filter(({ type }) => type === "meter.group.remapped").map(({ id }) => id);
}

describe("the reports of the example consumer", () => {
  it("speak of a remap once its run is applied to the end, and not before", async () => {
    const told = tellRemaps(5);
    for (const event of told.slice(0, -1)) await world.post(event);
    expect([await world.ask("reports"), taker.taken]).toEqual([[], []]);
    await world.post(told.at(-1)!);
    await taker.untilTaken(toRemapIds(told));
    expect(taker.problems).toEqual([]);
  });

  it("come in small batches, and again until they were taken", async () => {
    taker.replies.push(500, 200, "cut", 401);
    const told = tellRemaps(230);
    await world.post(told);
    await taker.untilTaken(toRemapIds(told));
    expect(taker.taken.map((batch) => batch.length)).toEqual([100, 100, 30]);
    expect([taker.problems, taker.replies]).toEqual([[], []]);
    expect(world.consumer().said()).toContain("could not report what is applied; trying again");
    expect(world.consumer().said()).not.toContain(token);
  });

  it("are not lost where the consumer is killed before they were taken, or before it knew", async () => {
    taker.replies.push("cut after taking", 500, 500, 500, 500, 500, 500);
    const told = tellRemaps(120);
    await world.post(told);
    await world.consumer().kill("SIGKILL");
    taker.replies.splice(0);
    await world.restart();
    await taker.untilTaken(toRemapIds(told));
    expect(new Set(taker.taken.flat())).toEqual(new Set(toRemapIds(told)));
    // Told again, it says again that it is so.
    const count = taker.taken.flat().length;
    await world.post(told.slice(0, 1));
    const later = tellRemaps(1, "later");
    await world.post(later);
    await taker.untilTaken(toRemapIds(later));
    expect(taker.taken.flat().slice(count)).toEqual([told[0]!, later[0]!].map(({ id }) => id));
  });

  it("are not given again where meter-sync does not know a remap: that is in the log", async () => {
    const told = tellRemaps(2);
    const [first = "", second = ""] = toRemapIds(told);
    taker.unknown.push(second);
    await world.post(told);
    await vi.waitFor(() => expect(world.consumer().said()).toContain(second), { timeout: 30_000 });
    const lines = world.consumer().said().trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ message: "meter-sync does not know these remaps", unknown: [second] }),
    ]);
    const later = tellRemaps(1, "later");
    await world.post(later);
    await taker.untilTaken(toRemapIds(later));
    expect(taker.taken).toEqual([[first, second], toRemapIds(later)]);
  });

  it("can be carried by hand where there is no address to send them to", async () => {
    await world.consumer().kill("SIGTERM");
    await world.restart({ EMS_ACK_URL: "" });
    const told = tellRemaps(3);
    await world.post(told);
    const reports = await world.ask<{ readonly eventId: string }>("reports");
    expect(reports.map(({ eventId }) => eventId)).toEqual(toRemapIds(told));
    const path = join(dirname(world.settings.EMS_DATABASE!), "reports.ndjson");
    writeFileSync(path, reports.map((report) => `${JSON.stringify(report)}\n`).join(""));
    const later = tellRemaps(2, "later");
    await world.post(later);
    await world.ask("reported", path);
    const left = await world.ask<{ readonly eventId: string }>("reports");
    expect(left.map(({ eventId }) => eventId)).toEqual(toRemapIds(later));
  });
});
