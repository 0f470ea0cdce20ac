import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A webhook of Leap's, as captured by someone: evidence beside the snapshot, never a part of it. */
export const leapWebhook = sqliteTable(
  "leap_webhook",
  {
    /** In the order in which they were kept first. */
    ordinal: integer("ordinal").primaryKey(),
    webhookEventId: text("webhook_event_id").notNull().unique(),
    /** Leap's `webhook_event_type`. */
    type: text("type").notNull(),
    /** The meter or the market group, in lower case; empty for what is about neither. */
    subject: text("subject").notNull(),
    /** What it says, JSON in our words. */
    fact: text("fact").notNull(),
    /** When it came first, where the capture says so. */
    receivedAtMs: integer("received_at_ms"),
    /** How often it was captured in all. */
    copyCount: integer("copy_count").notNull(),
    importedAtMs: integer("imported_at_ms").notNull(),
  },
  (table) => [
    index("leap_webhook_subject").on(table.subject, table.type),
    index("leap_webhook_received").on(table.receivedAtMs),
  ],
);
