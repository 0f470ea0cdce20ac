import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Driver from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { toFieldKey, toFields } from "../../src/diff/index.ts";
import { extractionVersion } from "../../src/leap/index.ts";
import { type JsonObject, toFingerprint } from "../../src/meter/index.ts";
import { streamId } from "../support/run-days.ts";
import type { Version } from "./portfolio-days.ts";
import { noon, quarters } from "./small-portfolio.ts";

export type Connection = InstanceType<typeof Driver>;
export type Row = Readonly<Record<string, string | number | null | Buffer>>;

const drizzleFolder = new URL("../../drizzle", import.meta.url).pathname;

/** A new file with the schema that the release before absences had: the first two migrations alone. */
export function openPreviousSchema(path: string): Connection {
  const folder = mkdtempSync(join(tmpdir(), "previous-schema-"));
  cpSync(drizzleFolder, folder, { recursive: true });
  const journalPath = join(folder, "meta", "_journal.json");
  const journal = JSON.parse(readFileSync(journalPath, "utf8")) as { entries: object[] };
  writeFileSync(journalPath, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 2) }));
  const connection = new Driver(path);
  migrate(drizzle(connection), { migrationsFolder: folder });
  rmSync(folder, { recursive: true });
  return connection;
}

export function insert(connection: Connection, table: string, row: Row): void {
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  connection
    .prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`)
    .run(...Object.values(row));
}

/** Where a database was read, as that release stored it. */
export type Source = { readonly version: Version; readonly host: string; readonly account: string };

/** A meter as Leap answered at noon, in one group for ever. */
export type OldMeter = {
  readonly document: JsonObject;
  readonly addedMs: number;
  readonly groupId: string;
};

const startedAt = new Date(noon).toISOString();

/** Reports were shorter: no certificate, no absences, nothing of how windows were split. */
function toOldReport(runId: string, status: "published" | "failed", meterCount: number) {
  return JSON.stringify({
    run_id: runId,
    mode: "sweep",
    status,
    exit_code: status === "published" ? 0 : 1,
    started_at: startedAt,
    trips: [],
    warnings: [],
    windows: { total: 5, read: 5, resumed: 0 },
    meters: { returned: meterCount, created: meterCount, changed: 0, absent: 0, repeated: 0 },
    changes: {},
  });
}

export function insertRun(
  connection: Connection,
  source: Source,
  runKey: number,
  status: "published" | "failed",
  atMs = noon,
): void {
  const runId = `run-${runKey}`;
  insert(connection, "run", {
    run_key: runKey,
    run_id: runId,
    mode: "sweep",
    status,
    api_version: source.version,
    account: source.account,
    host: source.host,
    is_rehearsal: 0,
    extraction_version: extractionVersion,
    started_at_ms: atMs,
    finished_at_ms: atMs,
    published_at_ms: status === "published" ? atMs : null,
    sweep_started_at_ms: atMs,
    started_at_real_ms: atMs,
    is_certified: status === "published" ? 1 : 0,
    cursor_ms: atMs - 10 * 60_000,
    report: toOldReport(runId, status, 40),
  });
}

/** Windows counted `repeated`, and no `moved`. What those of a published run had seen is dropped. */
export function insertWindows(
  connection: Connection,
  runKey: number,
  meters: readonly OldMeter[],
  doneCount: number,
  { keepsSeen, readAtMs = noon }: { readonly keepsSeen: boolean; readonly readAtMs?: number },
): void {
  const limits = [null, ...quarters, null];
  for (let ordinal = 0; ordinal < 5; ordinal += 1) {
    const seen = toSeen(meters, ordinal);
    const observed = { documents: seen.length, rejected: 0, unreadable: 0, repeated: 0, drift: {} };
    const observations = { ...observed, answered: {}, offsets: {}, unreadableKeys: [] };
    const isDone = ordinal < doneCount;
    insert(connection, "read_window", {
      run_key: runKey,
      ordinal,
      added_from_ms: widen(limits[ordinal]!, -1),
      added_to_ms: widen(limits[ordinal + 1]!, 1),
      is_done: isDone ? 1 : 0,
      read_at_real_ms: isDone ? readAtMs : null,
      page_count: isDone ? 1 : 0,
      seen: isDone && keepsSeen ? Buffer.from(Uint32Array.from(seen).buffer) : null,
      observations: isDone ? JSON.stringify(observations) : null,
    });
  }
}

const widen = (limit: number | null, ms: number) => (limit === null ? null : limit + ms);

/** The keys of the meters that a window holds. */
export function toSeen(meters: readonly OldMeter[], ordinal: number): number[] {
  const [from, to] = [quarters[ordinal - 1] ?? 0, quarters[ordinal] ?? Number.MAX_SAFE_INTEGER];
  return meters.flatMap(({ addedMs }, place) => (from <= addedMs && addedMs < to ? [place + 1] : []));
}

/** A version of a meter, and its fingerprint. v1's three days are stored as one value that slides. */
export function insertRevision(
  connection: Connection,
  version: Version,
  revisionId: number,
  meterKey: number,
  { document, addedMs, groupId }: OldMeter,
): string {
  const participation = { kind: "sliding", marketGroupIds: [groupId], offsetDays: 0 };
  const isV1 = version === "v1";
  const fingerprint = toFingerprint(isV1 ? { ...document, participation } : document);
  insert(connection, "revision", {
    revision_id: revisionId,
    meter_key: meterKey,
    api_version: version,
    fingerprint,
    partner_reference: String(document.partner_reference),
    transmission_region: String(document.transmission_region),
    meter_type: String(document.meter_type),
    tags: '["dock","roof"]',
    enrollment_status: isV1 ? "Active" : "ACTIVE",
    dispatchable: 1,
    action_required: 0,
    required_actions: "[]",
    is_archived: 0,
    added_at: isV1 ? null : new Date(addedMs).toISOString(),
    added_at_ms: isV1 ? null : addedMs,
    participation: isV1 ? JSON.stringify(participation) : null,
    document: JSON.stringify(document),
  });
  return fingerprint;
}

export function insertFields(
  connection: Connection,
  version: Version,
  documents: readonly JsonObject[],
): void {
  const keys = new Set(documents.flatMap((one) => toFields(one).map((field) => toFieldKey(version, field))));
  for (const field_key of keys) insert(connection, "discovered_field", { field_key, is_told: 1 });
}

/** The snapshot's own row; before the first publication it names nothing but the stream. */
export function insertStream(connection: Connection, source: Source | null): void {
  const published = {
    api_version: source?.version ?? null,
    account: source?.account ?? null,
    host: source?.host ?? null,
    extraction_version: source === null ? null : extractionVersion,
    publication: source === null ? 0 : 1,
    published_at_ms: source === null ? null : noon,
  };
  insert(connection, "stream", { id: 1, stream_id: streamId, ...published, last_sequence: 1 });
}
