import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A remap that some consumer is to act on, and what became of it. */
export const toldRemap = sqliteTable(
  "told_remap",
  {
    /** Of the `meter.group.remapped` event. */
    sequence: integer("sequence").primaryKey(),
    eventId: text("event_id").notNull().unique(),
    meterId: text("meter_id").notNull(),
    /** Empty for none: then its groups are those over all programs. */
    program: text("program").notNull(),
    effectiveFrom: text("effective_from").notNull(),
    toldAtMs: integer("told_at_ms").notNull(),
    /** When its first trade date begins. */
    startsAtMs: integer("starts_at_ms").notNull(),
    /** `told`, `applied`, `rejected`, or `superseded` by later remaps of the same meter. */
    state: text("state").notNull(),
    reportedAtMs: integer("reported_at_ms"),
    /** The consumer's own words on a rejection. */
    reason: text("reason"),
    /** When `group.remap.overdue` was told of it. */
    overdueAtMs: integer("overdue_at_ms"),
  },
  (table) => [
    index("told_remap_meter").on(table.meterId, table.program, table.sequence),
    index("told_remap_starts").on(table.state, table.startsAtMs),
  ],
);
