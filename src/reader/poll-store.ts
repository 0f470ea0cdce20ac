import { parseJsonColumn, type Reader } from "./reader.ts";

/** What the last audit of polls found out; a sweep makes one where polls were carried out before it. */
export type PollAuditRow = {
  readonly audited_at: string;
  readonly run_id: string;
  /** Published polls since the sweep before. */
  readonly polls: number;
  /** Meters that they found new or changed. */
  readonly found: number;
  /** Changes that a poll would not have found. */
  readonly missed: number;
  /** Of all changes, the share that polls find; `null` where there was none to judge by. */
  readonly trust_percent: number | null;
};

export type PollStatus = {
  /** Where the next poll begins; `null` where the last publication left no time to go on from. */
  readonly cursor: string | null;
  readonly last_audit: PollAuditRow | null;
};

/** As far as the run that decides on a poll looks back: reports are many, and take time to read. */
const lookedBackRunCount = 1000;

export function loadPollStatus(reader: Reader): PollStatus {
  const last = reader.database
    .prepare(
      `SELECT json_extract(v.report, '$.cursor') AS cursor FROM snapshot_runs v JOIN run r USING (run_id)
       WHERE v.status = 'published' AND v.published_at IS NOT NULL ORDER BY r.run_key DESC LIMIT 1`,
    )
    .get();
  const audited = reader.database
    .prepare(
      `SELECT v.run_id, v.published_at, json_extract(v.report, '$.poll_audit') AS audit
       FROM snapshot_runs v JOIN run r USING (run_id)
       WHERE v.status = 'published' AND v.mode = 'sweep' AND audit IS NOT NULL
         AND r.run_key > (SELECT max(run_key) FROM run) - ${lookedBackRunCount}
       ORDER BY r.run_key DESC LIMIT 1`,
    )
    .get();
  return { cursor: (last?.cursor ?? null) as string | null, last_audit: toAuditRow(audited) };
}

function toAuditRow(row: Record<string, unknown> | undefined): PollAuditRow | null {
  const audit = parseJsonColumn(row?.audit) as Omit<PollAuditRow, "audited_at" | "run_id"> | null;
  if (row === undefined || audit === null) return null;
  const { polls, found, missed, trust_percent } = audit;
  return {
    audited_at: String(row.published_at),
    run_id: String(row.run_id),
    polls,
    found,
    missed,
    trust_percent,
  };
}
