import type { Database } from "../database/index.ts";
import type { AbsenceOutcome } from "./absence-store.ts";
import { planTables, rereadWindow } from "./staging.ts";

/** One meter that the plan has to look at. */
export type Candidate = {
  readonly meterKey: number;
  readonly meterId: string;
  readonly firstPublication: number | null;
  readonly publishedThrough: string | null;
  readonly participationPreference: string | null;
  readonly headFingerprint: string | null;
  readonly head: StoredRevision | null;
  /** What this run read, where it differs from the head. */
  readonly staged: StoredRevision | null;
  readonly nextBoundaryDate: string | null;
  readonly nextPreferenceAtMs: number | null;
  /** What this run concluded of its absence; null where it was returned, or nothing was concluded. */
  readonly absence: AbsenceOutcome | null;
  readonly isMissing: boolean;
  /** When its absence was confirmed; null where it was not. */
  readonly endedAtMs: number | null;
  readonly isAbsenceReleased: boolean;
};

export type StoredRevision = {
  readonly revisionId: number;
  readonly apiVersion: string;
  readonly transmissionRegion: string;
  readonly participation: string | null;
  readonly document: string;
};

export type StoredAssignment = {
  readonly assignmentId: number;
  readonly program: string | null;
  readonly group: string;
  readonly from: string;
  readonly to: string | null;
};

/** Which meters to plan anew although their documents did not change. */
export type DueMeters = {
  /** Those whose groups change by time alone on a date up to this one. */
  readonly boundaryThrough: string;
  /** Those whose preference changes by time alone up to this instant. */
  readonly preferenceThroughMs: number;
  /** All meters of these regions. */
  readonly regions: readonly string[];
  /** Those that are back. */
  readonly returnedKeys: readonly number[];
};

/** Notes the meters that a plan has to look at: those read anew, and those that time alone may have moved. */
export function saveCandidates(database: Database, runKey: number, due: DueMeters): number {
  // In the order of the ids, whatever order they were read in: a plan made again is the same plan.
  database.execute(
    "CREATE TEMP TABLE IF NOT EXISTS plan_candidate (meter_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
  );
  database.execute("DELETE FROM plan_candidate");
  const insert = "INSERT OR IGNORE INTO plan_candidate (meter_id)";
  const those = `${insert} SELECT meter_id FROM meter WHERE`;
  database
    .prepare(`${those} meter_key IN (SELECT meter_key FROM staged_revision WHERE run_key = ?)`)
    .run(runKey);
  database
    .prepare(`${those} meter_key IN (SELECT meter_key FROM plan_absent WHERE outcome <> 'found')`)
    .run();
  const returned = database.prepare(`${those} meter_key = ?`);
  for (const meterKey of due.returnedKeys) returned.run(meterKey);
  database
    .prepare(`${those} head_revision_id IS NOT NULL AND next_boundary_date <= ?`)
    .run(due.boundaryThrough);
  database
    .prepare(`${those} head_revision_id IS NOT NULL AND next_preference_at_ms <= ?`)
    .run(due.preferenceThroughMs);
  for (const region of due.regions) {
    database.prepare(`${those} head_revision_id IS NOT NULL AND transmission_region = ?`).run(region);
  }
  return Number(database.prepare("SELECT count(*) AS n FROM plan_candidate").get()?.n);
}

/** The next candidates in the order of their ids. */
export function loadCandidates(
  database: Database,
  runKey: number,
  afterMeterId: string,
  limit: number,
): Candidate[] {
  const rows = database
    .prepare(
      `SELECT m.*, a.outcome, (SELECT s.revision_id FROM staged_revision s
         WHERE s.run_key = ? AND s.meter_key = m.meter_key
         ORDER BY s.staged_order DESC LIMIT 1) AS staged_id
       FROM plan_candidate c JOIN meter m ON m.meter_id = c.meter_id
         LEFT JOIN plan_absent a ON a.meter_key = m.meter_key
       WHERE c.meter_id > ? ORDER BY c.meter_id LIMIT ?`,
    )
    .all(runKey, afterMeterId, limit);
  return rows.map((row) => {
    const headId = row.head_revision_id as number | null;
    const stagedId = row.staged_id as number | null;
    return {
      meterKey: Number(row.meter_key),
      meterId: String(row.meter_id),
      firstPublication: row.first_publication as number | null,
      publishedThrough: row.published_through as string | null,
      participationPreference: row.participation_preference as string | null,
      headFingerprint: row.head_fingerprint as string | null,
      head: loadRevision(database, headId),
      staged: stagedId === headId ? null : loadRevision(database, stagedId),
      nextBoundaryDate: row.next_boundary_date as string | null,
      nextPreferenceAtMs: row.next_preference_at_ms as number | null,
      absence: row.outcome as AbsenceOutcome | null,
      isMissing: row.is_missing === 1,
      endedAtMs: row.ended_at_ms as number | null,
      isAbsenceReleased: row.is_absence_released === 1,
    };
  });
}

/** The published step functions of a meter. */
export function loadAssignments(database: Database, meterKey: number): StoredAssignment[] {
  const rows = database
    .prepare(
      `SELECT assignment_id, program, market_group_id, effective_from, effective_to FROM assignment
       WHERE meter_key = ? AND known_to_ms IS NULL`,
    )
    .all(meterKey);
  return rows.map((row) => ({
    assignmentId: Number(row.assignment_id),
    program: row.program as string | null,
    group: String(row.market_group_id),
    from: String(row.effective_from),
    to: row.effective_to as string | null,
  }));
}

export type StagedHead = {
  readonly meterKey: number;
  readonly revisionId: number | null;
  readonly participationPreference: string | null;
  readonly nextBoundaryDate: string | null;
  readonly nextPreferenceAtMs: number | null;
  /** Set where the region changed: the last date published for the meter before. */
  readonly publishedThrough: string | null;
  readonly isChanged: boolean;
  /** What becomes of its absence; null where that stays as it is. */
  readonly presence: "present" | "returned" | "missing" | "ended" | null;
};

export function saveStagedHead(database: Database, runKey: number, head: StagedHead): void {
  database
    .prepare(
      `INSERT INTO staged_head (run_key, meter_key, revision_id, participation_preference, next_boundary_date,
         next_preference_at_ms, published_through, is_changed, presence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      runKey,
      head.meterKey,
      head.revisionId,
      head.participationPreference,
      head.nextBoundaryDate,
      head.nextPreferenceAtMs,
      head.publishedThrough,
      head.isChanged ? 1 : 0,
      head.presence,
    );
}

export type AssignmentMove = Omit<StoredAssignment, "assignmentId"> & {
  /** The row to close, or null for one to open. */
  readonly assignmentId: number | null;
};

/**
 * Stages assignments to close and to open, and notes their groups as ones whose membership is to be looked
 * at.
 */
export function saveStagedAssignments(
  database: Database,
  runKey: number,
  meterKey: number,
  moves: readonly AssignmentMove[],
): void {
  const insert = database.prepare(
    `INSERT INTO staged_assignment (run_key, assignment_id, meter_key, program, market_group_id,
       effective_from, effective_to) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { assignmentId, program, group, from, to } of moves) {
    insert.run(runKey, assignmentId, meterKey, program, group, from, to);
    saveStagedGroup(database, runKey, group);
  }
}

/** Notes a group as one whose membership, or whose members' regions, may have changed. */
export function saveStagedGroup(database: Database, runKey: number, marketGroupId: string): void {
  database
    .prepare(
      `INSERT INTO staged_group (run_key, market_group_id, version) VALUES (?, ?, -1)
       ON CONFLICT (run_key, market_group_id) DO UPDATE SET version = -1 WHERE version IS NULL`,
    )
    .run(runKey, marketGroupId);
}

/** Notes a group's name as a document has it; the last one read counts. */
export function saveStagedGroupName(
  database: Database,
  runKey: number,
  marketGroupId: string,
  name: string,
): void {
  database
    .prepare(
      `INSERT INTO staged_group (run_key, market_group_id, market_group_name) VALUES (?, ?, ?)
       ON CONFLICT (run_key, market_group_id) DO UPDATE SET market_group_name = excluded.market_group_name`,
    )
    .run(runKey, marketGroupId, name);
}

/** Forgets a plan that did not come to its end, so that it can be made again. What was read stays. */
export function releasePlan(database: Database, runKey: number): void {
  for (const table of planTables) database.prepare(`DELETE FROM ${table} WHERE run_key = ?`).run(runKey);
  const reread = "FROM staged_revision WHERE run_key = ? AND window_ordinal = ?";
  database
    .prepare(`DELETE FROM revision WHERE revision_id IN (SELECT revision_id ${reread})`)
    .run(runKey, rereadWindow);
  database.prepare(`DELETE ${reread}`).run(runKey, rereadWindow);
}

function loadRevision(database: Database, revisionId: number | null): StoredRevision | null {
  if (revisionId === null) return null;
  const row = database
    .prepare(
      `SELECT revision_id, api_version, transmission_region, participation, document FROM revision
       WHERE revision_id = ?`,
    )
    .get(revisionId);
  if (row === undefined) return null;
  return {
    revisionId: Number(row.revision_id),
    apiVersion: String(row.api_version),
    transmissionRegion: String(row.transmission_region),
    participation: row.participation as string | null,
    document: String(row.document),
  };
}
