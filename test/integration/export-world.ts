import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Driver from "better-sqlite3";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type Database, openDatabase, openDatabaseReadOnly } from "../../src/database/index.ts";
import { type Export, type ExportOptions, saveExport } from "../../src/snapshot/index.ts";
import { fillSmallDatabase, meter } from "./small-database.ts";

/** Text that stands for personal data, by where it was put. */
export const markers = {
  head: "MARK-head-document",
  earlier: "MARK-earlier-document",
  staged: "MARK-staged-document",
  stagedEvent: "MARK-staged-event",
  plan: "MARK-held-plan",
  answer: "MARK-receiver-answer",
  error: "MARK-receiver-error",
  sinkError: "MARK-sink-error",
  reason: "MARK-consumer-reason",
  overdue: "MARK-overdue-reason",
  field: "MARK-field-value",
  observation: "MARK-observation",
  fingerprint: "MARK-fingerprint",
  newcomer: "MARK-unpublished-meter",
} as const;

export type ExportWorld = {
  readonly folder: string;
  readonly database: string;
  readonly target: string;
  readonly save: (options?: Partial<ExportOptions>, target?: string) => Export;
  /** Every file of the folder but for what SQLite keeps beside a database in use. */
  readonly names: () => string[];
};

/** Where the machine has one, a file system in memory. */
const memoryFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Gives, from within a test, a folder with a small published database; gone when the test is over. */
export function prepareExportWorlds(): () => ExportWorld {
  const shared = mkdtempSync(join(tmpdir(), "export-filled-"));
  const filled = join(shared, "a.sqlite");
  beforeAll(() => {
    fillSmallDatabase(filled);
    const database = openDatabase(filled);
    addMarkers(database);
    database.close();
  });
  afterAll(() => rmSync(shared, { recursive: true, force: true }));
  return () => openExportWorld(filled);
}

function openExportWorld(filled: string): ExportWorld {
  const folder = realpathSync(mkdtempSync(join(memoryFolder, "export-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const database = join(folder, "a.sqlite");
  copyFileSync(filled, database);
  const target = join(folder, "out.sqlite");
  return {
    folder,
    database,
    target,
    save: (options = {}, path = target) =>
      saveExport(database, path, { isPersonal: false, keepCount: 1, exportedAtMs: 7, ...options }),
    names: () =>
      readdirSync(folder)
        .filter((name) => !/-(wal|shm)$/.test(name))
        .sort(),
  };
}

/** What a run, a receiver and a consumer may leave in the file, beside what is published. */
function addMarkers({ execute }: Database): void {
  execute(`
    INSERT INTO revision SELECT 50, meter_key, api_version, '${markers.fingerprint}', partner_reference,
      transmission_region, meter_type, tags, enrollment_status, dispatchable, action_required,
      required_actions, is_archived, added_at, added_at_ms, participation, '{"a":"${markers.earlier}"}'
      FROM revision WHERE revision_id = 1;
    INSERT INTO revision SELECT 51, meter_key, api_version, fingerprint, partner_reference,
      transmission_region, meter_type, tags, enrollment_status, dispatchable, action_required,
      required_actions, is_archived, added_at, added_at_ms, participation, '{"a":"${markers.staged}"}'
      FROM revision WHERE revision_id = 1;
    UPDATE revision SET document = '{"name":"${markers.head}"}', fingerprint = '${markers.fingerprint}'
      WHERE revision_id = 1;
    UPDATE meter SET head_fingerprint = '${markers.fingerprint}' WHERE meter_key = 1;
    INSERT INTO meter (meter_id) VALUES ('${markers.newcomer}');
    INSERT INTO staged_revision VALUES (9, 1, 0, 1, 51, 1);
    INSERT INTO staged_event VALUES (9, 1, 'i', 't', 's', '', 'p', 0, '{"a":"${markers.stagedEvent}"}');
    INSERT INTO staged_plan VALUES (9, '{"a":"${markers.plan}"}');
    INSERT INTO read_window (run_key, ordinal, observations) VALUES (9, 0, '${markers.observation}');
    INSERT INTO discovered_field VALUES ('${markers.field}', 1);
    UPDATE sink SET error = '${markers.sinkError}';
    INSERT INTO delivery (sink, sequence, partitionkey, run_id, state, answer, error)
      SELECT name, 2, 'p', 'r', 'set_aside', '${markers.answer}', '${markers.error}' FROM sink;
    INSERT INTO told_remap (sequence, event_id, meter_id, program, effective_from, told_at_ms, starts_at_ms,
      state, reason)
      VALUES (2, 'e', '${meter.plain}', '', '2026-10-29', 0, 0, 'rejected', '${markers.reason}');
    INSERT INTO event VALUES (4, 'overdue', 'group.remap.overdue', 's', 's', 0, 'r',
      '{"sequence":"4","data":{"state":"rejected","reason":"${markers.overdue}","due_at":"x"}}');
    INSERT INTO dispatch_check VALUES ('group', 'slot', '2026-10-29', 'g', 0, 1, 0, 0, '', '[]', '[]', 0,
      'seen', 'agreed', 1, 1, 1, 0, 0, '[]', '[]', 0, 'c', NULL, 0, 0);
    UPDATE stream SET last_sequence = 4, mark = 'mark';
    PRAGMA wal_checkpoint(TRUNCATE);`);
}

/** The markers that stand anywhere in a file's bytes. */
export function findMarkers(path: string): string[] {
  const bytes = readFileSync(path);
  return Object.keys(markers).filter((name) => bytes.includes(markers[name as keyof typeof markers]));
}

/** Every public view of a file, row by row. */
export function readViews(path: string): Record<string, string[]> {
  const database = openDatabaseReadOnly(path);
  try {
    const views = database.prepare("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").all();
    return Object.fromEntries(
      views.map(({ name }) => [
        String(name),
        database.connection
          .prepare(`SELECT * FROM ${name}`)
          .all()
          .map((row) => JSON.stringify(row))
          .sort(),
      ]),
    );
  } finally {
    database.close();
  }
}

/** One value that a file gives to plain SQL. */
export function readValue(path: string, sql: string): unknown {
  const connection = new Driver(path, { readonly: true });
  try {
    return connection.prepare(sql).pluck().get();
  } finally {
    connection.close();
  }
}
