import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The plan of one run, a row a meter that moves; publishing it parses nothing. */
export const stagedHead = sqliteTable(
  "staged_head",
  {
    runKey: integer("run_key").notNull(),
    meterKey: integer("meter_key").notNull(),
    /** Null where time alone changed something. */
    revisionId: integer("revision_id"),
    participationPreference: text("participation_preference"),
    nextBoundaryDate: text("next_boundary_date"),
    nextPreferenceAtMs: integer("next_preference_at_ms"),
    /** Set where the region changed: the last date published for the meter before. */
    publishedThrough: text("published_through"),
    isChanged: integer("is_changed").notNull(),
    /** `present`, `missing` or `ended` where the plan says so of its absence; null where that stays. */
    presence: text("presence"),
  },
  (table) => [primaryKey({ columns: [table.runKey, table.meterKey] })],
);

/** Assignments to close (`assignment_id`) and to open (all else). */
export const stagedAssignment = sqliteTable(
  "staged_assignment",
  {
    stagedId: integer("staged_id").primaryKey(),
    runKey: integer("run_key").notNull(),
    assignmentId: integer("assignment_id"),
    meterKey: integer("meter_key").notNull(),
    program: text("program"),
    marketGroupId: text("market_group_id").notNull(),
    effectiveFrom: text("effective_from").notNull(),
    effectiveTo: text("effective_to"),
  },
  (table) => [index("staged_assignment_group").on(table.runKey, table.marketGroupId)],
);

export const stagedGroup = sqliteTable(
  "staged_group",
  {
    runKey: integer("run_key").notNull(),
    marketGroupId: text("market_group_id").notNull(),
    marketGroupName: text("market_group_name"),
    /**
     * Group updates told for it, this run's included; -1 while its membership is still to be looked at, null
     * where only its name is new.
     */
    version: integer("version"),
  },
  (table) => [primaryKey({ columns: [table.runKey, table.marketGroupId] })],
);

export const stagedGroupSpan = sqliteTable(
  "staged_group_span",
  {
    runKey: integer("run_key").notNull(),
    marketGroupId: text("market_group_id").notNull(),
    effectiveFrom: text("effective_from").notNull(),
    effectiveTo: text("effective_to"),
    memberCount: integer("member_count").notNull(),
    membersSha256: text("members_sha256").notNull(),
    programs: text("programs").notNull(),
    regions: text("regions").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runKey, table.marketGroupId, table.effectiveFrom] })],
);

/** Known meters that a held sweep did not return and that were not looked up: too many were absent. */
export const stagedAbsence = sqliteTable(
  "staged_absence",
  {
    runKey: integer("run_key").notNull(),
    meterKey: integer("meter_key").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runKey, table.meterKey] })],
);

/** What else a held plan needs to be published later (JSON). */
export const stagedPlan = sqliteTable("staged_plan", {
  runKey: integer("run_key").primaryKey(),
  plan: text("plan").notNull(),
});
