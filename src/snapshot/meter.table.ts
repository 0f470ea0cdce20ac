import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One row a meter ever seen. Without a head it is staged only, and no reader sees it. */
export const meter = sqliteTable(
  "meter",
  {
    meterKey: integer("meter_key").primaryKey(),
    meterId: text("meter_id").notNull().unique(),
    headRevisionId: integer("head_revision_id"),
    /** The head's fingerprint once more: what did not change is told by this small table alone. */
    headFingerprint: text("head_fingerprint"),
    /** The number of the publication that first showed it in its present region. */
    firstPublication: integer("first_publication"),
    /** The last date published for it while it was in another region; null where it never was. */
    publishedThrough: text("published_through"),
    participationPreference: text("participation_preference"),
    /** The head's region and status once more: counts over the portfolio read this small table alone. */
    transmissionRegion: text("transmission_region"),
    enrollmentStatus: text("enrollment_status"),
    /** The head's date added once more. */
    addedAtMs: integer("added_at_ms"),
    isMissing: integer("is_missing").notNull().default(0),
    /** The instant of the publication that told it missing; null where it is not. */
    missingSinceMs: integer("missing_since_ms"),
    /**
     * The instant of the publication that confirmed its absence: its assignments ended with it, and its
     * document is evaluated no more. Null where it did not.
     */
    endedAtMs: integer("ended_at_ms"),
    /** A person has released its absence: the breaker counts it no more. */
    isAbsenceReleased: integer("is_absence_released").notNull().default(0),
    changedAtMs: integer("changed_at_ms"),
    /** The next trade date, not yet looked at, on which time alone changes its groups. */
    nextBoundaryDate: text("next_boundary_date"),
    /** The next instant at which time alone changes its preference. */
    nextPreferenceAtMs: integer("next_preference_at_ms"),
  },
  (table) => [
    index("meter_next_boundary_date").on(table.nextBoundaryDate),
    index("meter_next_preference_at_ms").on(table.nextPreferenceAtMs),
    index("meter_absence")
      .on(table.meterKey)
      .where(sql`is_missing = 1 OR is_absence_released = 1 OR ended_at_ms IS NOT NULL`),
  ],
);

/**
 * One version of one meter: what Leap sent, and what the views show of it. Published by a head pointing at
 * it.
 */
export const revision = sqliteTable("revision", {
  revisionId: integer("revision_id").primaryKey(),
  meterKey: integer("meter_key").notNull(),
  apiVersion: text("api_version").notNull(),
  fingerprint: text("fingerprint").notNull(),
  partnerReference: text("partner_reference"),
  transmissionRegion: text("transmission_region").notNull(),
  meterType: text("meter_type"),
  tags: text("tags").notNull(),
  enrollmentStatus: text("enrollment_status"),
  dispatchable: integer("dispatchable").notNull(),
  actionRequired: integer("action_required").notNull(),
  requiredActions: text("required_actions").notNull(),
  isArchived: integer("is_archived").notNull(),
  addedAt: text("added_at"),
  addedAtMs: integer("added_at_ms"),
  /** v1's three days in the form that does not change while only the calendar moves (JSON); null for v2. */
  participation: text("participation"),
  document: text("document").notNull(),
});

/**
 * Revisions that were published and are no more, by when another one took their place: in a table of its own,
 * because a publication that wrote to the revisions themselves would write all of their documents once more.
 */
export const replacedRevision = sqliteTable(
  "replaced_revision",
  {
    replacedAtMs: integer("replaced_at_ms").notNull(),
    revisionId: integer("revision_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.replacedAtMs, table.revisionId] })],
);

/** JSON paths and enum values seen so far, per version of the API. */
export const discoveredField = sqliteTable("discovered_field", {
  fieldKey: text("field_key").primaryKey(),
  /** 0 where a run found more new ones than it may tell: the next one tells them. */
  isTold: integer("is_told").notNull(),
});

/**
 * Meters that windows of date added did not return though Leap has them: suspects found by id alone, and
 * those that an unfiltered chain returned.
 */
export const hiddenMeter = sqliteTable("hidden_meter", {
  meterKey: integer("meter_key").primaryKey(),
  /** 1 once an unfiltered chain has returned it. */
  isHidden: integer("is_hidden").notNull(),
});
