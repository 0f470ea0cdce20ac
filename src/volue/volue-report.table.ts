import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A report to Volue, kept before it is sent: what was sent once is not sent twice. */
export const volueReport = sqliteTable(
  "volue_report",
  {
    /** sha-256 over host, event and payloads. */
    reportId: text("report_id").primaryKey(),
    /** Sandbox and production have events of their own. */
    host: text("host").notNull(),
    eventId: text("event_id").notNull(),
    /** `usage`, `plan` or `acknowledgement`: of each kind an event gets one. */
    kind: text("kind").notNull(),
    /** The body as it is sent, JSON. */
    body: text("body").notNull(),
    /** `sending`, `reported`, `refused`, `unsent` or `uncertain`. */
    state: text("state").notNull(),
    attemptCount: integer("attempt_count").notNull(),
    madeAtMs: integer("made_at_ms").notNull(),
    sentAtMs: integer("sent_at_ms"),
    answeredAtMs: integer("answered_at_ms"),
    status: integer("status"),
    /** Volue's id of the report. */
    volueId: text("volue_id"),
    /** Why it was refused, as problem details (RFC 7807), JSON. */
    problem: text("problem"),
  },
  (table) => [index("volue_report_event").on(table.host, table.eventId, table.kind)],
);
