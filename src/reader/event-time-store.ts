import type { Reader } from "./reader.ts";

/**
 * What is told beside publications, by a clock that may be wrong for a while. Publications never go back in
 * time: a run whose clock is behind the last one ends, or plans as of that one.
 */
const besidePublications =
  "('sync.failed', 'sync.held', 'group.remap.overdue', 'group.drift.detected', 'meter.drift.detected')";

/**
 * The sequence after which events of an instant or later begin; the last one where there are none. Found in a
 * few steps, as events have no index by time; events of a clock that is behind come after it, too. One that
 * was told by a clock that was ahead, before publications that were not, is found by its sequence alone.
 */
export function loadSequenceSince(reader: Reader, sinceMs: number): number {
  const last = loadLastSequence(reader);
  const row = reader.database
    .prepare("SELECT sequence FROM event WHERE sequence > ? AND time_ms >= ? ORDER BY sequence LIMIT 1")
    .get(loadLastPublishedBefore(reader, sinceMs, last), sinceMs);
  return row === undefined ? last : Number(row.sequence) - 1;
}

/** The last event of a publication before the instant; 0 where there is none. */
function loadLastPublishedBefore(reader: Reader, sinceMs: number, last: number): number {
  const statement = reader.database.prepare(
    `SELECT sequence, time_ms FROM event
     WHERE sequence >= ? AND sequence < ? AND type NOT IN ${besidePublications} ORDER BY sequence LIMIT 1`,
  );
  let before = 0;
  let end = last + 1;
  while (end - before > 1) {
    const middle = Math.floor((before + end) / 2);
    const row = statement.get(middle, end);
    if (row !== undefined && Number(row.time_ms) < sinceMs) before = Number(row.sequence);
    else end = middle;
  }
  return before;
}

function loadLastSequence(reader: Reader): number {
  const row = reader.database.prepare("SELECT max(sequence) AS last FROM event").get();
  return Number(row?.last ?? 0);
}
