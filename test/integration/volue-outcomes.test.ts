import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { acquireLock, openDatabase, toLockPath } from "../../src/database/index.ts";
import { parseReports, type Report } from "../../src/volue/index.ts";
import { loadStanding, saveSending } from "../../src/volue/volue-report-store.ts";
import { runInProcess } from "./cli-in-process.ts";
import { after, openVolueCli, usageOf, type VolueCli } from "./volue-cli.ts";
import type { VolueAnswer } from "./volue-server.ts";

const four = ["e-1", "e-2", "e-3", "e-4"].map((id) => usageOf(id));

/** What is kept of a report that a process was sending when it was killed. */
function leaveSending({ folder, volue }: VolueCli, eventId: string): void {
  const database = openDatabase(join(folder, "run.sqlite"));
  const report = parseReports(JSON.stringify(usageOf(eventId))).given[0]?.report as Report;
  const host = new URL(volue.url).host;
  saveSending(database, { reportId: "abcdef".padEnd(64, "0"), host, report }, "{}", 1);
  database.close();
}

describe("a report that Volue refuses", () => {
  test("is told by field and kept, the others are sent, and it may be sent again", async () => {
    const cli = await openVolueCli();
    cli.volue.report = (_, count) =>
      count === 2
        ? { status: 400, body: { title: "Invalid", errors: { "payloads[0].points": ["too few"] } } }
        : { status: 200, body: { id: `volue-${count}` } };
    const { exitCode, rows } = await cli.report(four);
    expect(exitCode).toBe(2);
    expect(rows.map(({ state }) => state)).toEqual(["reported", "refused", "reported", "reported"]);
    expect(rows[1]?.problems).toEqual([{ path: "payloads[0].points", message: "too few" }]);
    const id = rows[1]?.report_id.slice(0, 10) ?? "";
    const asked = ["list", "--format", "csv", "--columns", "state,event_id", "--state", "refused"];
    expect((await cli.run(asked)).stdout).toBe("state,event_id\nrefused,e-2\n");
    const shown = JSON.parse((await cli.run(["list", "--id", id, "--format", "json"])).stdout);
    expect(shown).toMatchObject({
      state: "refused",
      status: 400,
      problem: { title: "Invalid" },
      body: four[1],
    });
    const again = await cli.report(four);
    expect(again.rows.map(({ sent }) => sent)).toEqual([false, true, false, false]);
    expect(await cli.list()).toContainEqual(
      expect.objectContaining({ attempts: 2, state: "reported", problem: null }),
    );
  });
});

describe("a report that was certainly not taken", () => {
  test.each<[string, VolueAnswer, number, number]>([
    ["401, with a new token too", { status: 401 }, 2, 3],
    ["403", { status: 403, body: { title: "No" } }, 2, 4],
    ["429 and a long wait", { status: 429, headers: { "retry-after": "86400" } }, 3, 2],
  ])("by %s is unsent, and sent by the next run", async (_, answer, code, asked) => {
    const cli = await openVolueCli();
    cli.volue.report = (_request, count) => (count === 1 ? { status: 200, body: { id: "r" } } : answer);
    const { exitCode, rows } = await cli.report(four);
    expect(exitCode).toBe(code);
    expect(rows.map(({ state }) => state)).toEqual(["reported", "unsent", "unsent", "unsent"]);
    expect(cli.volue.reports()).toHaveLength(asked);
    cli.volue.report = (_request, count) => ({ status: 200, body: { id: `volue-${count}` } });
    const again = await cli.report(four);
    expect([again.exitCode, ...again.rows.map(({ sent }) => sent)]).toEqual([0, false, true, true, true]);
  });

  test("since Volue gave no token, or could not be asked for the event, was not even tried", async () => {
    const cli = await openVolueCli();
    cli.volue.token = () => ({ status: 400, body: { error: "invalid_client" } });
    expect(await cli.report(four)).toMatchObject({
      exitCode: 2,
      rows: four.map(() => ({ state: "unsent" })),
    });
    cli.volue.token = () => ({ status: 200, body: { access_token: "t" } });
    cli.volue.event = () => ({ status: 429, headers: { "retry-after": "86400" } });
    expect(await cli.report(four)).toMatchObject({
      exitCode: 3,
      rows: four.map(() => ({ state: "unsent" })),
    });
    cli.volue.event = () => ({ status: 200, body: "<html>" });
    expect(await cli.report(four)).toMatchObject({
      exitCode: 4,
      rows: four.map(() => ({ state: "unsent" })),
    });
    cli.volue.event = () => ({ status: 404 });
    const { exitCode, rows } = await cli.report(four.slice(0, 1));
    expect([exitCode, rows[0]?.state, rows[0]?.problems[0]?.path]).toEqual([2, "invalid", "eventId"]);
    expect(cli.volue.reports()).toEqual([]);
    expect(await cli.list()).toEqual([]);
  });
});

describe("a report that may have arrived", () => {
  test("is never sent again by itself: a person says what became of it", async () => {
    const cli = await openVolueCli();
    cli.volue.report = (_, count) => (count === 1 ? "cut" : { status: 200, body: { id: "r" } });
    const first = await cli.report(four.slice(0, 2));
    expect(first.exitCode).toBe(7);
    expect(first.rows).toMatchObject([{ state: "uncertain", sent: true }, { state: "reported" }]);
    const id = first.rows[0]?.report_id.slice(0, 12) ?? "";
    for (const words of [[], ["--again"]]) {
      const again = await cli.report(four.slice(0, 2), after, ...words);
      expect([again.exitCode, again.rows[0]?.sent]).toEqual([7, false]);
      expect(again.rows[0]?.problems[1]?.message).toContain(`volue settle ${id} --reported`);
    }
    expect((await cli.report([usageOf("e-1", 2)])).rows).toMatchObject([{ state: "withheld" }]);
    expect(cli.volue.reports()).toHaveLength(2);
    expect((await cli.run(["settle", id, "--unsent"])).exitCode).toBe(0);
    expect(await cli.report(four.slice(0, 2))).toMatchObject({
      exitCode: 0,
      rows: [{ sent: true }, { sent: false }],
    });
  });

  test("and was found to be there is reported", async () => {
    const cli = await openVolueCli();
    cli.volue.report = () => ({ status: 502 });
    const { rows } = await cli.report(four.slice(0, 1));
    const id = rows[0]?.report_id ?? "";
    const settled = await cli.run(["settle", id.slice(0, 6), "--reported", "--format", "json"]);
    expect(JSON.parse(settled.stdout)).toMatchObject({ report_id: id, state: "reported", problem: null });
    const again = await cli.report(four.slice(0, 1));
    expect([again.exitCode, cli.volue.reports().length]).toEqual([0, 1]);
    expect(again.rows[0]?.notes[0]?.message).toMatch(/^already reported, at /);
    for (const words of [
      [id, "--unsent"],
      ["ffffff", "--unsent"],
      [id],
      ["abc", "--unsent"],
      ["%", "--unsent"],
    ]) {
      expect((await cli.run(["settle", ...words])).exitCode, words.join(" ")).toBe(2);
    }
  });

  test("three times in a row ends the run: no more is put at stake", async () => {
    const cli = await openVolueCli();
    cli.volue.report = () => "cut";
    const { exitCode, rows } = await cli.report([...four, usageOf("e-5")]);
    expect(exitCode).toBe(7);
    expect(rows.map(({ state }) => state)).toEqual([
      "uncertain",
      "uncertain",
      "uncertain",
      "unsent",
      "unsent",
    ]);
    expect(cli.volue.reports()).toHaveLength(3);
  });

  test("was being sent by a process that was killed, and is found so by the next run", async () => {
    const cli = await openVolueCli();
    leaveSending(cli, "e-9");
    const other = await cli.report([usageOf("e-1")]);
    expect([other.exitCode, other.rows[0]?.state]).toEqual([7, "reported"]);
    expect(await cli.list()).toContainEqual(expect.objectContaining({ event_id: "e-9", state: "uncertain" }));
    expect((await cli.report([usageOf("e-1")])).exitCode).toBe(7);
    expect((await cli.report([])).exitCode, "on a day without reports, too").toBe(7);
    expect((await cli.report([usageOf("e-9")])).rows).toMatchObject([{ state: "withheld" }]);
    expect((await cli.run(["settle", "abcdef", "--reported"])).exitCode).toBe(0);
    expect((await cli.report([usageOf("e-1")])).exitCode).toBe(0);
  });
});

test("what another process is just sending is left alone: exit code 5, for a decision as well", async () => {
  const cli = await openVolueCli();
  leaveSending(cli, "e-9");
  const path = toLockPath(join(cli.folder, "run.sqlite"), "volue.lock");
  const lock = acquireLock(path, "this test");
  expect((await cli.report(four)).exitCode).toBe(5);
  expect((await cli.run(["settle", "abcdef", "--unsent"])).exitCode).toBe(5);
  expect(await cli.list()).toMatchObject([{ state: "sending" }]);
  lock.release();
  expect(cli.volue.reports()).toEqual([]);
});

test("a report is kept as being sent before a byte of it goes out", async () => {
  const cli = await openVolueCli();
  const states: unknown[] = [];
  cli.volue.report = () => {
    const database = openDatabase(join(cli.folder, "run.sqlite"));
    states.push(database.prepare("SELECT state, attempt_count, body FROM volue_report").all());
    database.close();
    return { status: 200, body: { id: "r" } };
  };
  await cli.report([usageOf("e-1")]);
  expect(states).toEqual([
    [{ state: "sending", attempt_count: 1, body: JSON.stringify(cli.volue.reports()[0]) }],
  ]);
});

test("an export has no reports in it, and says so: none would look as if it were reported", async () => {
  const cli = await openVolueCli();
  await cli.report([usageOf("e-1")]);
  const path = join(cli.folder, "export.sqlite");
  expect((await runInProcess(["snapshot", "export", path], cli.environment)).exitCode).toBe(0);
  const file = cli.write("reports.json", usageOf("e-1"));
  for (const words of [["list"], ["report", "--file", file, "--dry-run"], ["report", "--file", file]]) {
    const { exitCode, stdout } = await cli.run(words, { METER_SYNC_DATABASE: path });
    expect([exitCode, stdout], words.join(" ")).toEqual([2, ""]);
  }
  expect(cli.volue.reports()).toHaveLength(1);
});

test("sandbox and production have events of their own", async () => {
  const cli = await openVolueCli();
  await cli.report([usageOf("e-1")]);
  const database = openDatabase(join(cli.folder, "run.sqlite"));
  const report = parseReports(JSON.stringify(usageOf("e-1", 2))).given[0]?.report as Report;
  const standing = loadStanding(database, { reportId: "x", host: "api.voluespark.com", report });
  database.close();
  expect(standing).toEqual({ own: null, others: [] });
});
