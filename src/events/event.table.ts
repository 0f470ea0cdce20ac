import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The outbox: every change event ever told, in order. Appended with what it tells of (I1), never altered. */
export const event = sqliteTable(
  "event",
  {
    sequence: integer("sequence").primaryKey(),
    id: text("id").notNull().unique(),
    type: text("type").notNull(),
    subject: text("subject").notNull(),
    partitionkey: text("partitionkey").notNull(),
    timeMs: integer("time_ms").notNull(),
    runId: text("run_id").notNull(),
    /** The whole CloudEvent, JSON. */
    event: text("event").notNull(),
  },
  (table) => [index("event_subject").on(table.subject), index("event_run_id").on(table.runId)],
);

/** How many events have been told per type, subject and program: part of the next one's id, kept for ever. */
export const eventCount = sqliteTable(
  "event_count",
  {
    type: text("type").notNull(),
    subject: text("subject").notNull(),
    /** Empty where events of the type are not told per program. */
    program: text("program").notNull(),
    told: integer("told").notNull(),
  },
  (table) => [primaryKey({ columns: [table.type, table.subject, table.program] })],
);

/** Events of a plan that is not published yet; the body lacks its sequence only. */
export const stagedEvent = sqliteTable(
  "staged_event",
  {
    runKey: integer("run_key").notNull(),
    ordinal: integer("ordinal").notNull(),
    id: text("id").notNull(),
    type: text("type").notNull(),
    subject: text("subject").notNull(),
    program: text("program").notNull(),
    partitionkey: text("partitionkey").notNull(),
    timeMs: integer("time_ms").notNull(),
    body: text("body").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runKey, table.ordinal] })],
);
