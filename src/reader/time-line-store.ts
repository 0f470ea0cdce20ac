import { loadMeter, loadNamedHistory } from "./meter-store.ts";
import { parseJsonColumn, type Reader } from "./reader.ts";
import { type ReadAnew, toTimeLine } from "./time-line.ts";
import { type TimeLineEvent, toObject } from "./time-line-facts.ts";
import type { TimeLineRow } from "./time-line-row.ts";

export type TimeLine = {
  /** By when it became known. */
  readonly rows: readonly TimeLineRow[];
  /**
   * From this instant on all is told that was known; `null` where it is from the first publication on. What
   * was known of groups has a beginning of its own: `history_known_from` of the snapshot's info.
   */
  readonly begins_at: string | null;
};

/**
 * What was ever known of a meter, by its id in any case, from its assignments and the latest of the change
 * events about it; undefined where the snapshot has no such meter.
 */
export function loadTimeLine(reader: Reader, meterId: string, eventCountMax = -1): TimeLine | undefined {
  const meter = loadMeter(reader, meterId);
  const publishedAt = loadPublishedAt(reader);
  if (meter === undefined || publishedAt === null) return undefined;
  const { events, beginsAt } = loadEventsFrom(reader, meter.meter_id, eventCountMax, publishedAt);
  const rows = toTimeLine({
    meter,
    assignments: [...loadNamedHistory(reader, meter.meter_id)],
    events,
    beginsAt: beginsAt === null ? loadFirstPublishedAt(reader) : null,
    publishedAt,
    readAnew: loadReadAnew(reader),
  });
  return { rows, begins_at: beginsAt };
}

/**
 * The events from the first on of which all are there, and since when that is. Older ones that are there
 * still say nothing about the time between.
 */
function loadEventsFrom({ database }: Reader, meterId: string, countMax: number, publishedAt: string) {
  const first = Number(database.prepare("SELECT first_sequence FROM snapshot_info").get()?.first_sequence);
  const rows = database
    .prepare(`${eventQuery} WHERE subject = ? AND sequence >= ? ORDER BY sequence DESC LIMIT ?`)
    .all(meterId, first, countMax < 0 ? -1 : countMax + 1);
  const isCut = countMax >= 0 && rows.length > countMax;
  const events = rows
    .slice(0, isCut ? countMax : rows.length)
    .map(toTimeLineEvent)
    .reverse();
  if (isCut) return { events, beginsAt: events[0]?.at ?? publishedAt };
  if (first <= 1) return { events, beginsAt: null };
  const kept = database.prepare(`${eventQuery} WHERE sequence >= ? ORDER BY sequence LIMIT 1`).get(first);
  return { events, beginsAt: kept === undefined ? publishedAt : toTimeLineEvent(kept).at };
}

/** An event's time is the instant of its publication. */
const eventQuery = "SELECT sequence, type, time, event FROM snapshot_events";

function toTimeLineEvent({ sequence, type, time, event }: Record<string, unknown>): TimeLineEvent {
  const data = toObject(toObject(parseJsonColumn(event)).data);
  return { sequence: Number(sequence), type: String(type), at: String(time), data };
}

/** The publications that read all meters by another version of the API, or by another release of ours. */
function loadReadAnew({ database }: Reader): ReadAnew[] {
  return database
    .prepare(
      `SELECT v.published_at AS at, r.is_switch FROM (
         SELECT run_id, published_at_ms, run_key,
           api_version <> lag(api_version) OVER publications AS is_switch,
           extraction_version <> lag(extraction_version) OVER publications AS is_reread
         FROM run WHERE status = 'published' AND published_at_ms IS NOT NULL
         WINDOW publications AS (ORDER BY published_at_ms, run_key)
       ) r JOIN snapshot_runs v ON v.run_id = r.run_id
       WHERE r.is_switch = 1 OR r.is_reread = 1 ORDER BY r.published_at_ms, r.run_key`,
    )
    .all()
    .map((row) => ({ at: String(row.at), isSwitch: row.is_switch === 1 }));
}

function loadPublishedAt({ database }: Reader): string | null {
  const row = database.prepare("SELECT published_at FROM snapshot_info").get();
  return (row?.published_at ?? null) as string | null;
}

function loadFirstPublishedAt({ database }: Reader): string | null {
  // Retention keeps the first sweep for good.
  const row = database
    .prepare("SELECT min(published_at) AS first FROM snapshot_runs WHERE status = 'published'")
    .get();
  return (row?.first ?? null) as string | null;
}
