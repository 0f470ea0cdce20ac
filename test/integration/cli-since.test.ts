import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { runInProcess } from "./cli-in-process.ts";
import { runProgram } from "./run-program.ts";
import { fillSmallDatabase, insert, meter, publishedAtMs } from "./small-database.ts";

const hourMs = 3_600_000;
/** Two days and some after the first publication, with its three events. */
const now = ["--now", "2026-10-30T10:00:00Z"];

/** The small database, and after its three events one a day: 4, 5 and 6, at noon from the 28th on. */
function openFile(): { readonly path: string; readonly database: Database } {
  const folder = mkdtempSync(join(tmpdir(), "cli-since-"));
  const path = join(folder, "small.sqlite");
  fillSmallDatabase(path);
  const database = openDatabase(path);
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const day of [28, 29, 30]) tell(database, Date.UTC(2026, 9, day, 9));
  return { path, database };
}

/** Appends one event, as publications do unless it is of another type. */
function tell(
  database: Database,
  timeMs: number,
  { type = "meter.archived", subject = meter.plain, data = {}, run = "run-9" } = {},
): void {
  const sequence = Number(database.prepare("SELECT max(sequence) + 1 AS next FROM event").get()?.next);
  const event = JSON.stringify({ type, sequence: String(sequence).padStart(19, "0"), data });
  const shared = { sequence, id: `id-${sequence}`, type, subject, partitionkey: subject };
  insert(database, "event", { ...shared, time_ms: timeMs, run_id: run, event });
  database.prepare("UPDATE stream SET last_sequence = ?").run(sequence);
}

async function sequences(path: string, ...words: readonly string[]): Promise<readonly number[]> {
  const { exitCode, stdout } = await runInProcess(["events", ...words, "--database", path, ...now]);
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => Number((JSON.parse(line) as { sequence: string }).sequence));
}

it("`events --since` and `--until` take instants, days, durations back from now, and words", async () => {
  const { path } = openFile();
  expect(await sequences(path, "--since", "yesterday")).toEqual([5, 6]);
  expect(await sequences(path, "--since", "today")).toEqual([6]);
  expect(await sequences(path, "--since", "25h")).toEqual([5, 6]);
  expect(await sequences(path, "--since", "24h")).toEqual([6]);
  expect(await sequences(path, "--since", "2026-10-29")).toEqual([5, 6]);
  expect(await sequences(path, "--since", "2026-10-29T09:00:00Z")).toEqual([5, 6]);
  expect(await sequences(path, "--since", "2026-10-29T09:00:00.001Z")).toEqual([6]);
  expect(await sequences(path, "--until", "2026-10-29T09:00:00Z")).toEqual([1, 2, 3, 4, 5]);
  expect(await sequences(path, "--until", "yesterday")).toEqual([1, 2, 3, 4]);
  expect(await sequences(path, "--since", "2026-10-31")).toEqual([]);
});

it("`--since` goes together with --after, --type, --limit and --until", async () => {
  const { path } = openFile();
  expect(await sequences(path, "--since", "7d", "--type", "meter.group.*")).toEqual([2]);
  expect(await sequences(path, "--since", "7d", "--limit", "2")).toEqual([1, 2]);
  expect(await sequences(path, "--since", "today", "--after", "1")).toEqual([6]);
  expect(await sequences(path, "--since", "7d", "--after", "5")).toEqual([6]);
  expect(await sequences(path, "--since", "2026-10-28T09:00:00Z", "--until", "today")).toEqual([4, 5]);
});

it("`events --follow --since` begins there, and goes on with whatever is told", async () => {
  const { path, database } = openFile();
  tell(database, Date.UTC(2026, 9, 1), { type: "sync.failed" });
  expect(await sequences(path, "--follow", "--since", "yesterday", "--limit", "3")).toEqual([5, 6, 7]);
  expect(await sequences(path, "--follow", "--since", "30d", "--after", "5", "--limit", "2")).toEqual([6, 7]);
  const words = ["events", "--follow", "--until", "today", "--database", path];
  const refused = await runProgram(words);
  expect([refused.exitCode, refused.stdout]).toEqual([2, ""]);
  expect(refused.messages).toEqual(["--follow goes on and on: leave --until out"]);
});

it("`events --follow --columns` prints objects of those columns", async () => {
  const { path } = openFile();
  const words = ["events", "--follow", "--limit", "2", "--columns", "what,sequence", "--database", path];
  const { stdout } = await runInProcess(words);
  expect(stdout).toBe(
    '{"what":"new meter in none, status none","sequence":1}\n' +
      '{"what":"DEMAND: moves from 11111111… to 11111111… from 2026-10-29 on (announced, 25 h ahead)",' +
      '"sequence":2}\n',
  );
});

it("a time before the first event that is kept is warned of, and only then", async () => {
  const { path, database } = openFile();
  // One is kept that somebody still needs: a listing has it, but what is followed begins behind the gap.
  database.execute("DELETE FROM event WHERE sequence <= 4 AND sequence <> 2");
  database.execute("UPDATE stream SET pruned_sequence = 4");
  const ask = (...words: readonly string[]) => runProgram([...words, "--database", path, ...now]);
  const [gone, kept, followed, active] = await Promise.all([
    ask("events", "--since", "7d"),
    ask("events", "--since", "2026-10-29T09:00:00Z"),
    ask("events", "--follow", "--since", "7d", "--limit", "2"),
    ask("meters", "--active-since", "7d"),
  ]);
  const warning = /^earlier change events are gone: they are complete from 5, told at 2026-10-29T09:00/;
  for (const { exitCode, messages } of [gone, followed, active]) {
    expect([exitCode, messages]).toEqual([0, [expect.stringMatching(warning)]]);
  }
  expect([kept.exitCode, kept.messages]).toEqual([0, []]);
  const lastTwo = kept.stdout;
  expect(lastTwo.trim().split("\n")).toHaveLength(2);
  expect(followed.stdout).toBe(lastTwo);
  expect(gone.stdout.trim().split("\n")).toHaveLength(3);
});

it("`deliver --replay` takes the same times, back from --now", async () => {
  const { path, database } = openFile();
  database.prepare("UPDATE sink SET name = ?, settled_sequence = 6").run(`file:${path}.ndjson`);
  const env = { METER_SYNC_SINKS: `file:${path}.ndjson`, LEAP_BASE_URL: "http://127.0.0.1:9" };
  const replay = async (...words: readonly string[]) => {
    const given = ["deliver", "--replay", ...words, "--database", path, ...now];
    const { exitCode, stdout } = await runInProcess(given, env);
    expect(exitCode).toBe(0);
    return Object.values((JSON.parse(stdout) as { replayed: Record<string, number> }).replayed);
  };
  expect(await replay("--since", "yesterday")).toEqual([2]);
  expect(await replay("--since", "24h")).toEqual([1]);
  expect(await replay("--since", "2026-10-28T09:00:00Z", "--until", "today")).toEqual([2]);
});

it("`meters --active-since` is who can be dispatched and was told to have become so since", async () => {
  const { path, database } = openFile();
  const type = "meter.enrollment.global-status.updated";
  const turn = (subject: string, timeMs: number, isOn: boolean) =>
    tell(database, timeMs, {
      type,
      subject,
      data: { before: { dispatchable: !isOn }, after: { dispatchable: isOn } },
    });
  const at = Date.UTC(2026, 9, 30, 9);
  // On, off and on again; on, but cannot be dispatched now; another status with which it can be, as before.
  turn(meter.plain, at, true);
  turn(meter.plain, at + hourMs, false);
  turn(meter.plain, at + 2 * hourMs, true);
  turn(meter.missing, at, true);
  const same = { before: { dispatchable: true }, after: { dispatchable: true } };
  tell(database, at, { type, subject: meter.hostile, data: same });
  const became = async (when: string) => {
    const words = ["meters", "--active-since", when, "--database", path, ...now];
    const rows = JSON.parse((await runInProcess(words)).stdout) as readonly Record<string, unknown>[];
    return rows.map(({ meter_id, became_active_at }) => [meter_id, became_active_at]);
  };
  const again = "2026-10-30T11:00:00.000Z";
  expect(await became("today")).toEqual([[meter.plain, again]]);
  expect(await became(again)).toEqual([[meter.plain, again]]);
  expect(await became("2026-10-30T11:00:00.001Z")).toEqual([]);
  // What the first publication tells as new was there before; what a later one tells so was not.
  const created = { type: "meter.created", subject: meter.hostile, data: { after: { dispatchable: true } } };
  tell(database, publishedAtMs, { ...created, run: "run-1" });
  expect(await became("30d")).toEqual([[meter.plain, again]]);
  tell(database, at, created);
  expect(await became("30d")).toEqual([
    [meter.plain, again],
    [meter.hostile, "2026-10-30T09:00:00.000Z"],
  ]);
  const table = await runInProcess([
    "meters",
    "--active-since",
    "30d",
    "--format",
    "table",
    "--database",
    path,
    ...now,
  ]);
  expect(table.stdout).toMatch(/BECAME ACTIVE AT\n.* 2026-10-30T11:00:00.000Z\n/);
  const all = JSON.parse((await runInProcess(["meters", "--database", path])).stdout);
  expect(all[0]).not.toHaveProperty("became_active_at");
});
