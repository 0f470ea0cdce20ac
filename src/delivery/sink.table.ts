import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * One sink's place in the stream: everything up to and including `settled_sequence` is settled, was never
 * for it, or has a row in `delivery`.
 */
export const sink = sqliteTable("sink", {
  name: text("name").primaryKey(),
  settledSequence: integer("settled_sequence").notNull(),
  createdAtMs: integer("created_at_ms").notNull(),
  /** When the sink last took something. */
  settledAtMs: integer("settled_at_ms"),
  /** The last event of the request that a webhook last took. */
  takenSequence: integer("taken_sequence"),
  /** Events up to this one were told before the sink was there. */
  startSequence: integer("start_sequence").notNull().default(0),
  /** How far the outbox was looked through for remaps to be acknowledged by its consumer. */
  lookedSequence: integer("looked_sequence").notNull().default(0),
  /** Failures in a row; 0 once it has taken something again. */
  failureCount: integer("failure_count").notNull().default(0),
  /** Not before this instant is anything sent to it again. */
  retryAtMs: integer("retry_at_ms"),
  /** The last thing that went wrong with it, for people; null once it has taken something again. */
  error: text("error"),
  errorAtMs: integer("error_at_ms"),
  /** Set when the receiver said that it is gone for good (410): nothing is sent until it is enabled. */
  disabledAtMs: integer("disabled_at_ms"),
});

/** An event that its sink's place has passed, and that is not settled. */
export const delivery = sqliteTable(
  "delivery",
  {
    sink: text("sink").notNull(),
    sequence: integer("sequence").notNull(),
    partitionkey: text("partitionkey").notNull(),
    runId: text("run_id").notNull(),
    /** `batched`; `waiting` behind an earlier one of its key; `set_aside` for a person: a dead letter. */
    state: text("state").notNull(),
    /** The batch it is sent in; null for any other than `batched`. */
    batchKey: integer("batch_key"),
    /** Of a dead letter: how often it was sent, when it was set aside, and what the receiver said last. */
    attemptCount: integer("attempt_count").notNull().default(0),
    setAsideAtMs: integer("set_aside_at_ms"),
    /** HTTP status; null where no answer came. */
    status: integer("status"),
    /** The first part of the answer's body. */
    answer: text("answer"),
    error: text("error"),
  },
  (table) => [
    primaryKey({ columns: [table.sink, table.sequence] }),
    index("delivery_lane").on(table.sink, table.partitionkey, table.sequence),
    index("delivery_batch_key").on(table.batchKey),
    index("delivery_run").on(table.sink, table.runId),
    // Many may wait behind few: these few are found without looking at the many.
    index("delivery_closed").on(table.sink, table.partitionkey).where(sql`state <> 'waiting'`),
    index("delivery_set_aside").on(table.sink).where(sql`state = 'set_aside'`),
  ],
);

/** A request as it was first sent: a repeat has the same id and the same events. */
export const deliveryBatch = sqliteTable(
  "delivery_batch",
  {
    batchKey: integer("batch_key").primaryKey(),
    sink: text("sink").notNull(),
    webhookId: text("webhook_id").notNull(),
    firstSequence: integer("first_sequence").notNull(),
    attemptCount: integer("attempt_count").notNull().default(0),
    firstSentAtMs: integer("first_sent_at_ms"),
    /** Set where it gave trouble alone: others go first, and it is not sent again before. */
    nextAttemptAtMs: integer("next_attempt_at_ms"),
    /** How often what it is a part of was taken apart; a part that fails is taken apart at once. */
    partDepth: integer("part_depth").notNull().default(0),
  },
  (table) => [index("delivery_batch_sink").on(table.sink, table.firstSequence)],
);
