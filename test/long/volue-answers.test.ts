import { describe, expect, onTestFinished, type TestContext, test } from "vitest";
import type { SimulatorOptions } from "../../src/simulator/index.ts";
import type { DoorStep } from "../support/volue-door.ts";
import { curvesOf, openVolueLife, reportWords, toUsageLine, type VolueLife } from "../support/volue-life.ts";

const now = "2026-10-26T10:00:00Z";

/** Tests that run side by side say which of them it is that ends. */
type Ending = Pick<TestContext, "onTestFinished">;

async function open(
  options: Partial<SimulatorOptions> = {},
  ending: Ending = { onTestFinished },
): Promise<VolueLife> {
  const life = await openVolueLife(now, options);
  ending.onTestFinished(life.close);
  return life;
}

/** The price curves of some days, and a file with a report on each. */
function prepare(life: VolueLife, days = ["2026-10-25"]) {
  const events = days.flatMap((day) => curvesOf(life, day));
  const file = life.write("usage.ndjson", events.map((event) => toUsageLine(event)).join(""));
  return { ids: events.map(({ id }) => id), file };
}

/** Notes every answer as it goes through the door. */
function watchAnswers(life: VolueLife, then: (step: DoorStep) => void = () => {}): DoorStep[] {
  const answers: DoorStep[] = [];
  life.door.watch = (step) => {
    then(step);
    if (step.stage === "answered") answers.push(step);
    return "goes";
  };
  return answers;
}

const storedIds = ({ simulator }: VolueLife) => simulator.volue.reports.map(({ eventId }) => eventId);
const statesOf = (life: VolueLife) => life.rows().map(({ state }) => state);
const refusedCount = (answers: readonly DoorStep[], place: DoorStep["place"]) =>
  answers.filter((answer) => answer.place === place && answer.status === 401).length;

describe("a token is renewed in the middle of reporting, and each report is told once", () => {
  test("before it ends, by what was said of its life", async () => {
    // Twice 24 answers take longer than a token of a second is used; the simulated clock stands.
    const life = await open({ latencyMs: 20 });
    life.simulator.volue.setTokenLifetime(1_000);
    const { ids, file } = prepare(life, ["2026-10-24", "2026-10-25"]);
    expect(ids).toHaveLength(24);
    const { exitCode, stdout } = await life.run(reportWords(file));
    expect(exitCode, stdout).toBe(0);
    expect(life.simulator.volue.tokenRequests.length).toBeGreaterThan(1);
    expect(storedIds(life).toSorted()).toEqual(ids.toSorted());
  });

  test("where it is refused before its time, at a look-up and at a report", async () => {
    const life = await open();
    const { ids, file } = prepare(life);
    let count = 0;
    const answers = watchAnswers(life, ({ place, stage }) => {
      if (stage !== "arrived" || place === "token") return;
      count += 1;
      if (count === 5 || count === 13) life.simulator.volue.expireTokens();
    });
    const { exitCode, stdout } = await life.run(reportWords(file));
    expect(exitCode, stdout).toBe(0);
    expect([refusedCount(answers, "event"), refusedCount(answers, "report")]).toEqual([1, 1]);
    expect(storedIds(life).toSorted()).toEqual(ids.toSorted());
    expect(new Set(statesOf(life))).toEqual(new Set(["reported"]));
  });

  test("where every token is good for three requests", async () => {
    const life = await open();
    const { ids, file } = prepare(life);
    life.simulator.volue.setFaults([{ kind: "token-expires", afterRequests: 3 }]);
    const { exitCode, stdout } = await life.run(reportWords(file));
    expect(exitCode, stdout).toBe(0);
    expect(storedIds(life).toSorted()).toEqual(ids.toSorted());
    expect(life.simulator.volue.tokenRequests).toHaveLength((ids.length * 2) / 3);
  });

  test("where no new one can be had for a while: what was not taken is told the next time", async () => {
    const life = await open();
    const { ids, file } = prepare(life);
    life.simulator.volue.setFaults([
      { kind: "token-expires", afterRequests: 7 },
      { kind: "status", status: 400, on: "token", after: 1 },
    ]);
    const first = await life.run(reportWords(file));
    expect(first.exitCode).not.toBe(0);
    expect(statesOf(life).toSorted()).toEqual(["reported", "reported", "reported", "unsent"]);
    life.simulator.volue.setFaults([]);
    const second = await life.run(reportWords(file));
    expect(second.exitCode, second.stdout).toBe(0);
    expect(storedIds(life).toSorted()).toEqual(ids.toSorted());
  });
});

describe("an answer that does not come, or says nothing, makes a report uncertain and never double", () => {
  test.concurrent.for([
    ["is reset after it was kept", { kind: "reset-after-store", times: 1 }, true],
    ["is reset before", { kind: "reset-before-store", times: 1 }, false],
    ["is 500 though it was kept", { kind: "status", status: 500, isStored: true, times: 1 }, true],
    ["is 503", { kind: "status", status: 503, times: 1 }, false],
    ["is somebody's page", { kind: "html", times: 1 }, false],
  ] as const)("where it %s", async ([_, fault, isStored], ending) => {
    const life = await open({}, ending);
    const { ids, file } = prepare(life);
    life.simulator.volue.setFaults([{ ...fault, after: 2 }]);
    const first = await life.start(reportWords(file)).ended;
    expect(first.exitCode, first.stderr).toBe(7);
    const isOther = (_: string, index: number) => isStored || index !== 2;
    expect(storedIds(life)).toEqual(ids.filter(isOther));
    const second = await life.start(reportWords(file)).ended;
    expect(second.exitCode, second.stderr).toBe(7);
    expect(storedIds(life)).toEqual(ids.filter(isOther));
    const uncertain = life.rows().filter(({ state }) => state === "uncertain");
    expect(uncertain.map(({ event_id: id }) => id)).toEqual([ids[2]]);
    expect(second.stdout).toContain(ids[2]);
  });

  test.concurrent("no more are put at stake after three in a row", async (ending) => {
    const life = await open({}, ending);
    const { ids, file } = prepare(life);
    life.simulator.volue.setFaults([{ kind: "status", status: 500, isStored: true, after: 2 }]);
    const first = await life.start(reportWords(file)).ended;
    expect(first.exitCode, first.stderr).toBe(7);
    expect(storedIds(life)).toEqual(ids.slice(0, 5));
    life.simulator.volue.setFaults([]);
    const second = await life.start(reportWords(file)).ended;
    expect(second.exitCode, second.stderr).toBe(7);
    expect(storedIds(life)).toEqual(ids);
    const uncertain = life.rows().filter(({ state }) => state === "uncertain");
    expect(uncertain.map(({ event_id: id }) => id).toSorted()).toEqual(ids.slice(2, 5).toSorted());
  });

  test("429 was not taken: it is told again, later or by the next run", async () => {
    const life = await open();
    const { ids, file } = prepare(life);
    life.simulator.volue.setFaults([{ kind: "throttle", retryAfterSeconds: 1, after: 3, times: 1 }]);
    expect((await life.run(reportWords(file))).exitCode).toBe(0);
    expect(storedIds(life)).toEqual(ids);
  });

  test("429 that asks for a day ends the run with the rest unsent, and the next one tells it", async () => {
    const life = await open();
    const { ids, file } = prepare(life);
    life.simulator.volue.setFaults([{ kind: "throttle", retryAfterSeconds: 86_400, after: 3 }]);
    expect((await life.run(reportWords(file))).exitCode).toBe(3);
    expect(storedIds(life)).toEqual(ids.slice(0, 3));
    life.simulator.volue.setFaults([]);
    expect((await life.run(reportWords(file))).exitCode).toBe(0);
    expect(storedIds(life)).toEqual(ids);
  });
});

test.concurrent("two processes at once: the second ends with code 5, all is told once", async (ending) => {
  const life = await open({}, ending);
  const { ids, file } = prepare(life);
  const asked = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  life.door.watch = async ({ place, stage }) => {
    if (place === "report" && stage === "arrived") {
      asked.resolve();
      await opened.promise;
    }
    return "goes" as const;
  };
  const first = life.start(reportWords(file));
  await asked.promise;
  const second = await life.start(reportWords(file)).ended;
  expect(second.exitCode, second.stderr).toBe(5);
  opened.resolve();
  expect((await first.ended).exitCode).toBe(0);
  expect(storedIds(life)).toEqual(ids);
});

test.concurrent("SIGTERM waits for the answer that is due, and leaves nothing uncertain", async (ending) => {
  const life = await open({}, ending);
  const { ids, file } = prepare(life);
  const started = life.start(reportWords(file));
  life.door.watch = async ({ place, stage, eventId }) => {
    if (place !== "report" || stage !== "answered" || eventId !== ids[4]) return "goes" as const;
    started.child.kill("SIGTERM");
    // Another process is asked for: by the time it has come and gone the signal has long been taken.
    await life.start(["--version"]).ended;
    return "goes" as const;
  };
  const { exitCode, stdout } = await started.ended;
  expect(exitCode).toBe(3);
  expect(storedIds(life)).toEqual(ids.slice(0, 5));
  expect(statesOf(life)).toEqual(ids.slice(0, 5).map(() => "reported"));
  expect(JSON.parse(stdout)).toHaveLength(ids.length);
  life.door.watch = () => "goes";
  expect((await life.run(reportWords(file))).exitCode).toBe(0);
  expect(storedIds(life)).toEqual(ids);
});
