import type { Database } from "../database/index.ts";

/** A read window of one run. */
export type StoredWindow = {
  readonly windowKey: number;
  readonly ordinal: number;
  readonly addedFromMs: number | null;
  readonly addedToMs: number | null;
  /** Set for a poll. */
  readonly modifiedFromMs: number | null;
  readonly isDone: boolean;
};

export type NewWindow = {
  readonly addedFromMs: number | null;
  readonly addedToMs: number | null;
  readonly modifiedFromMs?: number | null | undefined;
};

export type WindowEnd = {
  readonly pageCount: number;
  /** Meter keys in the order they were answered. */
  readonly seen: readonly number[];
  /** Counts and drift, JSON. */
  readonly observations: string;
  readonly readAtRealMs: number;
};

export function saveWindows(database: Database, runKey: number, windows: readonly NewWindow[]): void {
  const last = database.prepare("SELECT max(ordinal) AS last FROM read_window WHERE run_key = ?").get(runKey);
  const first = Number(last?.last ?? -1) + 1;
  const insert = database.prepare(
    `INSERT INTO read_window (run_key, ordinal, added_from_ms, added_to_ms, modified_from_ms)
     VALUES (?, ?, ?, ?, ?)`,
  );
  windows.forEach(({ addedFromMs, addedToMs, modifiedFromMs }, index) => {
    insert.run(runKey, first + index, addedFromMs, addedToMs, modifiedFromMs ?? null);
  });
}

export function loadWindows(database: Database, runKey: number): StoredWindow[] {
  const rows = database
    .prepare(
      `SELECT window_key, ordinal, added_from_ms, added_to_ms, modified_from_ms, is_done FROM read_window
       WHERE run_key = ? ORDER BY ordinal`,
    )
    .all(runKey);
  return rows.map((row) => ({
    windowKey: Number(row.window_key),
    ordinal: Number(row.ordinal),
    addedFromMs: row.added_from_ms as number | null,
    addedToMs: row.added_to_ms as number | null,
    modifiedFromMs: row.modified_from_ms as number | null,
    isDone: row.is_done === 1,
  }));
}

/** Makes a window a checkpoint: it was read to its last page and is not read again by this sweep. */
export function saveWindowEnd(database: Database, windowKey: number, end: WindowEnd): void {
  const seen = Buffer.alloc(end.seen.length * 4);
  end.seen.forEach((meterKey, index) => {
    seen.writeUInt32LE(meterKey, index * 4);
  });
  database
    .prepare(
      `UPDATE read_window SET is_done = 1, page_count = ?, seen = ?, meter_count = ?, observations = ?,
         read_at_real_ms = ? WHERE window_key = ?`,
    )
    .run(end.pageCount, seen, end.seen.length, end.observations, end.readAtRealMs, windowKey);
}

/** Drops what a window has staged so far: it is read again from its first page, or in parts. */
export function releaseWindowStaged(database: Database, runKey: number, ordinal: number): void {
  releaseStagedIn(database, runKey, "window_ordinal = @ordinal", { ordinal });
}

/** Drops all that a run has read: it begins anew, in another mode. */
export function releaseReading(database: Database, runKey: number, mode: string): void {
  releaseStagedIn(database, runKey, "1", {});
  database.prepare("DELETE FROM read_window WHERE run_key = ?").run(runKey);
  database.prepare("UPDATE run SET mode = ? WHERE run_key = ?").run(mode, runKey);
}

/** Puts parts in the place of a window that proved too large. */
export function saveWindowSplit(
  database: Database,
  runKey: number,
  window: StoredWindow,
  parts: readonly NewWindow[],
): StoredWindow[] {
  releaseWindowStaged(database, runKey, window.ordinal);
  saveWindows(database, runKey, parts);
  database.prepare("DELETE FROM read_window WHERE window_key = ?").run(window.windowKey);
  return loadWindows(database, runKey).slice(-parts.length);
}

function releaseStagedIn(
  database: Database,
  runKey: number,
  condition: string,
  values: Readonly<Record<string, number>>,
): void {
  const staged = `FROM staged_revision WHERE run_key = @runKey AND ${condition}`;
  const named = { runKey, ...values };
  database
    .prepare(
      `DELETE FROM revision WHERE revision_id IN (SELECT revision_id ${staged} AND is_own = 1)
       AND revision_id NOT IN (SELECT head_revision_id FROM meter WHERE head_revision_id IS NOT NULL)`,
    )
    .run(named);
  database.prepare(`DELETE ${staged}`).run(named);
}

/** What every finished window of a run saw, one window at a time. */
export function* loadWindowEnds(
  database: Database,
  runKey: number,
): Generator<{ seen: number[]; observations: string; pageCount: number }> {
  for (const window of loadWindows(database, runKey)) {
    if (!window.isDone) continue;
    const row = database
      .prepare("SELECT seen, observations, page_count FROM read_window WHERE window_key = ?")
      .get(window.windowKey);
    const seen = row?.seen as Buffer | null;
    yield {
      seen: Array.from({ length: (seen?.length ?? 0) / 4 }, (_, index) => seen?.readUInt32LE(index * 4) ?? 0),
      observations: String(row?.observations ?? "{}"),
      pageCount: Number(row?.page_count ?? 0),
    };
  }
}

/** Forgets that windows were read which were read too long ago, or in a future that the clock has left. */
export function saveWindowsReopened(
  database: Database,
  runKey: number,
  readFromMs: number,
  nowMs: number,
): void {
  database
    .prepare(
      `UPDATE read_window SET is_done = 0, page_count = 0, seen = NULL, observations = NULL
       WHERE run_key = ? AND is_done = 1 AND read_at_real_ms NOT BETWEEN ? AND ?`,
    )
    .run(runKey, readFromMs, nowMs);
}

/**
 * Hands a dead run's windows and what they staged to the run that resumes it; what an unfinished one staged
 * is dropped.
 */
export function saveWindowsResumed(database: Database, fromRunKey: number, toRunKey: number): void {
  // What was read by id was asked for by a reading that is not over yet: it is asked again.
  const unfinished = "SELECT ordinal FROM read_window WHERE run_key = @runKey AND is_done = 0";
  releaseStagedIn(database, fromRunKey, `(window_ordinal < 0 OR window_ordinal IN (${unfinished}))`, {});
  const runs = { from: fromRunKey, to: toRunKey };
  database.prepare("UPDATE staged_revision SET run_key = @to WHERE run_key = @from").run(runs);
  database.prepare("UPDATE read_window SET run_key = @to WHERE run_key = @from").run(runs);
  database
    .prepare(
      `UPDATE run SET (sweep_started_at_ms, cursor_ms, is_full_chain) =
         (SELECT sweep_started_at_ms, cursor_ms, is_full_chain FROM run WHERE run_key = @from)
       WHERE run_key = @to`,
    )
    .run(runs);
}

/** Dates added that cut the published portfolio into windows of about this many meters. */
export function loadAddedCuts(database: Database, metersPerWindow: number): number[] {
  const rows = database
    .prepare(
      `SELECT added_at_ms FROM (
         SELECT added_at_ms, row_number() OVER (ORDER BY added_at_ms) AS place
         FROM meter WHERE head_revision_id IS NOT NULL AND added_at_ms IS NOT NULL)
       WHERE place % ? = 0 ORDER BY added_at_ms`,
    )
    .all(metersPerWindow);
  return rows.map((row) => Number(row.added_at_ms));
}

/** Whether most published meters carry a date added to cut by: v1's do not. */
export function hasAddedDates(database: Database): boolean {
  const row = database
    .prepare(
      `SELECT count(*) AS heads, count(added_at_ms) AS dated FROM meter WHERE head_revision_id IS NOT NULL`,
    )
    .get();
  return Number(row?.dated) * 2 > Number(row?.heads);
}

/** The windows of the last published sweep that was read in windows, with what each held. */
export function loadWindowCounts(
  database: Database,
  apiVersion: string,
): { readonly addedFromMs: number | null; readonly addedToMs: number | null; readonly meterCount: number }[] {
  const rows = database
    .prepare(
      `SELECT added_from_ms, added_to_ms, meter_count FROM read_window WHERE meter_count IS NOT NULL
         AND run_key = (SELECT max(run_key) FROM run WHERE status = 'published' AND mode = 'sweep'
           AND is_full_chain = 0 AND api_version = ?)
       ORDER BY added_from_ms`,
    )
    .all(apiVersion);
  return rows.map((row) => ({
    addedFromMs: row.added_from_ms as number | null,
    addedToMs: row.added_to_ms as number | null,
    meterCount: Number(row.meter_count),
  }));
}
