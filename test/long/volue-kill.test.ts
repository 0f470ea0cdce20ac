import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import type { Ended } from "../integration/run-program.ts";
import { type Chance, openChance } from "../support/chance.ts";
import type { DoorStage, DoorStep } from "../support/volue-door.ts";
import { curvesOf, openVolueLife, reportWords, toUsageLine, type VolueLife } from "../support/volue-life.ts";
import { walkSeeds } from "./budget.ts";

const now = "2026-10-26T10:00:00Z";

/** Where the process is killed, in the life of one report. */
const moments = ["for-a-token", "at-look-up", "unheard", "unanswered", "unkept", "kept"] as const;
type Moment = (typeof moments)[number];

/** What is killed at which step of which request; `unkept` and `kept` are told apart by the database. */
const steps: Readonly<Record<Moment, { place: DoorStep["place"]; stage: DoorStage }>> = {
  "for-a-token": { place: "token", stage: "arrived" },
  "at-look-up": { place: "event", stage: "arrived" },
  unheard: { place: "report", stage: "arrived" },
  unanswered: { place: "report", stage: "answered" },
  unkept: { place: "report", stage: "returned" },
  kept: { place: "report", stage: "returned" },
};

async function open(): Promise<VolueLife> {
  const life = await openVolueLife(now);
  onTestFinished(life.close);
  return life;
}

/** What became of a run that may have been killed, and the report that was under way then. */
type Killed = { readonly ended: Ended; readonly eventId: string | null };

async function runUntil(life: VolueLife, file: string, moment: Moment): Promise<Killed> {
  const { place, stage } = steps[moment];
  const { child, ended } = life.start(reportWords(file));
  let eventId: string | null = null;
  let held: Database | null = null;
  life.door.watch = async (step) => {
    if (moment === "unkept" && step.place === "report" && step.stage === "answered")
      held = holdDatabase(life);
    // The report before is kept by the time the next thing is asked for.
    const isNext = moment === "kept" && eventId !== null && step.stage === "arrived";
    if (moment === "kept" && !isNext) {
      if (step.place === place && step.stage === stage) eventId = step.eventId;
      return "goes";
    }
    if (!isNext && (step.place !== place || step.stage !== stage)) return "goes";
    if (!isNext) eventId = step.eventId;
    // The answer has left; it is given the time to arrive, and waits there for the database.
    if (moment === "unkept") await wait(100);
    child.kill("SIGKILL");
    return "stays";
  };
  const result = await ended;
  life.door.watch = () => "goes";
  (held as Database | null)?.close();
  return { ended: result, eventId };
}

/** Nobody else can write until this is closed. */
function holdDatabase({ database }: VolueLife): Database {
  const held = openDatabase(database);
  held.connection.exec("BEGIN IMMEDIATE");
  return held;
}

const eventIdsOf = (reports: readonly { readonly eventId: string }[]) =>
  reports.map(({ eventId }) => eventId);
const statesOf = (life: VolueLife) =>
  new Map(life.rows().map(({ event_id: id, state }) => [id, state] as const));

/** A report on each of so many price curves, and the ids of these. */
function prepare(life: VolueLife, count: number) {
  const curves = ["2026-10-25", "2026-10-24"].flatMap((day) => curvesOf(life, day)).slice(0, count);
  const file = life.write("usage.ndjson", curves.map((event) => toUsageLine(event)).join(""));
  return { ids: curves.map(({ id }) => id), file };
}

/** Nothing is told twice, what is called reported is there, and the rest is called uncertain. */
function judge(life: VolueLife, ids: readonly string[], uncertain: ReadonlySet<string>): void {
  const { reports } = life.simulator.volue;
  const kept = new Map(reports.map(({ eventId, id }) => [eventId, id]));
  expect(kept.size, "a report was stored twice").toBe(reports.length);
  const rows = new Map(life.rows().map((row) => [row.event_id, row]));
  expect([...rows.keys()].toSorted()).toEqual(ids.toSorted());
  for (const id of ids) {
    const { state, volue_id: volueId } = rows.get(id)!;
    expect([id, state]).toEqual([id, uncertain.has(id) ? "uncertain" : "reported"]);
    expect(volueId).toBe(state === "reported" ? kept.get(id) : null);
  }
}

/** As a person who has asked Volue would; then nothing is left to be known, and the rest is sent. */
async function settleAll(life: VolueLife, ids: readonly string[], file: string): Promise<void> {
  const listed = await life.run(["volue", "list", "--state", "uncertain", "--format", "json"]);
  const kept = new Set(eventIdsOf(life.simulator.volue.reports));
  for (const row of JSON.parse(listed.stdout) as { report_id: string; event_id: string }[]) {
    const word = kept.has(row.event_id) ? "--reported" : "--unsent";
    expect((await life.run(["volue", "settle", row.report_id, word])).exitCode).toBe(0);
  }
  const { exitCode, stdout } = await life.run(reportWords(file));
  expect(exitCode, stdout).toBe(0);
  expect(eventIdsOf(life.simulator.volue.reports).toSorted()).toEqual(ids.toSorted());
  expect([...statesOf(life).values()]).toEqual(ids.map(() => "reported"));
}

describe("kill -9 of the process that reports to Volue", () => {
  test("at every stage: nothing is told twice, nothing is lost, and what nobody knows is named", async () => {
    // Each stage comes before some and after the others.
    await Promise.all([moments, moments.toReversed()].map(killAtEach));
  }, 240_000);

  test("at random instants, seed after seed: each is told once, or named and then settled", async () => {
    const count = await walkSeeds("kills of volue report", killAtRandom);
    process.stdout.write(`kills of volue report: ${count} lives\n`);
  });
});

/** One file of reports, a process that is killed at each moment, and one that comes to its end. */
async function killAtEach(order: readonly Moment[]): Promise<void> {
  const life = await open();
  const { ids, file } = prepare(life, 9);
  const uncertain = new Set<string>();
  for (const moment of order) {
    const storedBefore = life.simulator.volue.reports.length;
    const { ended, eventId } = await runUntil(life, file, moment);
    expect(ended.exitCode, `${moment}: ${ended.stderr}`).toBeNull();
    const stored = eventIdsOf(life.simulator.volue.reports.slice(storedBefore));
    if (moment === "unheard") expect(stored).not.toContain(eventId);
    if (["unanswered", "unkept", "kept"].includes(moment)) expect(stored).toContain(eventId);
    const state = eventId === null ? undefined : statesOf(life).get(eventId);
    if (moment === "kept") expect(state).toBe("reported");
    else if (steps[moment].place === "report") {
      expect(state).toBe("sending");
      uncertain.add(eventId!);
    }
  }
  const { exitCode, stdout, stderr } = await life.start(reportWords(file)).ended;
  expect(exitCode, stderr).toBe(7);
  judge(life, ids, uncertain);
  const rows = JSON.parse(stdout) as { event_id: string; state: string }[];
  const named = rows.filter(({ state }) => state === "uncertain").map(({ event_id: id }) => id);
  expect(named.toSorted()).toEqual([...uncertain].toSorted());
  await settleAll(life, ids, file);
}

/** One file of reports, and processes that are killed at it until one comes to its end. */
async function killAtRandom(seed: number): Promise<void> {
  const chance = openChance(seed);
  const life = await openVolueLife(now);
  try {
    const { ids, file } = prepare(life, 12);
    const suspects = new Set<string>();
    for (let count = 0; count < 8; count += 1) {
      const { exitCode, last } = await runForAWhile(life, file, chance);
      if (exitCode !== null) break;
      if (last !== null) suspects.add(last);
    }
    const { exitCode, stderr } = await life.start(reportWords(file)).ended;
    const uncertain = new Set(
      [...statesOf(life)].filter(([, state]) => state === "uncertain").map(([id]) => id),
    );
    expect(exitCode, stderr).toBe(uncertain.size > 0 ? 7 : 0);
    expect([...uncertain].filter((id) => !suspects.has(id))).toEqual([]);
    judge(life, ids, uncertain);
    await settleAll(life, ids, file);
  } finally {
    await life.close();
  }
}

/** Kills the process so many steps and milliseconds on; the event of the last step is under suspicion. */
async function runForAWhile(life: VolueLife, file: string, chance: Chance) {
  const stepCount = 1 + chance.below(24);
  const delayMs = chance.below(12);
  const { child, ended } = life.start(reportWords(file));
  let count = 0;
  let last: string | null = null;
  life.door.watch = ({ eventId }) => {
    count += 1;
    if (eventId !== "") last = eventId;
    if (count === stepCount) setTimeout(() => child.kill("SIGKILL"), delayMs);
    return "goes";
  };
  const { exitCode } = await ended;
  life.door.watch = () => "goes";
  return { exitCode, last: last as string | null };
}
