import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { programPath } from "../support/build-program.ts";
import { runProgram } from "./run-program.ts";
import { fillSmallDatabase, meter } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "report-command-"));
const database = join(folder, "a.sqlite");
const now = "2026-10-28T09:00:00Z";

/** The command line in this process, which has loaded what a page takes. */
async function run(words: readonly string[], environment: Record<string, string> = {}, isTerminal = false) {
  // On a terminal, stderr is told in words; elsewhere the log has a descriptor of its own.
  const [stdout, stderr] = [toHeard(isTerminal), toHeard(true)];
  const exitCode = await runCli({
    argv: ["node", "meter-sync", "report", "--now", now, ...words],
    env: { METER_SYNC_DATABASE: database, ...environment },
    cwd: () => folder,
    execPath: process.execPath,
    execArgv: [],
    stdout: stdout.stream,
    stderr: stderr.stream,
  } as unknown as NodeJS.Process);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

function toHeard(isTTY: boolean) {
  const heard: string[] = [];
  const stream = new PassThrough({ encoding: "utf8" }).on("data", (text: string) => heard.push(text));
  return { stream: Object.assign(stream, { isTTY }), text: () => heard.join("") };
}

const names = () => readdirSync(folder).sort();
const read = (name: string) => readFileSync(join(folder, name), "utf8");

beforeAll(() => fillSmallDatabase(database));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("report", () => {
  it("writes a file, says which, and replaces its own; on stdout comes the same", async () => {
    writeFileSync(join(folder, "r.html"), "");
    const { exitCode, stdout, stderr } = await run(["--out", "r.html"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      path: join(folder, "r.html"),
      bytes: statSync(join(folder, "r.html")).size,
      published_at: "2026-10-28T06:17:00.000Z",
    });
    expect(read("r.html")).toMatch(
      /^<!doctype html>\n<!-- meter-sync \S+ \w{64} -->\n<html[\s\S]*<\/html>\n$/,
    );
    expect(read("r.html")).toContain(meter.missing);
    const again = await run(["--out", "r.html", "--format", "table"]);
    expect([again.exitCode, again.stdout]).toEqual([
      0,
      expect.stringMatching(/^path +\/.*r\.html\nbytes +\d/),
    ]);
    expect((await run([])).stdout).toBe(read("r.html"));
    expect((await run(["--out", "-"])).stdout).toBe(read("r.html"));
  });

  it("shows the instant it was asked at", async () => {
    const { stdout } = await run(["--now", "2027-01-31T23:59:00Z"]);
    expect(stdout).toContain("2027-01-31T23:59:00");
    expect(read("r.html")).not.toContain("2027-01-31T23:59:00");
  });

  it("takes a sweep for fresh for as long as METER_SYNC_CRON leaves until the next", async () => {
    const later = ["--now", "2026-11-03T06:17:00Z"];
    expect((await run(later)).stdout).toContain("publication is 6 days old; more than 26 hours are too many");
    const weekly = await run(later, { METER_SYNC_CRON: "17 6 * * 3" });
    expect(weekly.stdout).toContain("Fresh when this was made: published 6 days before;");
  });

  it("reads beside a job that writes, and leaves the database as it is", async () => {
    const open = openDatabase(database);
    open.execute("BEGIN IMMEDIATE; UPDATE stream SET published_at_ms = 0");
    const { exitCode, stdout } = await run(["--out", "beside.html"]);
    open.execute("ROLLBACK");
    open.close();
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).published_at).toBe("2026-10-28T06:17:00.000Z");
    const before = readFileSync(database);
    await run(["--out", "beside.html"]);
    expect(readFileSync(database)).toEqual(before);
  });

  it("reads an export, and leaves nothing beside it", async () => {
    const copy = join(folder, "copy.sqlite");
    await runProgram(["snapshot", "export", copy], { METER_SYNC_DATABASE: database });
    const before = names();
    const made = await run(["--database", copy]);
    expect([made.exitCode, names()]).toEqual([0, before]);
    expect(made.stdout).toContain(meter.missing);
    const onto = await run(["--database", copy, "--out", "copy.sqlite"]);
    expect([onto.exitCode, onto.stderr]).toEqual([2, expect.stringContaining("the database itself")]);
  });

  it("is no error where whoever reads it has seen enough", async () => {
    const script = 'set -o pipefail; "$0" "$1" report --database "$2" | head -c 9';
    const child = spawn("bash", ["-c", script, process.execPath, programPath, database]);
    const seen: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => seen.push(text));
    const [exitCode] = await once(child, "close");
    expect([exitCode, seen.join("").toLowerCase()]).toEqual([0, "<!doctype"]);
  });
});

describe("report is refused", () => {
  it("where something else stands or is written, and without a database; nothing is made", async () => {
    writeFileSync(join(folder, "notes.txt"), "my notes");
    const before = names();
    const refused: [string[], Record<string, string>, string][] = [
      [["--out", "notes.txt"], {}, "is there and is no report of meter-sync"],
      [["--out", "a.sqlite.lock"], {}, "belongs to the database itself"],
      [["--out", "e.ndjson"], { METER_SYNC_SINKS: "file:e.ndjson" }, "the file of METER_SYNC_SINKS"],
      [["--out", "m.prom"], { METER_SYNC_METRICS_FILE: "m.prom" }, "the file of METER_SYNC_METRICS_FILE"],
      [["--out", "x.sqlite"], { METER_SYNC_EXPORT: "x.sqlite" }, "the file of METER_SYNC_EXPORT"],
      [["--out", "no/r.html"], {}, "there is no folder"],
      [["--out", "n.html", "--database", "none.sqlite"], {}, "none.sqlite"],
      [["--format", "json"], {}, "the report itself is HTML"],
    ];
    for (const [words, environment, why] of refused) {
      const { exitCode, stdout, stderr } = await run(words, environment);
      expect([exitCode, stdout, stderr], words.join(" ")).toEqual([2, "", expect.stringContaining(why)]);
    }
    expect([names(), read("notes.txt")]).toEqual([before, "my notes"]);
  });

  it("by a folder that cannot be written with 3", async () => {
    const { exitCode, stderr } = await run(["--out", "/proc/r.html"]);
    expect([exitCode, stderr]).toEqual([
      3,
      expect.stringContaining("cannot write the report to /proc/r.html"),
    ]);
  });

  it("on a terminal, which is told what to do", async () => {
    for (const words of [[], ["--out", "-"]]) {
      const { exitCode, stdout, stderr } = await run(words, {}, true);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(stderr).toContain("not for a terminal: name a file, as in `--out report.html`");
    }
  });
});
