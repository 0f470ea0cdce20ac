import { expect, test } from "vitest";
import type { Job } from "../../../src/schedule/index.ts";
import { openLanes } from "../../../src/schedule/lanes.ts";

const sweep = toJob("sweep", "sync", true);
const poll = toJob("poll", "sync", false);
const deliver = toJob("deliver", "deliver", false);

function toJob(name: string, lane: string, isMadeUpFor: boolean, isDue = () => true): Job {
  const recall = isMadeUpFor ? () => ({ kind: "never" }) as const : null;
  return { name, lane, recall, isDue, cron: "* * * * *", timezone: "UTC", arguments: [name] };
}

/** Lanes whose jobs end when they are told to. */
function openTestLanes() {
  const started: string[] = [];
  const said: string[] = [];
  const ends = new Map<string, () => void>();
  const say = ({ job }: { readonly job?: unknown }, message: string) => void said.push(`${job} ${message}`);
  const lanes = openLanes({
    logger: { debug: say, info: say, warn: say, error: say } as never,
    start: ({ name }) => {
      started.push(name);
      return new Promise((resolve) => ends.set(name, resolve));
    },
  });
  const end = async (name: string) => {
    ends.get(name)?.();
    // What follows from it happens in the turns right after.
    await new Promise(setImmediate);
  };
  return { ...lanes, started, said, end };
}

test("a tick is skipped, and that is logged, while its own job is under way", async () => {
  const lanes = openTestLanes();
  for (const job of [sweep, sweep, deliver]) lanes.tick(job);
  expect(lanes.started).toEqual(["sweep", "deliver"]);
  expect(lanes.said).toEqual([expect.stringMatching(/^sweep skipped/)]);
  await lanes.end("sweep");
  expect(lanes.started).toEqual(["sweep", "deliver"]);
  lanes.tick(sweep);
  expect(lanes.started).toEqual(["sweep", "deliver", "sweep"]);
});

test("a poll that meets a sweep is skipped; a sweep that meets a poll waits for its end, once", async () => {
  const lanes = openTestLanes();
  for (const job of [poll, sweep, sweep, poll]) lanes.tick(job);
  expect(lanes.started).toEqual(["poll"]);
  await lanes.end("poll");
  expect(lanes.started).toEqual(["poll", "sweep"]);
  lanes.tick(poll);
  await lanes.end("sweep");
  expect(lanes.started).toEqual(["poll", "sweep"]);
  expect(lanes.said.filter((line) => line.startsWith("poll skipped"))).toHaveLength(2);
});

test("nothing is started where nothing is due, and nothing once the lanes are closed", async () => {
  const lanes = openTestLanes();
  lanes.tick(toJob("deliver", "deliver", false, () => false));
  expect([lanes.started, lanes.said]).toEqual([[], []]);
  for (const job of [poll, sweep]) lanes.tick(job);
  lanes.close();
  await lanes.end("poll");
  lanes.tick(deliver);
  expect(lanes.started).toEqual(["poll"]);
});
