import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";
import {
  deliverDue,
  dropDeadLetters,
  enableSink,
  resendDeadLetters,
  type WebhookSink,
} from "../../src/delivery/index.ts";
import { BrokenOffError, openBreakingPoints } from "./breaking-points.ts";
import { tellRun } from "./receiver-outbox.ts";
import { type DeliveryHistory, forgetKept, openPlay, type Play, sinkName } from "./receiver-play.ts";
import { innocent, type Weather } from "./receiver-weather.ts";
import { dayMs, hourMs, loadSetAside, minuteMs } from "./receiver-world.ts";

const waitMax = 400;

/**
 * One history of runs, answers, deaths and decisions on a database of its own tables; at its end the receiver
 * is well, and must have got everything. Returns what there was of it, so that a test can ask for enough.
 */
export async function walkDelivery(database: Database, history: DeliveryHistory) {
  const play = openPlay(database, history);
  const where = `seed ${history.seed}`;
  for (let step = 0; step < history.steps; step += 1) {
    await act(play);
    expect(play.judge.problems(), `${where}, step ${step}`).toEqual([]);
    expectNothingLost(play, `${where}, step ${step}`);
    expectDeadLettersDeserved(play, `${where}, step ${step}`);
  }
  await heal(play, where);
  return {
    requests: play.judge.requests.length,
    takings: play.judge.takings.length,
    deadLetterCount: play.asideEver.size,
  };
}

async function act(play: Play): Promise<void> {
  const { chance, history } = play;
  const what = chance.below(10);
  if (what < 3) tell(play);
  else if (what < 8) {
    await deliver(
      play,
      history.hasDeaths && chance.hits(0.4) ? 1 + chance.below(30) : null,
      chance.hits(0.5),
    );
    play.nowMs += chance.pick([1, minuteMs, 10 * minuteMs, hourMs, 7 * hourMs, 3 * dayMs]);
  } else if (what < 9) change(play);
  else decide(play);
}

function change({ chance, receiver, history }: Play): void {
  receiver.weather = chance.hits(0.4) ? "fine" : chance.pick(history.weathers);
}

function tell({ chance, database, judge, receiver, history, poisonedEver, nowMs }: Play): void {
  const told = tellRun(database, {
    atMs: nowMs,
    events: Array.from({ length: chance.below(12) }, () => ({
      key: `key-${chance.below(7)}`,
      paddingBytes: chance.hits(0.1) ? 2000 : 0,
    })),
    ending: chance.pick(["sync.published", "sync.published", "sync.held", "sync.failed", null]),
  });
  judge.expect(told);
  if (!history.hasPoison) return;
  for (const { sequence } of told) {
    if (!chance.hits(0.06)) continue;
    receiver.poisoned.set(sequence, chance.pick(["refuse", "fail", "reset", "hang"]));
    poisonedEver.add(sequence);
  }
}

/**
 * One delivery; the sender dies in front of one of its writes, or around a request, where told so. Returns
 * whether it did.
 */
export async function deliver(play: Play, dyingAt: number | null, isDead = true): Promise<boolean> {
  const { chance, database, sink } = play;
  const breaking = openBreakingPoints(dyingAt ?? Number.POSITIVE_INFINITY, { isDead });
  const send: WebhookSink["send"] = async (request, signal) => {
    breaking.step();
    play.nowMs += 3;
    forgetKept(play);
    const answer = await sink.send(request, signal);
    breaking.step();
    return answer;
  };
  let waitCount = 0;
  const wait = async (waitMs: number) => {
    play.nowMs += waitMs;
    waitCount += 1;
    if (waitCount > waitMax) throw new Error("waits without end");
  };
  const controller = new AbortController();
  const context = { signal: controller.signal, clock: { now: () => play.nowMs }, random: chance.next, wait };
  const wrapped = breaking.wrapDatabase(database);
  try {
    await deliverDue(wrapped, [{ ...sink, send }], context);
    return false;
  } catch (error) {
    if (!(error instanceof BrokenOffError)) throw error;
    return true;
  } finally {
    forgetKept(play);
  }
}

/** A person looks: sends again, gives up, enables; or some events can be borne from now on. */
function decide(play: Play): void {
  const { chance, database, judge, receiver } = play;
  const all = loadDeadLetters(play);
  const chosen = all.filter(() => chance.hits(0.5));
  const what = chance.below(4);
  if (what === 0) {
    for (const sequence of chosen) receiver.poisoned.delete(sequence);
    expect(resend(play, chosen)).toBe(chosen.length);
  } else if (what === 1) {
    excuseDue(play);
    expect(dropDeadLetters(database, { sink: null, sequences: chosen })).toBe(chosen.length);
    judge.drop(chosen);
  } else if (what === 2) enableSink(database, sinkName);
  else
    for (const sequence of receiver.poisoned.keys()) if (chance.hits(0.5)) receiver.poisoned.delete(sequence);
  play.unanswered.clear();
}

function resend(play: Play, sequences: readonly number[] | "all"): number {
  excuseDue(play);
  return resendDeadLetters(play.database, { sink: sinkName, sequences });
}

/** The end of a run that is due already does not wait for what a person lets go only now. */
function excuseDue({ database, excused }: Play): void {
  const due = database.prepare(
    `SELECT 1 AS found FROM delivery d JOIN event e USING (sequence)
     WHERE d.state = 'batched' AND e.type = 'sync.published' AND e.run_id = (
       SELECT run_id FROM event WHERE sequence = ?)`,
  );
  for (const sequence of loadSetAside(database, sinkName))
    if (due.get(sequence) !== undefined) excused.add(sequence);
}

/** The end: the receiver bears everything, a person has sent again what was set aside. */
export async function heal(play: Play, where: string): Promise<void> {
  const { database, judge, receiver } = play;
  receiver.weather = "fine";
  receiver.poisoned.clear();
  enableSink(database, sinkName);
  resend(play, "all");
  play.unanswered.clear();
  for (let round = 0; round < 5; round += 1) {
    await deliver(play, null);
    play.nowMs += 2 * hourMs;
  }
  expect(judge.problems(), where).toEqual([]);
  expect(judge.missing(), `${where}: lost`).toEqual([]);
  for (const table of ["delivery", "delivery_batch"])
    expect(database.prepare(`SELECT * FROM ${table}`).all(), `${where}: left in ${table}`).toEqual([]);
}

/** I5, at every moment: what was not taken is ahead of the sink's place, or on the books. */
export function expectNothingLost({ database, judge }: Play, where: string): void {
  const row = database.prepare("SELECT settled_sequence FROM sink").get();
  const open = new Set(
    database
      .prepare("SELECT sequence FROM delivery")
      .all()
      .map(({ sequence }) => Number(sequence)),
  );
  const lost = judge.missing(open).filter((sequence) => sequence <= Number(row?.settled_sequence));
  expect(lost, `${where}: settled before it was taken (I5)`).toEqual([]);
}

/**
 * Only what the receiver cannot bear is set aside: no outage, however long and however often, is enough. Only
 * one that takes some and fails others without any reason looks the same.
 */
function expectDeadLettersDeserved(play: Play, where: string): void {
  const { history, poisonedEver } = play;
  for (const sequence of loadDeadLetters(play)) play.asideEver.add(sequence);
  if (history.weathers.some((weather) => !(innocent as readonly Weather[]).includes(weather))) return;
  const undeserved = loadDeadLetters(play).filter((sequence) => !poisonedEver.has(sequence));
  expect(undeserved, `${where}: set aside though the receiver was merely down`).toEqual([]);
}

function loadDeadLetters({ database }: Play): number[] {
  const rows = database.prepare("SELECT sequence FROM delivery WHERE state = 'set_aside' ORDER BY 1").all();
  return rows.map(({ sequence }) => Number(sequence));
}
