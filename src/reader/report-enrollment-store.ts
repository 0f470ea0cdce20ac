import { formatInstant, parseInstant } from "../time/index.ts";
import { loadEventsKept } from "./event-store.ts";
import { loadSequenceSince } from "./event-time-store.ts";
import type { Reader } from "./reader.ts";
import type { EnrollmentFacts } from "./report-facts.ts";

const movesMs = 30 * 86_400_000;

/** Enrollment as it stands, and as it moved in the days before `nowMs`. */
export function loadEnrollmentFacts(reader: Reader, nowMs: number): EnrollmentFacts {
  const since = loadMovesSince(reader, nowMs);
  return { standing: loadStanding(reader), moves_since: since, ...loadTold(reader, since) };
}

function loadMovesSince(reader: Reader, nowMs: number): string {
  const since = formatInstant(nowMs - movesMs);
  const { first_sequence: firstSequence, first_at: firstAt } = loadEventsKept(reader);
  return firstSequence > 1 && firstAt !== null && firstAt > since ? firstAt : since;
}

function loadStanding(reader: Reader): EnrollmentFacts["standing"] {
  return reader.database
    .prepare(
      `SELECT transmission_region, enrollment_status, dispatchable, count(*) AS meters FROM snapshot_meters
       GROUP BY 1, 2, 3 ORDER BY meters DESC, 1, 2, 3`,
    )
    .all()
    .map((row) => ({
      transmission_region: String(row.transmission_region),
      enrollment_status: row.enrollment_status as string | null,
      dispatchable: row.dispatchable === 1,
      meters: Number(row.meters),
    }));
}

const statusType = "meter.enrollment.global-status.updated";

/** What else is counted, by type of event. */
const countedTypes: Readonly<Record<string, keyof Omit<EnrollmentDay, "day">>> = {
  "meter.created": "created",
  "meter.archived": "archived",
  "meter.restored": "restored",
  "meter.missing": "missing",
  "meter.reappeared": "reappeared",
};

type EnrollmentDay = EnrollmentFacts["days"][number];

/** Looked through once for both: events are many. */
function loadTold(reader: Reader, since: string): Pick<EnrollmentFacts, "moves" | "days"> {
  const types = [statusType, ...Object.keys(countedTypes)].map((type) => `'${type}'`);
  const rows = reader.database
    .prepare(
      `WITH told AS (
         SELECT substr(time, 1, 10) AS day, type, CASE type WHEN '${statusType}' THEN event END AS move
         FROM snapshot_events WHERE sequence > @after AND type IN (${types.join(", ")}) AND time >= @since
       )
       SELECT day, type, json_extract(move, '$.data.before.status') AS "from",
         json_extract(move, '$.data.after.status') AS "to",
         json_extract(move, '$.data.before.dispatchable') AS was_dispatchable,
         json_extract(move, '$.data.after.dispatchable') AS is_dispatchable, count(*) AS meters
       FROM told GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`,
    )
    .all({ since, after: loadSequenceSince(reader, parseInstant(since) ?? 0) });
  return {
    moves: rows.filter(({ type }) => type === statusType).map(toMove),
    days: toDays(rows.filter(({ type }) => type !== statusType)),
  };
}

function toMove(row: Readonly<Record<string, unknown>>): EnrollmentFacts["moves"][number] {
  return {
    day: String(row.day),
    from: row.from as string | null,
    to: row.to as string | null,
    was_dispatchable: row.was_dispatchable === 1,
    is_dispatchable: row.is_dispatchable === 1,
    meters: Number(row.meters),
  };
}

function toDays(rows: readonly Readonly<Record<string, unknown>>[]): readonly EnrollmentDay[] {
  const days = new Map<string, EnrollmentDay>();
  for (const row of rows) {
    const day = String(row.day);
    const none = { day, created: 0, archived: 0, restored: 0, missing: 0, reappeared: 0 };
    const name = countedTypes[String(row.type)];
    if (name !== undefined) days.set(day, { ...none, ...days.get(day), [name]: Number(row.meters) });
  }
  return [...days.values()];
}
