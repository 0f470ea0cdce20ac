import { createHash } from "node:crypto";
import type { Database } from "../database/index.ts";

/** The meters that a sweep returned: as published, or as it read them last. */
const returned = `FROM (
    SELECT m.*, (SELECT s.revision_id FROM staged_revision s
      WHERE s.run_key = @runKey AND s.meter_key = m.meter_key
      ORDER BY s.staged_order DESC LIMIT 1) AS staged_id
    FROM meter m WHERE m.meter_key NOT IN (SELECT meter_key FROM plan_absent)) m
  LEFT JOIN revision r ON r.revision_id = m.staged_id
  WHERE (m.head_revision_id IS NOT NULL OR m.staged_id IS NOT NULL)`;

export type ReturnedCounts = {
  readonly regions: Readonly<Record<string, number>>;
  /** By enrollment status; meters without one are `none`. */
  readonly statuses: Readonly<Record<string, number>>;
};

export function loadReturnedCounts(database: Database, runKey: number): ReturnedCounts {
  const rows = database
    .prepare(
      `SELECT CASE WHEN m.staged_id IS NULL THEN m.transmission_region ELSE r.transmission_region END
           AS region,
         coalesce(
           CASE WHEN m.staged_id IS NULL THEN m.enrollment_status ELSE r.enrollment_status END, 'none')
           AS status,
         count(*) AS n ${returned} GROUP BY 1, 2`,
    )
    .all({ runKey });
  const regions: Record<string, number> = {};
  const statuses: Record<string, number> = {};
  for (const row of rows) {
    const [region, status] = [String(row.region), String(row.status)];
    regions[region] = (regions[region] ?? 0) + Number(row.n);
    statuses[status] = (statuses[status] ?? 0) + Number(row.n);
  }
  return { regions, statuses };
}

/**
 * sha-256, in hex, over what a sweep returned: every meter's id and fingerprint, in the order of the ids. The
 * same portfolio has the same digest, in whatever windows and order it was read.
 */
export function loadContentSha256(database: Database, runKey: number): string {
  const hash = createHash("sha256");
  const rows = database.connection
    .prepare<{ runKey: number }, { meter_id: string; fingerprint: string }>(
      `SELECT m.meter_id, CASE WHEN m.staged_id IS NULL THEN m.head_fingerprint ELSE r.fingerprint END
         AS fingerprint ${returned} ORDER BY m.meter_id`,
    )
    .iterate({ runKey });
  for (const { meter_id, fingerprint } of rows) hash.update(`${meter_id} ${fingerprint}\n`);
  return hash.digest("hex");
}

/** The certificate of the last published sweep that had one, as it was stored, or null. */
export function loadLastCertificate(database: Database): unknown {
  const row = database
    .prepare(
      `SELECT json_extract(report, '$.certificate') AS certificate FROM run
       WHERE status = 'published' AND is_certified = 1 ORDER BY run_key DESC LIMIT 1`,
    )
    .get();
  return typeof row?.certificate === "string" ? JSON.parse(row.certificate) : null;
}

/** The largest groups' shifts that evidence names. */
const largestMax = 20;

export type GroupTotals = { readonly groups: number; readonly members: number };
export type GroupShifts = {
  /** The earliest of the regions' days. */
  readonly trade_date: string;
  readonly before: GroupTotals;
  readonly after: GroupTotals;
  readonly largest: readonly {
    readonly market_group_id: string;
    readonly before: number;
    readonly after: number;
  }[];
};

/** How the groups' member counts on a trade date move with a plan; the largest shifts by name. */
export function loadGroupShifts(database: Database, runKey: number, tradeDate: string): GroupShifts {
  const covers = "effective_from <= @tradeDate AND (effective_to IS NULL OR effective_to >= @tradeDate)";
  const planned = `SELECT market_group_id, member_count FROM staged_group_span
    WHERE run_key = @runKey AND ${covers}
    UNION ALL SELECT market_group_id, member_count FROM group_span WHERE ${covers}
      AND market_group_id NOT IN (
        SELECT market_group_id FROM staged_group WHERE run_key = @runKey AND version IS NOT NULL)`;
  const published = `SELECT market_group_id, member_count FROM group_span WHERE ${covers}`;
  const totals = (rows: string): GroupTotals => {
    const row = database
      .prepare(
        `SELECT count(*) AS groups, sum(member_count) AS members FROM (${rows}) WHERE member_count > 0`,
      )
      .get({ runKey, tradeDate });
    return { groups: Number(row?.groups ?? 0), members: Number(row?.members ?? 0) };
  };
  const largest = database
    .prepare(
      `SELECT market_group_id, sum(was) AS was, sum(now) AS now FROM (
         SELECT market_group_id, member_count AS was, 0 AS now FROM (${published})
         UNION ALL SELECT market_group_id, 0, member_count FROM (${planned}))
       GROUP BY market_group_id HAVING sum(was) <> sum(now)
       ORDER BY abs(sum(now) - sum(was)) DESC, market_group_id LIMIT ${largestMax}`,
    )
    .all({ runKey, tradeDate });
  return {
    trade_date: tradeDate,
    before: totals(published),
    after: totals(planned),
    largest: largest.map((row) => ({
      market_group_id: String(row.market_group_id),
      before: Number(row.was),
      after: Number(row.now),
    })),
  };
}
