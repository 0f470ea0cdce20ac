import type { Database } from "../database/index.ts";

/** One market group whose membership the plan has to look at. */
export type StagedGroup = {
  readonly marketGroupId: string;
  readonly marketGroupName: string | null;
  /** The number of group updates told for it so far. */
  readonly version: number;
};

export type Stay = {
  readonly meterId: string;
  readonly program: string | null;
  readonly region: string;
  readonly from: string;
  readonly to: string | null;
};

/** The next groups to look at, in the order of their ids. */
export function loadStagedGroups(
  database: Database,
  runKey: number,
  afterGroupId: string,
  limit: number,
): StagedGroup[] {
  const rows = database
    .prepare(
      `SELECT s.market_group_id, coalesce(s.market_group_name, g.market_group_name) AS name,
         coalesce(g.version, 0) AS version
       FROM staged_group s LEFT JOIN market_group g ON g.market_group_id = s.market_group_id
       WHERE s.run_key = ? AND s.version = -1 AND s.market_group_id > ? ORDER BY s.market_group_id LIMIT ?`,
    )
    .all(runKey, afterGroupId, limit);
  return rows.map((row) => ({
    marketGroupId: String(row.market_group_id),
    marketGroupName: row.name as string | null,
    version: Number(row.version),
  }));
}

const stayColumns = "m.meter_id, a.program, r.transmission_region, a.effective_from, a.effective_to";

/** Who is in the group as published, from a date on. */
export function loadStays(database: Database, marketGroupId: string, first: string): Stay[] {
  const rows = database
    .prepare(
      `SELECT ${stayColumns} FROM assignment a JOIN meter m ON m.meter_key = a.meter_key
       JOIN revision r ON r.revision_id = m.head_revision_id
       WHERE a.market_group_id = ? AND a.known_to_ms IS NULL
         AND (a.effective_to IS NULL OR a.effective_to >= ?)`,
    )
    .all(marketGroupId, first);
  return rows.map(toStay);
}

/** Who will be in the group once this run is published, from a date on. */
export function loadPlannedStays(
  database: Database,
  runKey: number,
  marketGroupId: string,
  first: string,
): Stay[] {
  const head = `LEFT JOIN staged_head h ON h.run_key = @runKey AND h.meter_key = a.meter_key
       JOIN revision r ON r.revision_id = coalesce(h.revision_id, m.head_revision_id)`;
  const rows = database
    .prepare(
      `SELECT ${stayColumns} FROM assignment a JOIN meter m ON m.meter_key = a.meter_key ${head}
       WHERE a.market_group_id = @group AND a.known_to_ms IS NULL
         AND (a.effective_to IS NULL OR a.effective_to >= @first)
         AND a.assignment_id NOT IN (SELECT assignment_id FROM staged_assignment
           WHERE run_key = @runKey AND market_group_id = @group AND assignment_id IS NOT NULL)
       UNION ALL
       SELECT ${stayColumns} FROM staged_assignment a JOIN meter m ON m.meter_key = a.meter_key ${head}
       WHERE a.run_key = @runKey AND a.market_group_id = @group AND a.assignment_id IS NULL
         AND (a.effective_to IS NULL OR a.effective_to >= @first)`,
    )
    .all({ runKey, group: marketGroupId, first });
  return rows.map(toStay);
}

export type GroupSpanRow = {
  readonly from: string;
  readonly to: string | null;
  readonly memberCount: number;
  readonly membersSha256: string;
  readonly programs: readonly string[];
  readonly regions: readonly string[];
};

/** Saves what the plan found for a group: its membership from now on, and how many updates it tells. */
export function saveStagedGroupSpans(
  database: Database,
  runKey: number,
  group: {
    readonly marketGroupId: string;
    readonly version: number;
    readonly spans: readonly GroupSpanRow[];
  },
): void {
  const { marketGroupId, version, spans } = group;
  database
    .prepare("UPDATE staged_group SET version = ? WHERE run_key = ? AND market_group_id = ?")
    .run(version, runKey, marketGroupId);
  const insert = database.prepare(
    `INSERT INTO staged_group_span (run_key, market_group_id, effective_from, effective_to, member_count,
       members_sha256, programs, regions) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const span of spans) {
    insert.run(
      runKey,
      marketGroupId,
      span.from,
      span.to,
      span.memberCount,
      span.membersSha256,
      JSON.stringify(span.programs),
      JSON.stringify(span.regions),
    );
  }
}

function toStay(row: Record<string, unknown>): Stay {
  return {
    meterId: String(row.meter_id),
    program: row.program as string | null,
    region: String(row.transmission_region),
    from: String(row.effective_from),
    to: row.effective_to as string | null,
  };
}
