import type { Database } from "../database/index.ts";

/** What polls have done since the last published sweep. */
export type PollState = {
  /** Where the next poll begins: the last published run's cursor (I3). Null where no run left one. */
  readonly cursorMs: number | null;
  /** Published polls since the last published sweep. */
  readonly polls: number;
  /** Meters that those polls found new or changed. */
  readonly found: number;
  /** The last audit a published sweep made, as it was stored, or null. */
  readonly audit: unknown;
};

export function loadPollState(database: Database, apiVersion: string): PollState {
  const last = database
    .prepare(
      `SELECT cursor_ms FROM run
       WHERE status = 'published' AND api_version = ? AND published_at_ms IS NOT NULL
       ORDER BY published_at_ms DESC, run_key DESC LIMIT 1`,
    )
    .get(apiVersion);
  const polls = database
    .prepare(
      `SELECT count(*) AS polls,
         sum(json_extract(report, '$.meters.created') + json_extract(report, '$.meters.changed')) AS found
       FROM run WHERE status = 'published' AND mode = 'poll' AND run_key > coalesce(
         (SELECT max(run_key) FROM run WHERE status = 'published' AND mode = 'sweep'), 0)`,
    )
    .get();
  const audited = database
    .prepare(
      `SELECT json_extract(report, '$.poll_audit') AS audit FROM run
       WHERE status = 'published' AND mode = 'sweep' AND json_extract(report, '$.poll_audit') IS NOT NULL
         AND run_key > (SELECT max(run_key) FROM run) - 1000
       ORDER BY run_key DESC LIMIT 1`,
    )
    .get();
  return {
    cursorMs: (last?.cursor_ms ?? null) as number | null,
    polls: Number(polls?.polls ?? 0),
    found: Number(polls?.found ?? 0),
    audit: typeof audited?.audit === "string" ? JSON.parse(audited.audit) : null,
  };
}

/** What a poll asked now would answer, to judge polls by; lives as long as the run. */
export function openPollAnswers(database: Database): void {
  database.execute(
    "CREATE TEMP TABLE IF NOT EXISTS poll_answer (meter_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
  );
  database.execute("DELETE FROM poll_answer");
}

export function savePollAnswers(database: Database, meterIds: readonly string[]): void {
  const insert = database.prepare("INSERT OR IGNORE INTO poll_answer VALUES (?)");
  for (const meterId of meterIds) insert.run(meterId);
}

/**
 * How many of the meters of which a sweep tells something new a poll would have answered with, and how many
 * not. What a v1 answer says only because the days moved on is left out: no poll could know of it.
 */
export function loadPollCatch(
  database: Database,
  runKey: number,
): { readonly caught: number; readonly missed: number } {
  const row = database
    .prepare(
      `WITH told AS (
         SELECT DISTINCT e.subject AS meter_id FROM staged_event e
         JOIN meter m ON m.meter_id = e.subject
         JOIN staged_revision s ON s.run_key = e.run_key AND s.meter_key = m.meter_key
         JOIN revision r ON r.revision_id = s.revision_id
         WHERE e.run_key = ? AND e.type LIKE 'meter.%' AND e.type <> 'meter.enrollment.group.updated'
           AND NOT (r.api_version = 'v1' AND e.type = 'meter.group.remapped'
             AND json_extract(e.body, '$.data.basis') = 'announced'))
       SELECT count(*) AS told, count(p.meter_id) AS caught
       FROM told t LEFT JOIN poll_answer p ON p.meter_id = t.meter_id`,
    )
    .get(runKey);
  const caught = Number(row?.caught ?? 0);
  return { caught, missed: Number(row?.told ?? 0) - caught };
}
