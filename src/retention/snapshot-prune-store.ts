import type { Database } from "../database/index.ts";
import { chunkRowCount, type Pruning } from "./pruning.ts";

/** A plan that is held back refers to what was published when it was made. */
const isHeld = `EXISTS (SELECT 1 FROM staged_plan p CROSS JOIN run r
  WHERE r.run_key = p.run_key AND r.status = 'held')`;

/** Removes versions of meters that others replaced before an instant; never one published or staged. */
export function openRevisionPruning(database: Database, beforeMs: number): Pruning {
  let after = { replacedAtMs: -1, revisionId: -1 };
  return {
    table: "revisions",
    next: () => {
      const rows = database
        .prepare(
          `SELECT replaced_at_ms, revision_id FROM replaced_revision
           WHERE (replaced_at_ms, revision_id) > (?, ?) AND replaced_at_ms < ?
           ORDER BY replaced_at_ms, revision_id LIMIT ?`,
        )
        .all(after.replacedAtMs, after.revisionId, beforeMs, chunkRowCount)
        .map((row) => ({ replacedAtMs: Number(row.replaced_at_ms), revisionId: Number(row.revision_id) }));
      after = rows.at(-1) ?? after;
      return { removed: removeRevisions(database, rows), isLast: rows.length < chunkRowCount };
    },
  };
}

function removeRevisions(
  database: Database,
  rows: readonly { readonly replacedAtMs: number; readonly revisionId: number }[],
): number {
  const remove = database.prepare(
    `DELETE FROM revision WHERE revision_id = ? AND NOT ${isHeld}
       AND NOT EXISTS (SELECT 1 FROM meter m
         WHERE m.meter_key = revision.meter_key AND m.head_revision_id = revision.revision_id)
       AND NOT EXISTS (SELECT 1 FROM staged_revision s
         WHERE s.meter_key = revision.meter_key AND s.revision_id = revision.revision_id)
       AND NOT EXISTS (SELECT 1 FROM staged_head s
         WHERE s.meter_key = revision.meter_key AND s.revision_id = revision.revision_id)`,
  );
  const forget = database.prepare(
    `DELETE FROM replaced_revision WHERE replaced_at_ms = @replacedAtMs AND revision_id = @revisionId
       AND NOT EXISTS (SELECT 1 FROM revision r WHERE r.revision_id = @revisionId)`,
  );
  let removed = 0;
  for (const row of rows) {
    removed += remove.run(row.revisionId).changes;
    forget.run(row);
  }
  return removed;
}

/** Removes what was known of groups until before an instant, and is known otherwise since. */
export function openReplacedPruning(database: Database, beforeMs: number): Pruning {
  return {
    table: "history",
    next: () => {
      const gone = database
        .prepare(
          `DELETE FROM assignment WHERE assignment_id IN (SELECT assignment_id FROM assignment
             WHERE known_to_ms IS NOT NULL AND known_to_ms < ? AND NOT ${isHeld}
             ORDER BY known_to_ms LIMIT ?) RETURNING known_to_ms AS until`,
        )
        .all(beforeMs, chunkRowCount);
      savePruned(database, "pruned_known_at_ms", gone);
      return { removed: gone.length, isLast: gone.length < chunkRowCount };
    },
  };
}

/**
 * Removes what is still known of trade dates before the given one. Only where those lie well before any that
 * the next run may look at: what a run compares with stays.
 */
export function openEndedPruning(database: Database, beforeDate: string): Pruning {
  return {
    table: "history",
    next: () => {
      const gone = database
        .prepare(
          `DELETE FROM assignment WHERE assignment_id IN (SELECT assignment_id FROM assignment
             WHERE known_to_ms IS NULL AND effective_to IS NOT NULL AND effective_to < ?
               AND effective_to < (SELECT date(min(min(today, coalesce(first_looked_at, today))), '-4 days')
                 FROM horizon) AND NOT ${isHeld}
             ORDER BY effective_to LIMIT ?) RETURNING effective_to AS until`,
        )
        .all(beforeDate, chunkRowCount);
      savePruned(database, "pruned_trade_date", gone);
      return { removed: gone.length, isLast: gone.length < chunkRowCount };
    },
  };
}

/** How far the history is gone: whoever asks of before is to be told so, not given what is left. */
function savePruned(
  database: Database,
  column: "pruned_known_at_ms" | "pruned_trade_date",
  gone: readonly Record<string, unknown>[],
): void {
  if (gone.length === 0) return;
  const save = `UPDATE stream SET ${column} = @until WHERE ${column} IS NULL OR ${column} < @until`;
  const last = gone.map(({ until }) => until as number | string).reduce((a, b) => (a > b ? a : b));
  database.prepare(save).run({ until: last });
}

/** Removes how dispatches of trade dates before the given one compared with what was published. */
export function openDispatchPruning(database: Database, beforeDate: string): Pruning {
  return {
    table: "history",
    next: () => {
      const { changes } = database
        .prepare(
          `DELETE FROM dispatch_check WHERE (level, event_id, trade_date) IN (
             SELECT level, event_id, trade_date FROM dispatch_check
             WHERE trade_date < ? ORDER BY trade_date LIMIT ?)`,
        )
        .run(beforeDate, chunkRowCount);
      return { removed: changes, isLast: changes < chunkRowCount };
    },
  };
}
