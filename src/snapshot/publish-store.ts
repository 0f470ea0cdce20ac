import type { Database } from "../database/index.ts";
import { appendStagedEvents } from "../events/index.ts";
import type { PublishedHorizon, TradeDate } from "../market/index.ts";
import type { ApiVersion } from "../meter/index.ts";

export type Publication = {
  readonly runKey: number;
  readonly runId: string;
  /** The number of this publication, 1 for the baseline. */
  readonly publication: number;
  readonly publishedAtMs: number;
  /** The instant it was planned as of: earlier, where it was held back and released. */
  readonly plannedAtMs: number;
  readonly apiVersion: ApiVersion;
  readonly account: string;
  readonly host: string;
  readonly extractionVersion: number;
  readonly lastSequence: number;
  readonly horizons: ReadonlyMap<string, PublishedHorizon>;
  /** The trade dates the views show, by region. */
  readonly days: ReadonlyMap<string, readonly TradeDate[]>;
  /** Fields found by this run, and whether it tells them. */
  readonly fields: ReadonlyMap<string, boolean>;
};

/**
 * Moves the snapshot forward: heads, history, groups, horizons and the outbox, all within the caller's one
 * transaction (I1). No meter is parsed here; the plan has everything ready.
 */
export function savePublication(database: Database, publication: Publication): void {
  saveAssignments(database, publication);
  saveReplaced(database, publication);
  saveHeads(database, publication);
  saveGroups(database, publication.runKey);
  saveHorizons(database, publication);
  const field = database.prepare("INSERT OR REPLACE INTO discovered_field VALUES (?, ?)");
  for (const [key, isTold] of publication.fields) field.run(key, isTold ? 1 : 0);
  const lastSequence = appendStagedEvents(database, publication, publication.lastSequence);
  database
    .prepare(
      `UPDATE stream SET api_version = ?, account = ?, host = ?, extraction_version = ?, publication = ?,
         published_at_ms = ?, planned_at_ms = ?, last_sequence = ? WHERE id = 1`,
    )
    .run(
      publication.apiVersion,
      publication.account,
      publication.host,
      publication.extractionVersion,
      publication.publication,
      publication.publishedAtMs,
      publication.plannedAtMs,
      lastSequence,
    );
}

function saveAssignments(database: Database, { runKey, publishedAtMs }: Publication): void {
  database
    .prepare(
      `UPDATE assignment SET known_to_ms = ? WHERE assignment_id IN (
         SELECT assignment_id FROM staged_assignment WHERE run_key = ? AND assignment_id IS NOT NULL)`,
    )
    .run(publishedAtMs, runKey);
  database
    .prepare(
      `INSERT INTO assignment (meter_key, program, market_group_id, effective_from, effective_to,
         known_from_ms)
       SELECT meter_key, program, market_group_id, effective_from, effective_to, ?
       FROM staged_assignment WHERE run_key = ? AND assignment_id IS NULL ORDER BY staged_id`,
    )
    .run(publishedAtMs, runKey);
}

/** Which heads are about to be replaced, and when: so long do they stay. */
function saveReplaced(database: Database, { runKey, publishedAtMs }: Publication): void {
  database
    .prepare(
      `INSERT INTO replaced_revision (replaced_at_ms, revision_id)
       SELECT ?, m.head_revision_id FROM staged_head s JOIN meter m ON m.meter_key = s.meter_key
       WHERE s.run_key = ? AND m.head_revision_id <> s.revision_id`,
    )
    .run(publishedAtMs, runKey);
}

function saveHeads(
  database: Database,
  { runKey, publication, publishedAtMs, plannedAtMs }: Publication,
): void {
  database
    .prepare(
      `UPDATE meter SET
         head_revision_id = coalesce(s.revision_id, head_revision_id),
         head_fingerprint = CASE WHEN s.revision_id IS NULL THEN head_fingerprint ELSE r.fingerprint END,
         transmission_region = CASE WHEN s.revision_id IS NULL
           THEN meter.transmission_region ELSE r.transmission_region END,
         enrollment_status = CASE WHEN s.revision_id IS NULL
           THEN meter.enrollment_status ELSE r.enrollment_status END,
         first_publication = CASE WHEN s.published_through IS NULL
           THEN coalesce(first_publication, @publication) ELSE @publication END,
         published_through = coalesce(s.published_through, meter.published_through),
         participation_preference = s.participation_preference,
         next_boundary_date = s.next_boundary_date,
         next_preference_at_ms = s.next_preference_at_ms,
         added_at_ms = CASE WHEN s.revision_id IS NULL THEN meter.added_at_ms ELSE r.added_at_ms END,
         changed_at_ms = CASE WHEN s.is_changed = 1 THEN @publishedAtMs ELSE changed_at_ms END,
         is_missing = CASE WHEN s.presence IN ('present', 'returned') THEN 0
           WHEN s.presence = 'missing' THEN 1 ELSE is_missing END,
         missing_since_ms = CASE WHEN s.presence IN ('present', 'returned') THEN NULL
           WHEN s.presence = 'missing' THEN @publishedAtMs ELSE missing_since_ms END,
         ended_at_ms = CASE s.presence WHEN 'present' THEN NULL WHEN 'ended' THEN @plannedAtMs
           ELSE ended_at_ms END,
         is_absence_released = CASE WHEN s.presence IN ('present', 'returned') THEN 0
           ELSE is_absence_released END
       FROM staged_head s LEFT JOIN revision r ON r.revision_id = s.revision_id
       WHERE s.run_key = @runKey AND s.meter_key = meter.meter_key`,
    )
    .run({ runKey, publication, publishedAtMs, plannedAtMs });
}

function saveGroups(database: Database, runKey: number): void {
  database
    .prepare(
      `INSERT INTO market_group (market_group_id, market_group_name, version)
       SELECT market_group_id, market_group_name, coalesce(version, 0)
       FROM staged_group WHERE run_key = @runKey
       ON CONFLICT (market_group_id) DO UPDATE SET
         market_group_name = coalesce(excluded.market_group_name, market_group_name),
         version = max(excluded.version, market_group.version)`,
    )
    .run({ runKey });
  database
    .prepare(
      `DELETE FROM group_span WHERE market_group_id IN (
         SELECT market_group_id FROM staged_group WHERE run_key = ? AND version IS NOT NULL)`,
    )
    .run(runKey);
  database
    .prepare(
      `INSERT INTO group_span
       SELECT market_group_id, effective_from, effective_to, member_count, members_sha256,
         programs, regions FROM staged_group_span WHERE run_key = ?`,
    )
    .run(runKey);
}

function saveHorizons(database: Database, { horizons, days, publication }: Publication): void {
  for (const [region, horizon] of horizons) {
    const { zone, today, firstLookedAt, lastLookedAt, knownThrough } = horizon;
    database
      .prepare("INSERT OR REPLACE INTO horizon VALUES (?, ?, ?, ?, ?, ?)")
      .run(region, zone, today, firstLookedAt, lastLookedAt, knownThrough);
    // One that looked at no day has published no value, for no meter.
    if (firstLookedAt === null) continue;
    // A later publication that looked as far makes the earlier one's row say nothing more.
    database
      .prepare("DELETE FROM horizon_history WHERE transmission_region = ? AND last_looked_at <= ?")
      .run(region, lastLookedAt);
    database.prepare("INSERT INTO horizon_history VALUES (?, ?, ?)").run(region, publication, lastLookedAt);
  }
  database.prepare("DELETE FROM horizon_day").run();
  const insert = database.prepare("INSERT INTO horizon_day VALUES (?, ?)");
  for (const [region, dates] of days) for (const date of dates) insert.run(region, date);
}
