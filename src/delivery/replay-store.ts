import type { Database } from "../database/index.ts";
import type { DueEvent } from "./delivery.ts";
import { isOfType } from "./wants.ts";

/** Which events to send again; all conditions hold together. */
export type ReplayFilter = {
  readonly fromSequence?: number;
  readonly toSequence?: number;
  /** By the event's time, inclusive. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** A type may end in `*`. */
  readonly types?: readonly string[];
  /** Its group updates, and the remaps from it or to it. */
  readonly marketGroupId?: string;
};

export type ReplayedEvent = DueEvent & {
  readonly type: string;
  readonly partitionkey: string;
  readonly bytes: number;
};

const eventCountMax = 1000;

/**
 * The next events after a sequence that the sink's place has passed and that are settled: what is under way
 * or set aside is not for a replay. Empty at the end.
 */
export function* loadReplayed(
  database: Database,
  sinkName: string,
  filter: ReplayFilter,
  afterSequence: number,
): Generator<ReplayedEvent> {
  const rows = database
    .prepare(
      `SELECT sequence, id, type, partitionkey, event FROM event e
       WHERE sequence > @after AND sequence >= @from AND sequence <= @to
         AND sequence <= (SELECT settled_sequence FROM sink WHERE name = @sink)
         AND time_ms >= @since AND time_ms <= @until
         AND (@group IS NULL OR subject = @group OR (type = 'meter.group.remapped' AND EXISTS (
           SELECT 1 FROM (
             SELECT value FROM json_each(e.event, '$.data.from_market_group_ids')
             UNION ALL SELECT value FROM json_each(e.event, '$.data.to_market_group_ids'))
           WHERE value = @group)))
         AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.sink = @sink AND d.sequence = e.sequence)
       ORDER BY sequence LIMIT @limit`,
    )
    .iterate({
      after: afterSequence,
      from: filter.fromSequence ?? 0,
      to: filter.toSequence ?? Number.MAX_SAFE_INTEGER,
      sink: sinkName,
      since: filter.sinceMs ?? Number.MIN_SAFE_INTEGER,
      until: filter.untilMs ?? Number.MAX_SAFE_INTEGER,
      group: filter.marketGroupId ?? null,
      limit: eventCountMax,
    });
  for (const row of rows) {
    const event = String(row.event);
    yield {
      sequence: Number(row.sequence),
      id: String(row.id),
      event,
      type: String(row.type),
      partitionkey: String(row.partitionkey),
      bytes: Buffer.byteLength(event),
    };
  }
}

/** Whether the filter lets an event of this type through; the rest of it is the store's. */
export function isReplayed(filter: ReplayFilter, type: string): boolean {
  return isOfType(filter.types ?? null, type);
}
