import type { Database } from "../database/index.ts";
import { chunkRowCount, type Pruning } from "./pruning.ts";

/**
 * Removes captured webhooks that came before an instant, or were imported before it where nothing says when
 * they came: the change events they would be matched with go by then, too.
 */
export function openWebhookPruning(database: Database, beforeMs: number): Pruning {
  return {
    table: "events",
    next: () => {
      const { changes } = database
        .prepare(
          `DELETE FROM leap_webhook WHERE ordinal IN (
             SELECT ordinal FROM leap_webhook WHERE received_at_ms < @beforeMs
             UNION ALL SELECT ordinal FROM leap_webhook WHERE received_at_ms IS NULL
               AND imported_at_ms < @beforeMs LIMIT @chunkRowCount)`,
        )
        .run({ beforeMs, chunkRowCount });
      return { removed: changes, isLast: changes < chunkRowCount };
    },
  };
}
