import { addDays, localDate, zoneOf } from "./calendar.ts";
import type { Book, Published, Says } from "./oracle-views.ts";

export type Horizon = {
  readonly zone: string;
  readonly today: string;
  readonly first: string;
  readonly last: string;
  /** v1: the last of the days that the answer speaks about. */
  readonly outermost: string | null;
  /** v1: the answer speaks about no day of the horizon. */
  readonly isSilent: boolean;
  readonly published: Published | null;
};

type Run = {
  readonly nowMs: number;
  readonly horizonDays: number;
  readonly apiVersion: "v1" | "v2";
  readonly mode: "sweep" | "poll";
};

/** The days each region looks at (§4). */
export function toHorizons(
  books: ReadonlyMap<string, Book>,
  regions: ReadonlyMap<string, Published>,
  sweep: readonly Says[],
  { nowMs, horizonDays, apiVersion, mode }: Run,
): Map<string, Horizon> {
  const horizons = new Map<string, Horizon>();
  // A region that its last meter has left goes on having days.
  for (const region of new Set([...regions.keys(), ...[...books.values()].map((book) => book.region)])) {
    const zone = zoneOf(region);
    const today = localDate(nowMs, zone);
    const published = regions.get(region) ?? null;
    // Horizons longer than three days bind v2 only.
    const dayCount = apiVersion === "v1" ? Math.min(horizonDays, 3) : horizonDays;
    const horizonEnd = addDays(today, dayCount - 1);
    if (apiVersion === "v2") {
      const next = published === null ? today : addDays(published.today, 1);
      const first = next < today ? next : today;
      horizons.set(region, {
        zone,
        today,
        first,
        last: horizonEnd,
        outermost: null,
        isSilent: false,
        published,
      });
      continue;
    }
    const answered = sweep.filter((one) => one.zone === zone).flatMap((one) => one.answered);
    const shift = toShift(today, answered);
    const outermost = addDays(today, shift + 2);
    const first = shift > 0 ? addDays(today, shift) : today;
    // A poll of v1 knows some meters only: dates that are not published yet wait for the next sweep.
    const end =
      mode === "poll" && published !== null && published.last < horizonEnd ? published.last : horizonEnd;
    const last = outermost < end ? outermost : end;
    horizons.set(region, { zone, today, first, last, outermost, isSilent: first > last, published });
  }
  return horizons;
}

/** By how many days Leap's today differs from ours, as the whole sweep of a zone has it. */
function toShift(today: string, answered: readonly string[]): -1 | 0 | 1 {
  const near = answered.filter((date) => addDays(today, -1) <= date && date <= addDays(today, 3));
  if (near.some((date) => date < today)) return -1;
  return near.some((date) => date > addDays(today, 2)) ? 1 : 0;
}
