import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One row: what this database is a snapshot of, and how far it has come. */
export const stream = sqliteTable("stream", {
  id: integer("id").primaryKey(),
  /** Made with the database; part of every event's id. */
  streamId: text("stream_id").notNull(),
  apiVersion: text("api_version"),
  account: text("account"),
  host: text("host"),
  extractionVersion: integer("extraction_version"),
  /** The number of publications so far; 0 until the baseline. */
  publication: integer("publication").notNull().default(0),
  publishedAtMs: integer("published_at_ms"),
  /** The instant the last publication was planned as of: earlier, where it was held back and released. */
  plannedAtMs: integer("planned_at_ms"),
  lastSequence: integer("last_sequence").notNull().default(0),
  /** The highest sequence that was ever removed for its age: up to it, some or all events are gone. */
  prunedSequence: integer("pruned_sequence").notNull().default(0),
  /** Of what is known otherwise since this instant or before it, some or all was removed; null: nothing. */
  prunedKnownAtMs: integer("pruned_known_at_ms"),
  /** Of what is still known of trade dates up to this one, some or all was removed; null: nothing. */
  prunedTradeDate: text("pruned_trade_date"),
  /** What the file's own mark beside it must say; null before the first one. */
  mark: text("mark"),
});

export const run = sqliteTable(
  "run",
  {
    runKey: integer("run_key").primaryKey(),
    runId: text("run_id").notNull().unique(),
    mode: text("mode").notNull(),
    status: text("status").notNull(),
    apiVersion: text("api_version").notNull(),
    account: text("account").notNull(),
    host: text("host").notNull(),
    isRehearsal: integer("is_rehearsal").notNull(),
    /** What it stages was extracted by this version: another one's windows are not taken over. */
    extractionVersion: integer("extraction_version").notNull(),
    /** By the run's own clock (`--now` when rehearsing). */
    startedAtMs: integer("started_at_ms").notNull(),
    finishedAtMs: integer("finished_at_ms"),
    publishedAtMs: integer("published_at_ms"),
    /** When the sweep that this run finishes began, by the run's clock; a resumed sweep keeps it. */
    sweepStartedAtMs: integer("sweep_started_at_ms").notNull(),
    /** By the real clock: what may be resumed is judged by it. */
    startedAtRealMs: integer("started_at_real_ms").notNull(),
    isCertified: integer("is_certified").notNull().default(0),
    /** The number of publications when it began: what it stages differs from that one. */
    publication: integer("publication").notNull().default(0),
    /** A sweep read as one unfiltered chain. */
    isFullChain: integer("is_full_chain").notNull().default(0),
    /** The server's `Date` of the first response, less the overlap (I3). */
    cursorMs: integer("cursor_ms"),
    report: text("report").notNull(),
  },
  (table) => [index("run_started").on(table.mode, table.startedAtMs)],
);

/** A window of date added, a checkpoint when done: which meters it held is kept as a list of keys. */
export const readWindow = sqliteTable(
  "read_window",
  {
    windowKey: integer("window_key").primaryKey(),
    runKey: integer("run_key").notNull(),
    ordinal: integer("ordinal").notNull(),
    addedFromMs: integer("added_from_ms"),
    addedToMs: integer("added_to_ms"),
    /** Set for a poll: meters modified since then. */
    modifiedFromMs: integer("modified_from_ms"),
    isDone: integer("is_done").notNull().default(0),
    /** When its last page was read, by the real clock. */
    readAtRealMs: integer("read_at_real_ms"),
    pageCount: integer("page_count").notNull().default(0),
    /** Meters answered; kept when `seen` is not, so that later windows can be cut by it. */
    meterCount: integer("meter_count"),
    /** Meter keys, four bytes each, little-endian, in the order they were answered. */
    seen: blob("seen", { mode: "buffer" }),
    /** Counts and drift of this window, JSON. */
    observations: text("observations"),
  },
  (table) => [index("read_window_run_key").on(table.runKey)],
);

/** What a read found different from the head, kept per window: of one that is read again it is dropped. */
export const stagedRevision = sqliteTable(
  "staged_revision",
  {
    runKey: integer("run_key").notNull(),
    meterKey: integer("meter_key").notNull(),
    windowOrdinal: integer("window_ordinal").notNull(),
    /** Grows with every row a sweep stages, over all runs that took part: the latest read counts. */
    stagedOrder: integer("staged_order").notNull(),
    revisionId: integer("revision_id").notNull(),
    /** 0 where this is the published revision: the meter had moved, and moved back. */
    isOwn: integer("is_own").notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.runKey, table.meterKey, table.windowOrdinal] })],
);
