import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { dropDeadLetters, resendDeadLetters } from "../../src/delivery/index.ts";
import { openBreakingPoints } from "../support/breaking-points.ts";
import { deliver, expectNothingLost, heal } from "../support/receiver-history.ts";
import { tellRun } from "../support/receiver-outbox.ts";
import { openPlay, type Play, sinkName } from "../support/receiver-play.ts";
import type { Poison, Weather } from "../support/receiver-weather.ts";
import { hourMs } from "../support/receiver-world.ts";

let folder: string;
let database: Database;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "webhook-deaths-"));
  database = openDatabase(join(folder, "meter-sync.sqlite"));
  database.connection.pragma("synchronous = OFF");
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const history = { steps: 0, weathers: [], hasPoison: false, hasDeaths: true };
/** Draws small batches, and limits that matter little. */
const seed = 5;

/** Two runs of a few keys; one event cannot be borne, or the weather is bad for the first passes. */
function openTold(poison: Poison | null): Play {
  const play = openPlay(database, { ...history, seed });
  for (const keys of ["abcabd", "bae"]) {
    const events = [...keys].map((key) => ({ key }));
    play.judge.expect(tellRun(database, { events, ending: "sync.published" }));
  }
  if (poison !== null) play.receiver.poisoned.set(2, poison);
  return play;
}

/** Dies at every step of its passes in turn, then lives; what comes of it must be the same as ever. */
async function dieEverywhere(poison: Poison | null, weather: Weather, isDead: boolean): Promise<number> {
  let steps = 0;
  for (let isDying = true; isDying; ) {
    steps += 1;
    const play = openTold(poison);
    const where = `dying at step ${steps}, ${isDead ? "dead" : "alive"}`;
    play.receiver.weather = weather;
    isDying = await deliver(play, steps, isDead);
    expectNothingLost(play, where);
    play.nowMs += hourMs;
    await deliver(play, null);
    expectNothingLost(play, where);
    await heal(play, where);
    expect(play.judge.firstTakings()).toHaveLength(11);
  }
  return steps;
}

describe("a sender that dies at a step, at each of them in turn (I5, I6)", () => {
  it.each([
    ["all is well", null, "fine"],
    ["one event is refused", "refuse", "fine"],
    ["one event makes the receiver fail", "fail", "fine"],
    ["the receiver fails", null, "failing"],
    ["the receiver cuts the connection", null, "cutting"],
    ["the receiver is away", null, "away"],
    ["the receiver is gone", null, "gone"],
  ] as const)("loses nothing and keeps the order: %s", async (_name, poison, weather) => {
    for (const isDead of poison === null && weather === "fine" ? [true, false] : [true])
      expect(await dieEverywhere(poison, weather, isDead)).toBeGreaterThan(weather === "fine" ? 20 : 3);
  });
});

describe("a person's decision that breaks off at a step", () => {
  it.each([
    ["sending again", resendDeadLetters],
    ["dropping", dropDeadLetters],
  ] as const)("is made, or not: %s", async (_name, decide) => {
    let isOver = false;
    for (let step = 1; !isOver; step += 1) {
      const play = openTold("refuse");
      await deliver(play, null);
      expect(countDeadLetters()).toBe(1);
      const broken = openBreakingPoints(step, { isDead: true }).wrapDatabase(database);
      try {
        decide(broken, { sink: sinkName, sequences: "all" });
        isOver = true;
      } catch {
        expect(countDeadLetters()).toBe(1);
        decide(database, { sink: sinkName, sequences: "all" });
      }
      if (decide === dropDeadLetters) play.judge.drop([2]);
      play.receiver.poisoned.clear();
      await heal(play, `step ${step}`);
    }
  });
});

function countDeadLetters(): number {
  return database.prepare("SELECT 1 FROM delivery WHERE state = 'set_aside'").all().length;
}
