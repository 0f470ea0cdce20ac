import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireLock, toLockPath } from "../../src/database/index.ts";
import { programPath } from "../support/build-program.ts";
import { openPreviousSchema } from "./previous-schema.ts";
import { type Ended, runProgram } from "./run-program.ts";
import { type Outbox, openOutbox, toMoves } from "./told-remaps.ts";

const due = Date.parse("2026-11-01T01:00:00Z");
let outbox: Outbox;
let ids: readonly string[];

beforeAll(() => {
  outbox = openOutbox();
  outbox.register("stdout");
  ids = outbox.tell(toMoves(8, "2026-11-01"));
});
afterAll(() => outbox.close());

const environment = () => ({
  METER_SYNC_DATABASE: outbox.path,
  METER_SYNC_SINKS: "stdout",
  METER_SYNC_ACKNOWLEDGED_BY: "stdout",
  LEAP_BASE_URL: "http://127.0.0.1:9",
});
const run = (...words: readonly string[]) => runProgram(["ack", ...words], environment(), "/");
const list = async (...words: readonly string[]) =>
  run("--list", "--now", new Date(due).toISOString(), ...words);
const states = () => outbox.list(due, ["stdout"]).map(({ state, reason }) => [state, reason]);
const report = (eventId: string | undefined, payloadType = "GroupRemapApplied") => ({
  eventId,
  payloads: [{ payloadType }],
});

/** As a consumer does: its reports are piped in. */
async function pipe(text: string): Promise<Ended> {
  const child = spawn(process.execPath, [programPath, "ack"], {
    env: { PATH: process.env.PATH, ...environment() },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(text);
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    }),
  );
  await closed;
  return { exitCode: child.exitCode, stdout: stdout ?? "", stderr: stderr ?? "", messages: [] };
}

describe("ack", () => {
  it("takes event ids in any case, in every format, and tells what came of them", async () => {
    const { exitCode, stdout, stderr } = await run(ids[0]?.toUpperCase() ?? "", ids[1] ?? "", "--applied");
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({ applied: 2, rejected: 0, repeated: 0, unknown: [] });
    const again = await run(ids[0] ?? "", "--applied", "--format", "csv");
    expect(again.stdout).toBe("applied,rejected,repeated,unknown\n0,0,1,[]\n");
    const rejected = ["--rejected", "--reason", "no \u001b[2J charger", "--format", "table"];
    const third = await run(ids[2] ?? "", ...rejected);
    expect(third.stdout).toMatch(/^applied +0\nrejected +1\nrepeated +0\nunknown +-\n$/);
    expect(states().slice(0, 3)).toEqual([
      ["applied", null],
      ["applied", null],
      ["rejected", "no \u001b[2J charger"],
    ]);
  });

  it("takes reports from stdin, keeps the known ones and exits 7 where some are unknown", async () => {
    const lines = [report(ids[3]), report("f".repeat(64)), report(ids[2], "GroupRemapRejected")];
    const { exitCode, stdout, stderr } = await pipe(lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(exitCode, stderr).toBe(7);
    expect(JSON.parse(stdout)).toEqual({
      applied: 1,
      rejected: 1,
      repeated: 0,
      unknown: ["f".repeat(64)],
    });
    expect(stderr).toContain("one event id is of no remap told here");
    expect(states().slice(2, 4)).toEqual([
      ["rejected", null],
      ["applied", null],
    ]);
  });

  it("keeps none of what is not all to be read, and names every problem", async () => {
    const file = join(outbox.path, "..", "reports.ndjson");
    writeFileSync(
      file,
      `${JSON.stringify(report(ids[4]))}\n{}\n${JSON.stringify(report(ids[5], "Other"))}\n`,
    );
    const { exitCode, stdout, messages } = await run("--file", file);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(
      /^cannot read the reports, and has kept none of them; report 2: .*; report 3: /,
    );
    expect(states()[4]).toBeUndefined();
    writeFileSync(file, JSON.stringify([report(ids[4])]));
    expect((await run("--file", file)).exitCode).toBe(0);
  });

  it("takes everything up to a sequence, beside a run that holds its lock", async () => {
    const lock = acquireLock(toLockPath(outbox.path, "lock"), "the test");
    try {
      const { exitCode, stdout } = await run("--through", "6", "--applied");
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ applied: 2, rejected: 0, repeated: 4, unknown: [] });
    } finally {
      lock.release();
    }
  });

  it("takes up to a sequence what the webhook was to get, nothing that its filter held back", async () => {
    const filtered = openOutbox();
    try {
      filtered.register("webhook:ems");
      filtered.tell([
        { meterId: "a", region: "CAISO", from: "2026-11-01" },
        { meterId: "b", region: "ERCOT", from: "2026-11-01" },
      ]);
      const config = `${filtered.path}.json`;
      const ems = { url: "http://127.0.0.1:9/", unsigned: true, regions: ["CAISO"] };
      writeFileSync(config, JSON.stringify({ webhooks: { ems } }));
      const surroundings = {
        ...{ METER_SYNC_DATABASE: filtered.path, METER_SYNC_CONFIG: config },
        ...{ METER_SYNC_SINKS: "webhook:ems", LEAP_BASE_URL: "http://127.0.0.1:9" },
      };
      const { stdout } = await runProgram(["ack", "--through", "2", "--applied"], surroundings, "/");
      expect(JSON.parse(stdout)).toEqual({ applied: 1, rejected: 0, repeated: 0, unknown: [] });
      expect(filtered.list(due).map(({ meter_id }) => meter_id)).toEqual(["a"]);
    } finally {
      filtered.close();
    }
  });

  it("lists remaps with what became of them, all or those of one state", async () => {
    outbox.settle("stdout", 7);
    outbox.find(due, { acknowledgedBy: ["stdout"] });
    const rows = JSON.parse((await list()).stdout) as Record<string, unknown>[];
    expect(rows.map(({ state }) => state)).toEqual([
      ...["applied", "applied", "applied", "applied", "applied", "applied", "delivered", "told"],
    ]);
    expect(rows[6]).toMatchObject({
      sequence: 7,
      event_id: ids[6],
      meter_id: "m-6",
      is_overdue: true,
      due_at: "2026-10-31T19:00:00.000Z",
      overdue_at: "2026-11-01T01:00:00.000Z",
    });
    const overdue = (await list("--state", "overdue", "--format", "ndjson")).stdout.trimEnd().split("\n");
    expect(overdue.map((line) => JSON.parse(line).sequence)).toEqual([7, 8]);
    const table = (await list("--state", "told", "--format", "table")).stdout;
    expect(table).toMatch(/^SEQUENCE +EFFECTIVE FROM +DUE AT +STATE +IS OVERDUE +METER +EVENT ID\n8 /);
    expect((await list("--state", "superseded", "--format", "table")).stdout).toBe("no remaps\n");
  });

  it.each([
    ["both", ["e", "--applied", "--rejected"], /cannot be used with/],
    ["ids without what became of them", ["e"], /^say what became of them: --applied, or --rejected$/],
    ["a file there is not", ["--file", "/nowhere/reports"], /^cannot read \/nowhere\/reports \(ENOENT\)/],
  ])("refuses %s with exit code 2", async (_, words, message) => {
    const before = states();
    const { exitCode, stdout, messages } = await run(...words);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(messages).toEqual([expect.stringMatching(message)]);
    expect(states()).toEqual(before);
  });

  it("keeps nothing, and is content, where there is nothing to report", async () => {
    const before = states();
    const path = join(outbox.path, "..", "no-reports.ndjson");
    writeFileSync(path, "\n \n");
    for (const words of [[], ["--file", path]]) {
      const { exitCode, stdout, messages } = await run(...words, "--format", "json");
      expect([exitCode, messages]).toEqual([0, []]);
      expect(JSON.parse(stdout)).toEqual({ applied: 0, rejected: 0, repeated: 0, unknown: [] });
    }
    expect(states()).toEqual(before);
  });

  it("makes no database, and migrates none", async () => {
    const missing = join(outbox.path, "..", "missing.sqlite");
    const refused = await run(ids[0] ?? "", "--applied", "--database", missing);
    expect([refused.exitCode, existsSync(missing)]).toEqual([2, false]);
    const path = join(outbox.path, "..", "older.sqlite");
    const older = openPreviousSchema(path);
    const old = await run(ids[0] ?? "", "--applied", "--database", path);
    expect(old.exitCode).toBe(2);
    expect(old.messages).toEqual([expect.stringContaining("older meter-sync")]);
    expect(older.prepare("SELECT count(*) AS n FROM __drizzle_migrations").get()).toEqual({ n: 2 });
    older.close();
  });
});
