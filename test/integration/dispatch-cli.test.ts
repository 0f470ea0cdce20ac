import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RunningSimulator } from "../../src/simulator/index.ts";
import { startSimulator } from "../../src/simulator/index.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { runDispatch } from "./dispatch-world.ts";

const firstMs = Date.parse("2026-10-28T06:17:00Z");
const dayMs = 86_400_000;

type World = {
  readonly leap: RunningSimulator;
  readonly days: Days;
  readonly run: (...words: readonly string[]) => ReturnType<typeof runDispatch>;
};

/** Two days of a simulated Leap, of which the first was swept; it is noon of the second. */
async function openWorld(isSwept = true): Promise<World> {
  const nowMs = firstMs + dayMs + 6 * 3_600_000;
  const leap = await startSimulator({
    seed: 7,
    meterCount: 60,
    startDate: "2026-10-28",
    nowMs: firstMs,
    dispatchRate: 4,
  });
  const days = openDays(leap);
  onTestFinished(async () => {
    days.close();
    await leap.close();
  });
  if (isSwept) await days.run(firstMs);
  leap.setNow(nowMs);
  const now = new Date(nowMs).toISOString();
  const run = (...words: readonly string[]) => runDispatch([...words, "--now", now], days.toEnvironment());
  return { leap, days, run };
}

const search = ["check", "--search", "--level", "all", "--real-time"] as const;

describe("dispatch check and dispatch score", () => {
  it("search, list in every format, sum up in words, and exit with 7 where some did not agree", async () => {
    const { days, run } = await openWorld();
    const dry = await run(...search, "--format", "ndjson", "--dry-run");
    expect(days.database.prepare("SELECT count(*) AS n FROM dispatch_check").get()?.n).toBe(0);
    const told = await run(...search, "--format", "ndjson");
    expect([dry.exitCode, told.exitCode]).toEqual([7, 7]);
    const rows = told.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.length).toBeGreaterThan(20);
    expect(dry.stdout).toBe(told.stdout);
    expect(new Set(rows.map(({ level }) => level))).toEqual(new Set(["group", "meter"]));
    const starts = rows.map(({ start_time: start }) => start);
    expect(starts).toEqual([...starts].sort());
    const counted = rows.filter((row) => row.is_counted);
    const trouble = counted.filter(({ verdict }) => verdict !== "agreed");
    expect(trouble.length).toBeGreaterThan(0);

    const only = await run(...search, "--format", "json", "--only", "trouble");
    expect(JSON.parse(only.stdout)).toEqual(trouble);
    expect(only.exitCode).toBe(7);
    const csv = await run(...search, "--format", "csv", "--limit", "2");
    expect(csv.stdout.split("\n")[0]).toBe(Object.keys(rows[0]).join(","));
    expect(csv.stdout.trim().split("\n")).toHaveLength(3);
    const few = await run(...search, "--format", "csv", "--columns", "event_id,verdict");
    expect(few.stdout.split("\n")[0]).toBe("event_id,verdict");
    const table = await run(...search, "--format", "table", "--limit", "3");
    expect(table.stdout).toMatch(/^START TIME +TRADE DATE +TARGET +VERDICT/);
    const agreed = counted.length - trouble.length;
    expect(table.stdout).toContain(`\n${counted.length} dispatches, ${agreed} agreed, `);
    expect(table.stdout).toMatch(/; \d+\.\d % of dispatched meters were where we had published them/);

    const score = JSON.parse((await run("score", "--format", "json")).stdout) as { counted: number }[];
    expect(score.reduce((sum, row) => sum + row.counted, 0)).toBe(counted.length);
    const monthly = await run("score", "--by", "month", "--format", "table");
    expect(monthly.stdout).toMatch(/^PERIOD +LEVEL +COUNTED/);
    expect(monthly.stdout).toContain("2026-10");
    expect((await run("score", "--by", "group", "--format", "csv")).stdout).toContain("market_group_name");
    expect(JSON.parse((await run("score", "--since", "2027-01-01", "--format", "json")).stdout)).toEqual([]);
  });

  it("ask Leap for no more than was said", async () => {
    const { leap, run } = await openWorld();
    const [truth] = leap.dispatches.truthsBetween(firstMs - 3 * dayMs, firstMs + dayMs);
    const group = truth!.targetId;
    const words = ["--from", "2026-10-28", "--to", "2026-10-30", "--group", group, "--no-voluntary"];
    await run("check", "--search", ...words);
    const asked = leap.requests.filter(({ path }) => path.startsWith("/v2/dispatch"));
    expect(asked.map(({ path }) => path)).toEqual(["/v2/dispatch/group/search"]);
  });

  it("take a file as one was kept, tell what cannot be read, and compare the rest", async () => {
    const { leap, days, run } = await openWorld();
    const truths = leap.dispatches.truthsBetween(firstMs, firstMs + dayMs / 4);
    const lines = truths.map((truth) =>
      JSON.stringify({
        received_at: new Date(truth.sentAtMs).toISOString(),
        body: leap.dispatches.notificationOf(truth),
      }),
    );
    const path = join(days.path, "..", "dispatches.ndjson");
    writeFileSync(path, [...lines, '{ "group_dispatches": [ { } ] }'].join("\n"));
    const { exitCode, stdout, stderr } = await run("check", "--file", path, "--format", "json");
    expect(exitCode).toBe(7);
    expect(stderr).toContain("could not read one thing among the dispatches");
    const events = new Set(truths.map(({ eventId }) => eventId));
    const rows = JSON.parse(stdout) as { event_id: string; sent_at_basis: string }[];
    expect(new Set(rows.map(({ event_id: id }) => id))).toEqual(events);
    expect(new Set(rows.map(({ sent_at_basis: basis }) => basis))).toEqual(new Set(["received"]));
    const body = leap.dispatches.notificationOf(truths[0]!);
    writeFileSync(path, JSON.stringify(body));
    days.database.execute("DELETE FROM dispatch_check");
    const alone = await run("check", "--file", path, "--sent-at", "2026-10-28T07:00:00Z", "--dry-run");
    expect(JSON.parse(alone.stdout)).toMatchObject([
      { sent_at_basis: "asked", sent_at: "2026-10-28T07:00:00.000Z" },
    ]);
    writeFileSync(path, "");
    expect(await run("check", "--file", path)).toMatchObject({ exitCode: 0, stdout: "[]\n" });
  });

  it("end with 3 where nothing has been published, and keep nothing", async () => {
    const { days, run } = await openWorld(false);
    const { exitCode, stderr } = await run("check", "--search");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("nothing has been published yet");
    expect((await run("score", "--format", "table")).stdout).toContain("no dispatches were checked");
    expect(days.database.prepare("SELECT count(*) AS n FROM dispatch_check").get()?.n).toBe(0);
  });

  it.each([
    [["--search", "--file", "x"]],
    [["--search", "--sent-at", "2026-10-28T07:00:00Z"]],
    [["--file", "x", "--real-time"]],
    [["--file", "x", "--no-voluntary"]],
    [["--search", "--level", "meter", "--group", "x"]],
    [["--search", "--from", "2026-10-30", "--to", "2026-10-29"]],
    [["--file", "/nowhere/at/all"]],
  ])("refuse what does not go together, or is not there: %j", async (words) => {
    const environment = { METER_SYNC_DATABASE: "/nowhere/x.sqlite", LEAP_API_KEY: "k" };
    const { exitCode, stderr } = await runDispatch(["check", ...words], environment);
    expect([exitCode, stderr.split("\n").length]).toEqual([2, 2]);
  });
});
