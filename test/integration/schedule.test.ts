import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { type Job, openSchedule, type Schedule } from "../../src/schedule/index.ts";

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
  const job = { name, lane: name, cron: "* * * * * *", timezone: "UTC", isMadeUpFor: false };
  return { ...job, isDue: () => true, arguments: ["-e", script, name], ...more };
}

async function withSchedule<T>(
  jobs: readonly Job[],
  body: (log: ReturnType<typeof openLog>, schedule: Schedule) => Promise<T>,
  program = [process.execPath] as readonly [string, ...string[]],
): Promise<T> {
  const log = openLog();
  const schedule = openSchedule({
    jobs,
    program: { self: program, environment: { ...process.env, MARK: "7" }, cwd: "/" },
    logger: log.logger,
  });
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

  test("says when each job is due next, each in its own zone", async () => {
    const log = openLog();
    const schedule = openSchedule({
      jobs: ["America/New_York", "UTC"].map((timezone) =>
        toJob(timezone, "", { cron: "30 0 1 1 *", timezone }),
      ),
      program: { self: [process.execPath], environment: {}, cwd: "/" },
      logger: log.logger,
    });
    const next = schedule.nextRuns().map(({ at }) => at?.toISOString().slice(4));
    await schedule.close(1000);
    expect(next).toEqual(["-01-01T05:30:00.000Z", "-01-01T00:30:00.000Z"]);
  });

  test("starts no job a second time while it is under way, and ends it when it is closed", async () => {
    const job = toJob("long", "setInterval(() => {}, 1000)");
    const log = await withSchedule([job], async (log) => {
      await log.until((lines) => lines.some(({ message }) => message.startsWith("skipped")));
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
      async ({ lines, until }) => {
        const failures = () => lines.filter(({ message }) => message === "could not be started");
        await until(() => failures().length > 1);
        expect(failures()[0]?.fields.error).toMatchObject({ code: "ENOENT" });
      },
      program,
    );
  });
});
