import { Failure } from "../failure/index.ts";
import { type AsOf, assertKept } from "./as-of-store.ts";
import type { Reader } from "./reader.ts";

/** An assignment, and from when until when (exclusive; null for still) it was what we knew. */
export type KnownStay = {
  readonly meterId: string;
  readonly marketGroupId: string;
  readonly program: string | null;
  readonly effectiveFrom: string;
  /** Inclusive, `null` for ever. */
  readonly effectiveTo: string | null;
  readonly knownFromMs: number;
  readonly knownToMs: number | null;
};

/** Everyone who was ever known to be in the group, on whatever date. */
export function loadGroupStays(reader: Reader, marketGroupId: string): readonly KnownStay[] {
  return loadStays(reader, "group", marketGroupId);
}

/** Every group that the meter was ever known to be in, on whatever date. */
export function loadMeterStays(reader: Reader, meterId: string): readonly KnownStay[] {
  const row = reader.database.prepare("SELECT meter_key FROM meter WHERE meter_id = ?").get(meterId);
  return row === undefined ? [] : loadStays(reader, "meter", row.meter_key);
}

/** Those that hold on a date. */
export function toStaysOn(stays: readonly KnownStay[], tradeDate: string): readonly KnownStay[] {
  return stays.filter(
    ({ effectiveFrom, effectiveTo }) =>
      effectiveFrom <= tradeDate && (effectiveTo === null || effectiveTo >= tradeDate),
  );
}

function loadStays({ database }: Reader, by: "group" | "meter", key: unknown): KnownStay[] {
  return database
    .prepare(
      `SELECT m.meter_id, a.market_group_id, a.program, a.effective_from, a.effective_to, a.known_from_ms,
         a.known_to_ms
       FROM (${toEver(by)}) a CROSS JOIN meter m ON m.meter_key = a.meter_key`,
    )
    .all({ key })
    .map((row) => ({
      meterId: String(row.meter_id),
      marketGroupId: String(row.market_group_id),
      program: row.program as string | null,
      effectiveFrom: String(row.effective_from),
      effectiveTo: row.effective_to as string | null,
      knownFromMs: Number(row.known_from_ms),
      knownToMs: row.known_to_ms as number | null,
    }));
}

/** Of one group or one meter, what is current and what is history: each has an index of its own. */
function toEver(by: "group" | "meter"): string {
  const column = by === "group" ? "market_group_id" : "meter_key";
  const part = (knownTo: string, index: string) =>
    `SELECT meter_key, market_group_id, program, effective_from, effective_to, known_from_ms, known_to_ms
     FROM assignment INDEXED BY ${index} WHERE ${column} = @key AND known_to_ms ${knownTo}`;
  return `${part("IS NULL", `assignment_current_${by}`)} UNION ALL
    ${part("IS NOT NULL", `assignment_history_${by}`)}`;
}

/** What is known of a market group beside its members. */
export type KnownGroup = {
  readonly name: string | null;
  /** Since when anybody is known to be in it, on whatever date; `null` where nobody ever was. */
  readonly knownSinceMs: number | null;
  /** The one of most of the meters that ever were in it; `null` where there was none. */
  readonly region: string | null;
};

export function loadKnownGroup({ database }: Reader, marketGroupId: string): KnownGroup {
  const group = database
    .prepare("SELECT market_group_name FROM market_group WHERE market_group_id = ?")
    .get(marketGroupId);
  const known = database
    .prepare(`SELECT min(known_from_ms) AS since FROM (${toEver("group")})`)
    .get({ key: marketGroupId });
  const region = database
    .prepare(
      `SELECT r.transmission_region AS region FROM (SELECT DISTINCT meter_key FROM (${toEver("group")})) a
       CROSS JOIN meter m ON m.meter_key = a.meter_key
       CROSS JOIN revision r ON r.revision_id = m.head_revision_id
       GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`,
    )
    .get({ key: marketGroupId });
  return {
    name: (group?.market_group_name ?? null) as string | null,
    knownSinceMs: (known?.since ?? null) as number | null,
    region: (region?.region ?? null) as string | null,
  };
}

/** What is known of a meter beside its groups. */
export type KnownMeter = {
  readonly partnerReference: string | null;
  readonly region: string;
  /** The publication that showed it first; long ago where that is no longer kept. */
  readonly knownSinceMs: number;
};

/** Undefined for a meter that was never published. */
export function loadKnownMeter({ database }: Reader, meterId: string): KnownMeter | undefined {
  const row = database
    .prepare(
      `SELECT r.partner_reference, r.transmission_region, m.meter_key,
         (SELECT min(published_at_ms) FROM run
          WHERE status = 'published' AND publication > 0 AND publication = m.first_publication) AS shown
       FROM meter m JOIN revision r ON r.revision_id = m.head_revision_id WHERE m.meter_id = ?`,
    )
    .get(meterId);
  if (row === undefined) return undefined;
  const assigned = database
    .prepare(`SELECT min(known_from_ms) AS since FROM (${toEver("meter")})`)
    .get({ key: row.meter_key });
  // A meter that came to another region is shown in it later than it was known.
  const since = [row.shown, assigned?.since].filter((ms) => typeof ms === "number");
  return {
    partnerReference: row.partner_reference as string | null,
    region: String(row.transmission_region),
    knownSinceMs: row.shown === null ? 0 : Math.min(...since),
  };
}

/** The transmission region of most of these meters; `null` where none of them was ever published. */
export function loadMeterRegion({ database }: Reader, meterIds: readonly string[]): string | null {
  const row = database
    .prepare(
      `SELECT r.transmission_region AS region FROM json_each(?) j JOIN meter m ON m.meter_id = j.value
       JOIN revision r ON r.revision_id = m.head_revision_id GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`,
    )
    .get(JSON.stringify(meterIds));
  return (row?.region ?? null) as string | null;
}

/** Why what was known then of that date cannot be said, in words; `null` where it can. */
export function findUnkept(reader: Reader, asOf: AsOf): string | null {
  try {
    assertKept(reader, asOf);
    return null;
  } catch (error) {
    if (error instanceof Failure && error.kind === "usage") return error.message;
    throw error;
  }
}

/** From when on all that was known is kept; `null` where nothing has gone. */
export function loadKeptFromMs({ database }: Reader): number | null {
  const row = database.prepare("SELECT pruned_known_at_ms AS gone FROM stream").get();
  return (row?.gone ?? null) as number | null;
}
