import type { Database } from "../database/index.ts";
import type { Meter } from "../meter/index.ts";
import { planTables } from "./staging.ts";

export type KnownMeter = {
  readonly meterKey: number;
  /** Null while no publication has shown the meter. */
  readonly headRevisionId: number | null;
  readonly headFingerprint: string | null;
};

/** The fingerprint of what a run read last of a meter; null where it read nothing but what is published. */
export function loadStagedFingerprint(database: Database, runKey: number, meterKey: number): string | null {
  const row = database
    .prepare(
      `SELECT r.fingerprint FROM staged_revision s JOIN revision r ON r.revision_id = s.revision_id
       WHERE s.run_key = ? AND s.meter_key = ? ORDER BY s.staged_order DESC LIMIT 1`,
    )
    .get(runKey, meterKey);
  return (row?.fingerprint ?? null) as string | null;
}

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
         added_at, added_at_ms, participation, document)
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

/** Whether a revision shows just this in the views: it may have been extracted by another release (I10). */
export function isFaceStored(database: Database, revisionId: number, face: RevisionFace): boolean {
  const row = database
    .prepare(
      `SELECT 1 FROM revision WHERE partner_reference IS ? AND transmission_region IS ? AND meter_type IS ?
         AND tags IS ? AND enrollment_status IS ? AND dispatchable IS ? AND action_required IS ?
         AND required_actions IS ? AND is_archived IS ? AND added_at IS ? AND added_at_ms IS ?
         AND revision_id = ?`,
    )
    .get(...toColumns(face), revisionId);
  return row !== undefined;
}

export type StagedRevision = {
  readonly runKey: number;
  readonly meterKey: number;
  readonly windowOrdinal: number;
  readonly stagedOrder: number;
  readonly revisionId: number;
};

/**
 * Says which revision this read found for a meter: a new one, or the head where it had moved and moved back.
 */
export function saveStagedRevision(database: Database, staged: StagedRevision): void {
  const { runKey, meterKey, windowOrdinal, stagedOrder, revisionId } = staged;
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
    .prepare(
      `INSERT OR REPLACE INTO staged_revision VALUES (@runKey, @meterKey, @windowOrdinal, @stagedOrder,
         @revisionId, NOT EXISTS (SELECT 1 FROM meter WHERE meter_key = @meterKey
           AND head_revision_id = @revisionId))`,
    )
    .run({ runKey, meterKey, windowOrdinal, stagedOrder, revisionId });
}

/** The number after the last one given to a row that a run staged, or took over. */
export function loadNextStagedOrder(database: Database, runKey: number): number {
  const row = database
    .prepare("SELECT max(staged_order) AS last FROM staged_revision WHERE run_key = ?")
    .get(runKey);
  return Number(row?.last ?? 0) + 1;
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

/**
 * Removes what runs before this one staged and never published, but for a plan that is held back. Nothing
 * that a reader sees.
 */
export function releaseStaged(database: Database, beforeRunKey: number): void {
  const useless = "run_key < ? AND run_key NOT IN (SELECT run_key FROM run WHERE status = 'held')";
  database
    .prepare(
      `DELETE FROM revision WHERE revision_id IN (
         SELECT revision_id FROM staged_revision WHERE is_own = 1 AND ${useless})
       AND revision_id NOT IN (SELECT head_revision_id FROM meter WHERE head_revision_id IS NOT NULL)`,
    )
    .run(beforeRunKey);
  for (const table of ["staged_revision", ...planTables]) {
    database.prepare(`DELETE FROM ${table} WHERE ${useless}`).run(beforeRunKey);
  }
  database
    .prepare(
      // What the last windows held says where v1's next ones are cut.
      `DELETE FROM read_window WHERE run_key < ? AND run_key <> coalesce(
         (SELECT max(run_key) FROM run
          WHERE status = 'published' AND mode = 'sweep' AND is_full_chain = 0), -1)`,
    )
    .run(beforeRunKey);
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
