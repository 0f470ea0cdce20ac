import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { loadEvents, loadSequenceSince, type Reader, toReader } from "../../src/reader/index.ts";
import { type Chance, openChance } from "../support/chance.ts";
import { insert } from "./small-database.ts";

type Told = { readonly sequence: number; readonly type: string; readonly timeMs: number };

const drifts = ["group.drift.detected", "meter.drift.detected"];
const beside = ["sync.failed", "sync.held", "group.remap.overdue", ...drifts];

function openFile(): Database {
  const folder = mkdtempSync(join(tmpdir(), "since-clock-"));
  const database = openDatabase(join(folder, "file.sqlite"));
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  database.connection.pragma("synchronous = OFF");
  return database;
}

function save(database: Database, told: readonly Told[]): Reader {
  database.connection.transaction(() => {
    database.execute("DELETE FROM event");
    for (const { sequence, type, timeMs } of told) {
      const id = `id-${sequence}`;
      insert(database, "event", { sequence, id, type, time_ms: timeMs, event: "{}" });
    }
  })();
  return toReader(database);
}

/**
 * Publications of some events each, never back in time; between them what is told beside, at any time until
 * then: by a clock that is right, or behind. Some of the oldest sequences are gone.
 */
function toHistory({ below, pick, hits }: Chance): readonly Told[] {
  const told: Told[] = [];
  const tell = (type: string, timeMs: number) => told.push({ sequence: told.length + 1, type, timeMs });
  let timeMs = 1_000_000;
  for (let publication = 0; publication < 12; publication += 1) {
    timeMs += below(3) * 1000;
    for (let count = 1 + below(4); count > 0; count -= 1) tell("meter.created", timeMs);
    for (let count = below(2) * below(8); count > 0; count -= 1) {
      tell(pick(beside), hits(0.5) ? timeMs : timeMs - below(8000));
    }
  }
  return told.filter(({ sequence }) => sequence > 5 || hits(0.3));
}

it("events since and until are those of that time, whatever a clock that is behind told in between", () => {
  const database = openFile();
  for (let seed = 1; seed <= 12; seed += 1) {
    const told = toHistory(openChance(seed));
    const reader = save(database, told);
    const times = [...new Set(told.map(({ timeMs }) => timeMs))].flatMap((timeMs) => [timeMs, timeMs + 1]);
    for (const sinceMs of [0, ...times]) {
      const wanted = told.filter((event) => event.timeMs >= sinceMs).map((event) => event.sequence);
      const found = [...loadEvents(reader, { sinceMs })].map((event) => event.sequence);
      expect(found, `seed ${seed}, since ${sinceMs}`).toEqual(wanted);
      const before = loadSequenceSince(reader, sinceMs);
      expect(before, `seed ${seed}, since ${sinceMs}`).toBe(
        wanted[0] === undefined ? told.at(-1)!.sequence : wanted[0] - 1,
      );
    }
    for (const untilMs of times) {
      const wanted = told.filter(({ timeMs, type }) => timeMs <= untilMs && type.startsWith("sync."));
      const found = [...loadEvents(reader, { untilMs, types: ["sync.*"] })].map((event) => event.sequence);
      expect(found, `seed ${seed}, until ${untilMs}`).toEqual(wanted.map((event) => event.sequence));
    }
  }
});

it("where events of a time begin is found in a few steps", () => {
  const told = Array.from({ length: 4000 }, (_, index) => ({
    sequence: index + 1,
    type: "meter.created",
    timeMs: 1_000_000 + index,
  }));
  const reader = save(openFile(), told);
  let steps = 0;
  const counted = {
    ...reader.database,
    prepare: (sql: string) => {
      steps += 1;
      const statement = reader.database.prepare(sql);
      const count = (...values: unknown[]) => {
        steps += 1;
        return statement.get(...values);
      };
      return { ...statement, get: count };
    },
  } as Database;
  expect(loadSequenceSince({ ...reader, database: counted }, 1_003_000)).toBe(3000);
  expect(steps).toBeLessThanOrEqual(20);
});
