import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One sink's place in the stream: everything up to and including this sequence is settled. */
export const sink = sqliteTable("sink", {
  name: text("name").primaryKey(),
  settledSequence: integer("settled_sequence").notNull(),
  createdAtMs: integer("created_at_ms").notNull(),
  settledAtMs: integer("settled_at_ms"),
});
