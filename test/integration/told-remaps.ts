import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findOverdue, type OverdueOptions, type OverdueReport } from "../../src/acknowledgement/index.ts";
import { type Database, inTransaction, openDatabase } from "../../src/database/index.ts";
import { appendEvents, loadToldCount, toMeterEvents } from "../../src/events/index.ts";
import { loadRemapStates, type RemapState, toReader } from "../../src/reader/index.ts";
import { loadStream, saveLastSequence } from "../../src/snapshot/index.ts";
import { readEvents } from "../support/views.ts";
import { meterV2 } from "../unit/diff/meters.ts";
import { makeRemap } from "../unit/events/read-events.ts";

export const hourMs = 3_600_000;
export const ems = "webhook:ems";
export const zones = { defaultZone: "America/Los_Angeles", zones: {} };
/** Long before any trade date of these tests. */
export const early = Date.parse("2026-10-20T12:00:00Z");

export type Move = {
  readonly meterId?: string;
  readonly region?: string;
  readonly program?: string | null;
  readonly from: string;
  readonly to?: string | null;
};

/** A database with an outbox that remaps are told in, and sinks that get them. */
export type Outbox = {
  readonly path: string;
  readonly database: () => Database;
  /** A sink that gets what is told from here on, or after this sequence. */
  readonly register: (name: string, startSequence?: number) => void;
  /** Everything up to this sequence has been delivered to a sink. */
  readonly settle: (name: string, sequence: number) => void;
  /** Tells remaps in one transaction, as a run does; returns their event ids. */
  readonly tell: (moves: readonly Move[], nowMs?: number) => readonly string[];
  readonly find: (nowMs: number, more?: Partial<OverdueOptions>) => OverdueReport;
  readonly list: (nowMs: number, acknowledgedBy?: readonly string[]) => readonly RemapState[];
  readonly overdue: () => ReturnType<typeof readEvents>;
  readonly reopen: () => void;
  /** As it was made: nothing told, no sink. */
  readonly clear: () => void;
  readonly close: () => void;
};

export function openOutbox(): Outbox {
  const folder = mkdtempSync(join(tmpdir(), "told-remaps-"));
  const path = join(folder, "run.sqlite");
  let database = openDatabase(path);
  database
    .prepare("INSERT INTO stream (id, stream_id, account, publication) VALUES (1, 'stream-1', 'acme', 1)")
    .run();
  const last = () => loadStream(database)?.lastSequence ?? 0;
  return {
    path,
    database: () => database,
    register: (name, startSequence = last()) => {
      database
        .prepare(
          `INSERT INTO sink (name, settled_sequence, created_at_ms, start_sequence) VALUES (?, ?, 0, ?)`,
        )
        .run(name, startSequence, startSequence);
    },
    settle: (name, sequence) => {
      database.prepare("UPDATE sink SET settled_sequence = ? WHERE name = ?").run(sequence, name);
    },
    tell: (moves, nowMs = early) => inTransaction(database, () => tell(database, moves, nowMs)),
    find: (nowMs, more = {}) =>
      findOverdue(database, { zones, marginMs: 12 * hourMs, acknowledgedBy: [ems], nowMs, ...more }),
    list: (nowMs, acknowledgedBy = [ems]) => [
      ...loadRemapStates(toReader(database), { acknowledgedBy, marginMs: 12 * hourMs, nowMs }),
    ],
    overdue: () => readEvents(database).filter(({ type }) => type === "group.remap.overdue"),
    reopen: () => {
      database.close();
      database = openDatabase(path);
    },
    clear: () => {
      // What is tested from here on is many histories, and none through a loss of power.
      database.connection.pragma("synchronous = OFF");
      for (const table of ["event", "event_count", "told_remap", "sink"]) {
        database.execute(`DELETE FROM ${table}`);
      }
      saveLastSequence(database, 0);
    },
    close: () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Each event of ours, by the functions that a run makes and appends it with. */
function tell(database: Database, moves: readonly Move[], nowMs: number): readonly string[] {
  const runId = `run-${nowMs}`;
  const context = { streamId: "stream-1", account: "acme", runId, nowMs };
  const ids: string[] = [];
  let sequence = loadStream(database)?.lastSequence ?? 0;
  for (const { meterId = "m", region = "CAISO", program = "CCA", from, to = null } of moves) {
    const meter = meterV2([], { meterId, transmissionRegion: region });
    const remap = makeRemap({ program, effectiveFrom: from, effectiveTo: to });
    const events = toMeterEvents(context, meter, [remap], (type, key) =>
      loadToldCount(database, type, meterId, key),
    );
    sequence = appendEvents(database, runId, events, sequence);
    ids.push(...events.map(({ id }) => id));
  }
  saveLastSequence(database, sequence);
  return ids;
}

/** `count` meters that each move on this day. */
export function toMoves(count: number, from: string, prefix = "m"): readonly Move[] {
  return Array.from({ length: count }, (_, index) => ({ meterId: `${prefix}-${index}`, from }));
}
