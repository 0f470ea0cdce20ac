import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { applyReports } from "../../src/acknowledgement/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { ems, hourMs, type Outbox, openOutbox, toMoves } from "./told-remaps.ts";

const due = Date.parse("2026-11-01T01:00:00Z");
let outbox: Outbox;

beforeEach(() => {
  outbox = openOutbox();
  outbox.register(ems);
});
afterEach(() => outbox.close());

/** Each remap was told as overdue once, with an id of its own, and no sequence is missing or twice. */
function expectOnce(remapIds: readonly string[]): void {
  const told = outbox.overdue();
  expect(told.map(({ event }) => event.data.remap_event_id).sort()).toEqual([...remapIds].sort());
  expect(new Set(told.map(({ id }) => id)).size).toBe(remapIds.length);
  const row = outbox
    .database()
    .prepare(
      `SELECT count(*) AS n, max(sequence) AS last, (SELECT last_sequence FROM stream) AS said FROM event`,
    )
    .get();
  expect([row?.last, row?.said]).toEqual([row?.n, row?.n]);
}

async function runChild(lastStep = 0): Promise<{ told: number | null; signal: NodeJS.Signals | null }> {
  const path = join(import.meta.dirname, "find-overdue-child.ts");
  const child = spawn(process.execPath, [path, outbox.path, String(due), String(lastStep)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  const [, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { told: stdout === "" ? null : (JSON.parse(stdout) as { told: number }).told, signal };
}

describe("group.remap.overdue", () => {
  it("is told once, however often one looks, and after a restart", () => {
    const ids = outbox.tell(toMoves(3, "2026-11-01"));
    expect(outbox.find(due)).toEqual({ unacknowledged: 3, overdue: 3, told: 3 });
    expect(outbox.find(due)).toEqual({ unacknowledged: 3, overdue: 3, told: 0 });
    outbox.reopen();
    expect(outbox.find(due + 100 * hourMs)).toEqual({ unacknowledged: 3, overdue: 3, told: 0 });
    expectOnce(ids);
  });

  it("is told once by two processes at the same time", async () => {
    const ids = outbox.tell(toMoves(1600, "2026-11-01"));
    const reports = await Promise.all([runChild(), runChild()]);
    expect(reports.reduce((sum, { told }) => sum + (told ?? 0), 0)).toBe(1600);
    expectOnce(ids);
  });

  it("is told once by processes that are killed at any step, and by the one that follows", async () => {
    const ids = outbox.tell(toMoves(600, "2026-11-01"));
    for (const step of [700, 3430]) {
      expect((await runChild(step)).signal, `step ${step}`).toBe("SIGKILL");
    }
    // The first died while it looked, the second while it told the last hundred.
    expect(outbox.list(due)).toHaveLength(600);
    expect(outbox.overdue()).toHaveLength(500);
    outbox.find(due);
    expectOnce(ids);
  });

  it("is told once of a remap that was reported late, and rejected after that", () => {
    const [id = ""] = outbox.tell([{ from: "2026-11-01" }]);
    outbox.find(due);
    applyReports(outbox.database(), [{ eventId: id, outcome: "applied", reason: null }], due + 1);
    expect(outbox.find(due + 2)).toEqual({ unacknowledged: 0, overdue: 0, told: 0 });
    applyReports(outbox.database(), [{ eventId: id, outcome: "rejected", reason: "undone" }], due + 3);
    expect(outbox.find(due + 4)).toEqual({ unacknowledged: 0, overdue: 1, told: 0 });
    expectOnce([id]);
  });

  it("tells of 10,000 remaps in transactions of at most 500", () => {
    const ids = outbox.tell(toMoves(10_000, "2026-11-01"));
    const { connection } = outbox.database();
    const open = vi.spyOn(connection, "transaction");
    try {
      expect(outbox.find(due)).toEqual({ unacknowledged: 10_000, overdue: 10_000, told: 10_000 });
      // 20 full ones each to look and to tell; one each to find that there is no more.
      expect(open.mock.calls.length).toBeGreaterThanOrEqual(40);
      expect(open.mock.calls.length).toBeLessThanOrEqual(43);
      open.mockClear();
      outbox.find(due);
      // Where nothing is to be done, nobody who writes is kept waiting.
      expect(open).not.toHaveBeenCalled();
    } finally {
      open.mockRestore();
    }
    expectOnce(ids);
  });

  it("keeps nobody waiting who looks while another writes, where nothing is to be done", () => {
    outbox.tell(toMoves(2, "2026-11-01"));
    outbox.find(due);
    const writer = openDatabase(outbox.path);
    writer.execute("BEGIN IMMEDIATE");
    expect(outbox.find(due).overdue).toBe(2);
    writer.execute("ROLLBACK");
    writer.close();
  });

  it("fails as the environment does where another keeps the file locked, and tells later", () => {
    const ids = outbox.tell(toMoves(2, "2026-11-01"));
    const writer = openDatabase(outbox.path);
    outbox.database().connection.pragma("busy_timeout = 0");
    writer.execute("BEGIN IMMEDIATE");
    expect(() => outbox.find(due)).toThrow(
      expect.objectContaining({ kind: "environment", message: expect.stringContaining("overdue") }),
    );
    writer.execute("ROLLBACK");
    writer.close();
    outbox.find(due);
    expectOnce(ids);
  });
});
