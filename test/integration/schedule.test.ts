import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { type Job, openSchedule, type Schedule, type ScheduleOptions } from "../../src/schedule/index.ts";

type Line = { readonly job: unknown; readonly message: string; readonly fields: Record<string, unknown> };

/** A log that can be waited on. */
function openLog() {
  const lines: Line[] = [];
  let changed = Promise.withResolvers<void>();
  const write = (fields: Record<string, unknown>, message: string): void => {
    lines.push({ job: fields.job, message, fields });
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const until = async (find: (lines: readonly Line[]) => boolean): Promise<void> => {
    while (!find(lines)) await changed.promise;
  };
  return { logger: { debug: write, info: write, warn: write, error: write }, lines, until };
}

/** Every second, a Node that runs a script. */
function toJob(name: string, script: string, more: Partial<Job> = {}): Job {
  const job = { name, lane: name, cron: "* * * * * *", timezone: "UTC", recall: null };
  return { ...job, isDue: () => true, arguments: ["-e", script, name], ...more };
}

const clock = { now: () => Date.now() };
const patience = { deadlineMs: 60_000, endWithinMs: 5000 };

async function withSchedule<T>(
  jobs: readonly Job[],
  body: (log: ReturnType<typeof openLog>, schedule: Schedule) => Promise<T>,
  {
    program = [process.execPath],
    ...more
  }: Partial<Omit<ScheduleOptions, "program">> & { program?: readonly [string, ...string[]] } = {},
): Promise<T> {
  const log = openLog();
  const schedule = openSchedule({
    jobs,
    program: { self: program, environment: { ...process.env, MARK: "7" }, cwd: "/" },
    patience,
    clock,
    logger: log.logger,
    ...more,
  });
  schedule.start();
  try {
    return await body(log, schedule);
  } finally {
    await schedule.close(5000);
  }
}

describe.concurrent("a schedule", () => {
  test("starts its jobs at their times, with surroundings and arguments, and tells their ends", async () => {
    const script = "process.exitCode = process.cwd() === '/' ? Number(process.env.MARK) : 1";
    const jobs = [toJob("good", "process.argv[1] === 'good' || process.exit(9)"), toJob("bad", script)];
    await withSchedule(jobs, async ({ lines, until }) => {
      const endsOf = (name: string) =>
        lines.filter(({ job, fields }) => job === name && fields.exit_code !== undefined);
      // The second one of each shows that the first has left its lane.
      await until(() => endsOf("good").length > 1 && endsOf("bad").length > 1);
      expect(endsOf("good")[0]).toMatchObject({ message: "ended", fields: { exit_code: 0 } });
      expect(endsOf("bad")[0]).toMatchObject({
        message: expect.stringContaining("did not end well"),
        fields: { exit_code: 7 },
      });
    });
  });

  test("says when each job is due next, each in its own zone, and before it has begun", async () => {
    const job = (timezone: string) => toJob(timezone, "", { cron: "30 2 * * *", timezone });
    const schedule = openSchedule({
      jobs: ["America/New_York", "UTC"].map(job),
      program: { self: [process.execPath], environment: {}, cwd: "/" },
      patience,
      // The day on which New York leaves that hour out.
      clock: { now: () => Date.UTC(2026, 2, 8, 5) },
      logger: openLog().logger,
    });
    const next = schedule.nextRuns().map(({ atMs }) => new Date(atMs ?? 0).toISOString());
    expect(next).toEqual(["2026-03-08T07:00:00.000Z", "2026-03-09T02:30:00.000Z"]);
    expect(schedule.jobs().map(({ nextRunAtMs }) => new Date(nextRunAtMs ?? 0).toISOString())).toEqual(next);
    await schedule.close(1000);
  });

  test("makes up for a missed slot once, says so, and counts what it does", async () => {
    const everyDay = { cron: "0 0 1 1 *", recall: () => ({ kind: "through", atMs: 0 }) as const };
    await withSchedule([toJob("missed", "", everyDay)], async ({ lines, until }, schedule) => {
      const [{ madeUpForMs } = { madeUpForMs: null }] = schedule.nextRuns();
      expect(new Date(madeUpForMs ?? 0).toISOString()).toMatch(/-01-01T00:00:00.000Z$/);
      expect(schedule.jobs()).toMatchObject([{ isRunning: true, endedAtMs: null, madeUpCount: 1 }]);
      await until((all) => all.some(({ message }) => message === "ended"));
      const [facts] = schedule.jobs();
      expect(facts).toMatchObject({ name: "missed", isRunning: false, lastExitCode: 0, madeUpCount: 1 });
      expect(facts).toMatchObject({ endCounts: { 0: 1 }, skippedCount: 0, deadlineCount: 0 });
      expect(Number(facts?.endedAtMs)).toBeGreaterThanOrEqual(Number(facts?.startedAtMs));
      expect(lines.map(({ message }) => message)).toEqual([
        expect.stringMatching(/made up for now/),
        "started",
        "ended",
      ]);
    });
  });

  test("ends what takes longer than it may, and kills what does not end; its later slots go on", async () => {
    const deaf = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
    const jobs = [toJob("slow", "setInterval(() => {}, 1000)"), toJob("deaf", deaf)];
    const short = { patience: { deadlineMs: 700, endWithinMs: 100 } };
    await withSchedule(
      jobs,
      async ({ lines, until }, schedule) => {
        const endsOf = (name: string, signal: string) =>
          lines.filter(({ job, fields }) => job === name && fields.signal === signal);
        const isFree = (name: string, signal: string) =>
          endsOf(name, signal).length > 0 &&
          lines.some(
            ({ job, message }, index) =>
              job === name && message === "started" && index > lines.indexOf(endsOf(name, signal)[0] as Line),
          );
        await until(() => isFree("slow", "SIGTERM") && isFree("deaf", "SIGKILL"));
        for (const { message } of [...endsOf("slow", "SIGTERM"), ...endsOf("deaf", "SIGKILL")])
          expect(message).toContain("METER_SYNC_RUN_DEADLINE");
        for (const { deadlineCount, endCounts, lastExitCode } of schedule.jobs()) {
          expect(lastExitCode).toBeNull();
          expect(deadlineCount).toBe((endCounts.SIGTERM ?? 0) + (endCounts.SIGKILL ?? 0));
        }
      },
      short,
    );
  });

  test("a clock that is set by a year, forward and back, keeps no job from its slots", async () => {
    let aheadMs = 0;
    const moved = { clock: { now: () => Date.now() + aheadMs } };
    await withSchedule(
      [toJob("often", "")],
      async ({ lines, until }) => {
        for (const days of [0, 365, 0]) {
          aheadMs = days * 24 * 3_600_000;
          const ends = () => lines.filter(({ message }) => message === "ended").length;
          const before = ends();
          await until(() => ends() > before);
        }
      },
      moved,
    );
  });

  test("what fails while it looks is told, and the next look follows", async () => {
    let count = 0;
    const recall = () => {
      count += 1;
      if (count === 1) throw new Error("a bug");
      return { kind: "never" } as const;
    };
    await withSchedule([toJob("looked", "", { recall })], async ({ lines, until }) => {
      await until((all) => all.some(({ message }) => message === "started"));
      expect(lines[0]).toMatchObject({
        message: expect.stringMatching(/failed/),
        fields: { error: { message: "a bug" } },
      });
    });
  });

  test("tries again what another run has kept out, and says so", async () => {
    let aheadMs = 0;
    const daily = { cron: "0 0 1 1 *", recall: () => ({ kind: "through", atMs: 0 }) as const };
    const job = toJob("kept out", "process.exitCode = 5", { ...daily, keptOutExitCode: 5 });
    const moved = { clock: { now: () => Date.now() + aheadMs } };
    await withSchedule(
      [job, toJob("often", "")],
      async ({ lines, until }) => {
        const tries = () =>
          lines.filter(({ message }) => message.startsWith("another run is under way")).length;
        await until(() => tries() === 1);
        aheadMs = 61_000;
        await until(() => tries() === 2);
        expect(lines.filter(({ message }) => message.includes("did not end well"))).toEqual([]);
      },
      moved,
    );
  });

  test("a slot that no look settles stays the one that is due, however late it is", async () => {
    const recall = () => {
      throw new Error("a bug");
    };
    await withSchedule([toJob("stuck", "", { recall })], async ({ lines, until }, schedule) => {
      const openedAtMs = Date.now();
      const failures = () => lines.filter(({ message }) => message.includes("a look at what is due failed"));
      await until(() => failures().length > 2);
      const [{ nextRunAtMs } = { nextRunAtMs: null }] = schedule.jobs();
      expect(nextRunAtMs).toBeLessThanOrEqual(openedAtMs + 1000);
    });
  });

  test("starts no job a second time while it is under way, and ends it when it is closed", async () => {
    const job = toJob("long", "setInterval(() => {}, 1000)");
    const log = await withSchedule([job], async (log, schedule) => {
      await log.until((lines) => lines.some(({ message }) => message.startsWith("skipped")));
      expect(schedule.jobs()[0]?.skippedCount).toBe(1);
      return log;
    });
    expect(log.lines.filter(({ message }) => message === "started")).toHaveLength(1);
    expect(log.lines.at(-1)).toMatchObject({
      job: "long",
      message: "ended, as it was told to",
      fields: { exit_code: null, signal: "SIGTERM" },
    });
  });

  test("kills what does not end in time", async () => {
    const ready = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      ready.resolve();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const script = `process.on("SIGTERM", () => {}); require("net").connect(${port}, "127.0.0.1")`;
    const log = await withSchedule([toJob("deaf", script)], async (log, schedule) => {
      await ready.promise;
      await schedule.close(20);
      return log;
    });
    server.close();
    expect(log.lines.at(-1)).toMatchObject({
      job: "deaf",
      message: expect.stringContaining("did not end well"),
      fields: { exit_code: null, signal: "SIGKILL" },
    });
  });

  test("tells of a program that cannot be started, and goes on", async () => {
    const program = ["/no/such/program"] as const;
    await withSchedule(
      [toJob("lost", "")],
      async ({ lines, until }, schedule) => {
        const failures = () => lines.filter(({ message }) => message === "could not be started");
        await until(() => failures().length > 1);
        expect(failures()[0]?.fields.error).toMatchObject({ code: "ENOENT" });
        expect(schedule.jobs()[0]?.endCounts["not started"]).toBeGreaterThan(1);
      },
      { program },
    );
  });
});
