import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One timeslot of a dispatch on one trade date, and how it compares with what was published. */
export const dispatchCheck = sqliteTable(
  "dispatch_check",
  {
    /** `group` or `meter`. */
    level: text("level").notNull(),
    /** Leap's id of the event. */
    eventId: text("event_id").notNull(),
    tradeDate: text("trade_date").notNull(),
    /** The market group or the meter. */
    targetId: text("target_id").notNull(),
    startMs: integer("start_ms").notNull(),
    endMs: integer("end_ms").notNull(),
    isCancelled: integer("is_cancelled").notNull(),
    isVoluntary: integer("is_voluntary").notNull(),
    /** `communication`, `integration`, or empty for a real dispatch. */
    test: text("test").notNull(),
    /** JSON lists. */
    eventTypes: text("event_types").notNull(),
    programs: text("programs").notNull(),
    /** Which instant's knowledge it was compared with, and where that instant comes from. */
    sentAtMs: integer("sent_at_ms").notNull(),
    sentBasis: text("sent_basis").notNull(),
    verdict: text("verdict").notNull(),
    /** Whether it counts in the score. */
    isCounted: integer("is_counted").notNull(),
    dispatchedCount: integer("dispatched_count").notNull(),
    publishedCount: integer("published_count").notNull(),
    missingHereCount: integer("missing_here_count").notNull(),
    missingThereCount: integer("missing_there_count").notNull(),
    /** JSON lists of meter ids, cut off beyond a limit. */
    missingHere: text("missing_here").notNull(),
    missingThere: text("missing_there").notNull(),
    /** When it was told what the dispatch then said; null where it never was. */
    toldAtMs: integer("told_at_ms"),
    /** A digest of what Leap said: the same dispatch read again is the same version of it. */
    contentSha256: text("content_sha256").notNull(),
    /** A digest of the drift that was told last; null where none was. */
    driftSha256: text("drift_sha256"),
    firstCheckedAtMs: integer("first_checked_at_ms").notNull(),
    checkedAtMs: integer("checked_at_ms").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.level, table.eventId, table.tradeDate] }),
    index("dispatch_check_trade_date").on(table.tradeDate),
  ],
);
