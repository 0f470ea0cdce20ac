import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * The published step functions with both times: which group a meter has on which trade dates, and from when
 * until when that was what we knew. `effective_to` is inclusive, null when open; `known_to_ms` exclusive,
 * null when current.
 */
export const assignment = sqliteTable(
  "assignment",
  {
    assignmentId: integer("assignment_id").primaryKey(),
    meterKey: integer("meter_key").notNull(),
    program: text("program"),
    marketGroupId: text("market_group_id").notNull(),
    effectiveFrom: text("effective_from").notNull(),
    effectiveTo: text("effective_to"),
    knownFromMs: integer("known_from_ms").notNull(),
    knownToMs: integer("known_to_ms"),
  },
  (table) => [
    index("assignment_current_meter").on(table.meterKey).where(sql`known_to_ms IS NULL`),
    // A group's members as of any instant are in the index alone: its rows lie scattered over the file.
    index("assignment_current_group")
      .on(
        table.marketGroupId,
        table.meterKey,
        table.knownFromMs,
        table.effectiveFrom,
        table.effectiveTo,
        table.program,
        // Always null here; without it SQLite looks each row up to see that it is.
        table.knownToMs,
      )
      .where(sql`known_to_ms IS NULL`),
    index("assignment_history_meter").on(table.meterKey).where(sql`known_to_ms IS NOT NULL`),
    index("assignment_history_group")
      .on(
        table.marketGroupId,
        table.knownToMs,
        table.knownFromMs,
        table.effectiveFrom,
        table.effectiveTo,
        table.meterKey,
        table.program,
      )
      .where(sql`known_to_ms IS NOT NULL`),
    // What is old is found without looking at the rest.
    index("assignment_replaced").on(table.knownToMs).where(sql`known_to_ms IS NOT NULL`),
    index("assignment_ended")
      .on(table.effectiveTo)
      .where(sql`known_to_ms IS NULL AND effective_to IS NOT NULL`),
  ],
);

export const marketGroup = sqliteTable("market_group", {
  marketGroupId: text("market_group_id").primaryKey(),
  marketGroupName: text("market_group_name"),
  /** The number of group updates told for it, kept while it is empty. */
  version: integer("version").notNull().default(0),
});

/**
 * A market group's membership as a step function of the trade date, kept as digests: "before" costs nothing.
 */
export const groupSpan = sqliteTable(
  "group_span",
  {
    marketGroupId: text("market_group_id").notNull(),
    effectiveFrom: text("effective_from").notNull(),
    effectiveTo: text("effective_to"),
    memberCount: integer("member_count").notNull(),
    membersSha256: text("members_sha256").notNull(),
    programs: text("programs").notNull(),
    regions: text("regions").notNull(),
  },
  (table) => [primaryKey({ columns: [table.marketGroupId, table.effectiveFrom] })],
);

/** The trade dates looked at by the latest publication, per region. */
export const horizon = sqliteTable("horizon", {
  transmissionRegion: text("transmission_region").primaryKey(),
  zone: text("zone").notNull(),
  today: text("today").notNull(),
  /** The first date the latest publication looked at; null where it looked at none. */
  firstLookedAt: text("first_looked_at"),
  /** The last date the latest publication looked at. */
  lastLookedAt: text("last_looked_at").notNull(),
  /** The last date any publication has given a value of its own; not before `last_looked_at`. */
  knownThrough: text("known_through").notNull(),
});

/**
 * The last date every publication looked at: what a meter first shown by publication N has been published
 * through.
 */
export const horizonHistory = sqliteTable(
  "horizon_history",
  {
    transmissionRegion: text("transmission_region").notNull(),
    publication: integer("publication").notNull(),
    lastLookedAt: text("last_looked_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.transmissionRegion, table.publication] })],
);

/** The trade dates that the views show, a row each. */
export const horizonDay = sqliteTable(
  "horizon_day",
  {
    transmissionRegion: text("transmission_region").notNull(),
    tradeDate: text("trade_date").notNull(),
  },
  (table) => [primaryKey({ columns: [table.transmissionRegion, table.tradeDate] })],
);
