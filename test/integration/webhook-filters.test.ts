import { afterEach, describe, expect, it } from "vitest";
import { type EventSketch, type Told, toSketches } from "../support/receiver-outbox.ts";
import { openWorld, type WebhookOptions, type World } from "../support/receiver-world.ts";

let world: World;
afterEach(async () => world.close());

async function openToldWorld(
  events: readonly EventSketch[],
  options: WebhookOptions,
  wants: (told: Told) => boolean,
) {
  world = await openWorld(options);
  world.register();
  world.tell({ events, ending: "sync.published" }, wants);
  return world.hooks[0]!.receiver;
}

function expectSound(): void {
  for (const { receiver } of world.hooks) {
    expect(receiver.judge.problems()).toEqual([]);
    expect(receiver.judge.missing()).toEqual([]);
  }
}

describe("which events a webhook gets", () => {
  const mixed: EventSketch[] = [
    { key: "a", type: "meter.created", region: "CAISO" },
    { key: "b", region: "CAISO", program: "DEMAND" },
    { key: "c", region: "ERCOT", program: "DEMAND" },
    { key: "d", region: "ERCOT", program: "CAPACITY" },
    { key: "g", type: "meter.enrollment.group.updated" },
    { key: "a", type: "meter.enrollment.global-status.updated", region: "ERCOT" },
  ];

  it.each([
    ["types", { types: ["meter.group.remapped"] }, [2, 3, 4]],
    ["types with a star", { types: ["meter.enrollment.*", "sync.published"] }, [5, 6, 7]],
    ["regions: what carries none passes", { regions: ["ERCOT"] }, [3, 4, 5, 6, 7]],
    ["programs: what carries none passes", { programs: ["CAPACITY"] }, [1, 4, 5, 6, 7]],
    ["all of them together", { types: ["meter.*"], regions: ["ERCOT"], programs: ["DEMAND"] }, [3, 5, 6]],
    ["none of what there is", { types: ["nothing.like.it"] }, []],
  ] satisfies [string, WebhookOptions, number[]][])("%s", async (_name, options, expected) => {
    const wants = ({ sequence }: Told) => (expected as readonly number[]).includes(sequence);
    const { judge } = await openToldWorld(mixed, options, wants);
    const report = await world.deliver();
    expectSound();
    expect(judge.firstTakings()).toEqual(expected);
    expect(report.due).toEqual({ "webhook:hook-1": 0 });
    expect(report.failures).toEqual([]);
  });

  it("nothing of ten thousand that it does not want keeps it from the one that it does", async () => {
    const wants = ({ type }: Told) => type === "meter.created";
    await openToldWorld(
      [...toSketches(3000, 100), { key: "new", type: "meter.created" }],
      { types: ["meter.created"] },
      wants,
    );
    await world.deliver();
    expectSound();
  });
});

describe("where a new webhook starts", () => {
  async function openLate(startAt: "now" | number) {
    world = await openWorld();
    world.tell({ events: toSketches(20, 4), ending: "sync.published" });
    const { receiver } = await world.addHook({ startAt });
    const first = startAt === "now" ? 22 : startAt;
    receiver.judge.expect(world.told.filter(({ sequence }) => sequence >= first));
    world.register();
    world.tell({ events: toSketches(4, 4), ending: "sync.published" });
    await world.deliver();
    expectSound();
    return receiver.judge.firstTakings();
  }

  it.each([
    ["now", 22],
    [1, 1],
    [7, 7],
    [21, 21],
    [22, 22],
  ] as const)("at %s: its first event is %d", async (startAt, first) => {
    const sequences = await openLate(startAt);
    expect(sequences[0]).toBe(first);
    expect(sequences).toHaveLength(27 - first);
  });

  it("keeps its place when the setting changes later", async () => {
    await openLate("now");
    const [hook] = world.hooks;
    Object.assign(hook!.config, { startAt: 1 });
    await world.deliver();
    expectSound();
    expect(hook!.receiver.judge.firstTakings()).toHaveLength(5);
  });
});
