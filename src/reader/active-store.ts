import { loadSequenceSince } from "./event-time-store.ts";
import type { Reader } from "./reader.ts";

/** Told of a meter that could not be dispatched, or was not there, and from then on can be. */
const becameActive = `(
  (type = 'meter.enrollment.global-status.updated'
    AND json_extract(event, '$.data.after.dispatchable')
    AND NOT json_extract(event, '$.data.before.dispatchable'))
  OR (type = 'meter.created' AND json_extract(event, '$.data.after.dispatchable') AND run_id IS NOT ?))`;

/** Meters that were told to have become active at an instant or later, as a condition on `meter_id`. */
export function toActiveSinceCondition(
  reader: Reader,
  sinceMs: number,
): { readonly condition: string; readonly values: readonly unknown[] } {
  return {
    condition: `meter_id IN (
      SELECT subject FROM event WHERE sequence > ? AND time_ms >= ? AND ${becameActive})`,
    values: [loadSequenceSince(reader, sinceMs), sinceMs, loadBaselineRun(reader)],
  };
}

/** Each meter with when it was last told to have become active; null where that was never, or is not kept. */
export function* loadBecameActive<Meter extends { readonly meter_id: string }>(
  reader: Reader,
  meters: Iterable<Meter>,
): Generator<Meter & { readonly became_active_at: string | null }> {
  const baselineRun = loadBaselineRun(reader);
  const statement = reader.database.prepare(
    `SELECT time FROM snapshot_events WHERE subject = ? AND ${becameActive} ORDER BY sequence DESC LIMIT 1`,
  );
  for (const meter of meters) {
    const row = statement.get(meter.meter_id, baselineRun);
    yield { ...meter, became_active_at: (row?.time ?? null) as string | null };
  }
}

/** The run of the first publication: what it tells was there before, and became nothing. */
function loadBaselineRun(reader: Reader): unknown {
  const row = reader.database
    .prepare(
      `SELECT run_id FROM run WHERE status = 'published' AND published_at_ms IS NOT NULL
       ORDER BY published_at_ms, run_key LIMIT 1`,
    )
    .get();
  return row?.run_id ?? null;
}
