import type { DispatchTruth, Portfolio } from "../../src/simulator/index.ts";
import { addDays, datesFrom, localDate } from "./calendar.ts";

/** Who is dispatched, as a truth of the market has it. */
export type Asked = Pick<DispatchTruth, "level" | "targetId" | "meterIds" | "programs">;

export type Expected = {
  readonly verdict: string;
  readonly missingHere: readonly string[];
  readonly missingThere: readonly string[];
  readonly publishedCount: number;
  readonly toldAtMs: number | null;
};

type Place = { readonly program: string; readonly marketGroupId: string };

/** What stands published after one sweep: of every meter read so far, a list of places a date. */
type Shown = { readonly atMs: number; readonly places: ReadonlyMap<string, readonly (readonly Place[])[]> };

/**
 * What each sweep must have published, from what the market was at its instant: of each date from the first
 * it looks at to the last what is so, of those after it the last one's, and of those before it what had been
 * published. A sweep looks at today and the two days after it in the meter's own zone, and first at the days
 * that no sweep began on.
 */
export function openDispatchOracle(portfolio: Portfolio, firstDate: string, lastDate: string) {
  const dates = datesFrom(firstDate, lastDate);
  const shown: Shown[] = [];
  const lastToday = new Map<string, string>();
  /** By level and id, the sweep that knew it first. */
  const firstKnown = new Map<string, number>();
  const note = (key: string, atMs: number) => void (firstKnown.has(key) || firstKnown.set(key, atMs));

  const sweep = (atMs: number): void => {
    const before = shown.at(-1);
    const places = new Map<string, readonly (readonly Place[])[]>();
    const todays = new Map<string, string>();
    for (let index = 0; index < portfolio.meterCountAt(atMs); index++) {
      const truth = portfolio.truthOf(index, atMs)!;
      const today = localDate(atMs, truth.zone);
      todays.set(truth.region, today);
      const seen = lastToday.get(truth.region);
      const missed = seen === undefined ? today : addDays(seen, 1);
      const from = missed < today ? missed : today;
      const to = addDays(today, 2);
      const old = before?.places.get(truth.meterId);
      places.set(
        truth.meterId,
        dates.map((date, place) =>
          date < from ? (old?.[place] ?? []) : truth.groupsOn(date < to ? date : to),
        ),
      );
    }
    for (const [meterId, days] of places) {
      note(`meter ${meterId}`, atMs);
      for (const { marketGroupId } of days.flat()) note(`group ${marketGroupId}`, atMs);
    }
    for (const [region, today] of todays) lastToday.set(region, today);
    shown.push({ atMs, places });
  };

  const publishedBy = ({ level, targetId, programs }: Asked, date: string, { places }: Shown): string[] => {
    const day = dates.indexOf(date);
    if (day < 0) throw new Error(`the oracle knows nothing of ${date}`);
    if (level === "meter") {
      const own = places.get(targetId)?.[day] ?? [];
      return own.some(({ program }) => programs.includes(program)) ? [targetId] : [];
    }
    const isIn = ({ marketGroupId }: Place) => marketGroupId === targetId;
    return [...places].flatMap(([meterId, days]) => (days[day]?.some(isIn) ? [meterId] : [])).sort();
  };

  /** Whether a group had any member on any date, or a meter was read, by an instant. */
  const isKnownBy = ({ level, targetId }: Asked, atMs: number): boolean =>
    (firstKnown.get(`${level} ${targetId}`) ?? Number.POSITIVE_INFINITY) <= atMs;

  const judge = (asked: Asked, date: string, sentAtMs: number): Expected => {
    const nothing = { missingHere: [], missingThere: [], publishedCount: 0, toldAtMs: null };
    const by = shown.filter(({ atMs }) => atMs <= sentAtMs);
    const then = by.at(-1);
    if (then === undefined) return { ...nothing, verdict: "not_judged" };
    const published = publishedBy(asked, date, then);
    const differences = {
      missingHere: asked.meterIds.filter((id) => !published.includes(id)),
      missingThere: published.filter((id) => !asked.meterIds.includes(id)),
      publishedCount: published.length,
    };
    const isAgreed = (one: Shown) => publishedBy(asked, date, one).join() === [...asked.meterIds].join();
    const isKnown = isKnownBy(asked, then.atMs);
    const since = (sweeps: readonly Shown[]) => {
      const last = sweeps.findLastIndex((one) => !isAgreed(one));
      return sweeps[last + 1]!.atMs;
    };
    if (isKnown && isAgreed(then)) return { ...differences, verdict: "agreed", toldAtMs: since(by) };
    if (isAgreed(shown.at(-1)!)) return { ...differences, verdict: "late", toldAtMs: since(shown) };
    const unknown = `unknown_${asked.level}`;
    return { ...differences, verdict: isKnown ? "drift" : unknown, toldAtMs: null };
  };

  /** Whether its zone can be known: of its group, or of anyone in it. */
  const isPlaced = (asked: Asked): boolean =>
    isKnownBy(asked, Number.MAX_SAFE_INTEGER) ||
    asked.meterIds.some((id) => shown.at(-1)?.places.has(id) === true);

  return { sweep, judge, isPlaced };
}

export type DispatchOracle = ReturnType<typeof openDispatchOracle>;
