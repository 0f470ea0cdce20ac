import type { Database } from "../database/index.ts";
import type { Meter } from "../meter/index.ts";

export type KnownMeter = {
  readonly meterKey: number;
  /** Null while no publication has shown the meter. */
  readonly headRevisionId: number | null;
  readonly headFingerprint: string | null;
};

export function loadKnownMeter(database: Database, meterId: string): KnownMeter | null {
  const row = database
    .prepare("SELECT meter_key, head_revision_id, head_fingerprint FROM meter WHERE meter_id = ?")
    .get(meterId);
  if (row === undefined) return null;
  return {
    meterKey: Number(row.meter_key),
    headRevisionId: row.head_revision_id as number | null,
    headFingerprint: row.head_fingerprint as string | null,
  };
}

/** Gives a meter id a key; no reader sees it before a publication gives it a head. */
export function saveNewMeter(database: Database, meterId: string): number {
  return Number(database.prepare("INSERT INTO meter (meter_id) VALUES (?)").run(meterId).lastInsertRowid);
}

/** What a revision shows in the views, beside the document itself. */
export type RevisionFace = {
  readonly meter: Meter;
  /** JSON of the required actions as the views show them. */
  readonly requiredActions: string;
  readonly addedAtMs: number | null;
};

export type NewRevision = RevisionFace & {
  readonly meterKey: number;
  readonly fingerprint: string;
  readonly document: string;
};

/** Saves a version of a meter, unpublished, and returns its id. */
export function saveRevision(database: Database, revision: NewRevision): number {
  const inserted = database
    .prepare(
      `INSERT INTO revision (meter_key, api_version, fingerprint, partner_reference, transmission_region,
         meter_type, tags, enrollment_status, dispatchable, action_required, required_actions, is_archived,
         added_at, added_at_ms,
         participation, document)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      revision.meterKey,
      revision.meter.apiVersion,
      revision.fingerprint,
      ...toColumns(revision),
      revision.meter.participation === null ? null : JSON.stringify(revision.meter.participation),
      revision.document,
    );
  return Number(inserted.lastInsertRowid);
}

/** Brings what a revision shows up to date with today's extraction; the document stays (I10). */
export function saveRevisionFace(database: Database, revisionId: number, face: RevisionFace): void {
  database
    .prepare(
      `UPDATE revision SET partner_reference = ?, transmission_region = ?, meter_type = ?, tags = ?,
         enrollment_status = ?, dispatchable = ?, action_required = ?, required_actions = ?, is_archived = ?,
         added_at = ?, added_at_ms = ?
       WHERE revision_id = ?`,
    )
    .run(...toColumns(face), revisionId);
}

/**
 * Says which revision this read found for a meter: a new one, or the head where it had moved and moved back.
 */
export function saveStagedRevision(
  database: Database,
  staged: { runKey: number; meterKey: number; windowOrdinal: number; revisionId: number },
): void {
  const { runKey, meterKey, windowOrdinal, revisionId } = staged;
  const replaced = database
    .prepare(
      `SELECT s.revision_id FROM staged_revision s JOIN meter m ON m.meter_key = s.meter_key
       WHERE s.run_key = ? AND s.meter_key = ? AND s.window_ordinal = ?
         AND s.revision_id IS NOT m.head_revision_id`,
    )
    .get(runKey, meterKey, windowOrdinal);
  if (replaced !== undefined) {
    database.prepare("DELETE FROM revision WHERE revision_id = ?").run(replaced.revision_id);
  }
  database
    .prepare("INSERT OR REPLACE INTO staged_revision VALUES (?, ?, ?, ?)")
    .run(runKey, meterKey, windowOrdinal, revisionId);
}

/** Head revisions in order, a chunk at a time. */
export function loadHeads(
  database: Database,
  afterMeterKey: number,
  limit: number,
): {
  meterKey: number;
  revisionId: number;
  apiVersion: string;
  document: string;
  participation: string | null;
}[] {
  const rows = database
    .prepare(
      `SELECT m.meter_key, r.revision_id, r.api_version, r.document, r.participation
       FROM meter m JOIN revision r ON r.revision_id = m.head_revision_id
       WHERE m.meter_key > ? ORDER BY m.meter_key LIMIT ?`,
    )
    .all(afterMeterKey, limit);
  return rows.map((row) => ({
    meterKey: Number(row.meter_key),
    revisionId: Number(row.revision_id),
    apiVersion: String(row.api_version),
    document: String(row.document),
    participation: row.participation as string | null,
  }));
}

/** The keys of all published meters, in order. */
export function* loadPublishedKeys(database: Database): Generator<number> {
  const rows = database.connection
    .prepare("SELECT meter_key FROM meter WHERE head_revision_id IS NOT NULL ORDER BY meter_key")
    .pluck()
    .iterate();
  for (const key of rows) yield Number(key);
}

export function loadPublishedCount(database: Database): number {
  const row = database.prepare("SELECT count(*) AS n FROM meter WHERE head_revision_id IS NOT NULL").get();
  return Number(row?.n);
}

/** Removes what runs before this one staged and never published. Nothing that a reader sees. */
export function releaseStaged(database: Database, beforeRunKey: number): void {
  database
    .prepare(
      `DELETE FROM revision WHERE revision_id IN (SELECT revision_id FROM staged_revision WHERE run_key < ?)
       AND revision_id NOT IN (SELECT head_revision_id FROM meter WHERE head_revision_id IS NOT NULL)`,
    )
    .run(beforeRunKey);
  for (const table of [
    "staged_revision",
    "staged_head",
    "staged_assignment",
    "staged_group",
    "staged_group_span",
    "staged_event",
  ]) {
    database.prepare(`DELETE FROM ${table} WHERE run_key < ?`).run(beforeRunKey);
  }
  database
    .prepare("UPDATE read_window SET seen = NULL WHERE run_key < ? AND seen IS NOT NULL")
    .run(beforeRunKey);
}

function toColumns({ meter, requiredActions, addedAtMs }: RevisionFace) {
  return [
    meter.partnerReference,
    meter.transmissionRegion,
    meter.meterType,
    JSON.stringify(meter.tags),
    meter.enrollmentStatus,
    meter.dispatchable ? 1 : 0,
    meter.actionRequired ? 1 : 0,
    requiredActions,
    meter.isArchived ? 1 : 0,
    meter.addedAt,
    addedAtMs,
  ] as const;
}
