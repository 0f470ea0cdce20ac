import { addDays } from "../support/calendar.ts";
import { documentV2, type Stay } from "../support/documents.ts";
import type { Entry } from "../support/scripted-leap.ts";

/**
 * A portfolio of which about a hundredth changes a day: half of it in a field that nobody is told of, a
 * quarter in its status, a quarter in its group. Three meters in ten have other groups every month, told on
 * the 25th; the others stay in theirs until they are moved.
 */
export function openYearPortfolio(meterCount: number, startDate: string) {
  const meters = Array.from({ length: meterCount }, (_, index) => makeMeter(index + 1, startDate));
  let entries = meters.map((meter) => toEntry(meter, startDate));
  return {
    entries: (): Entry[] => entries,
    /** One day later; returns how many meters' documents are other ones. */
    turn: (date: string, dayNumber: number): number => {
      let changed = 0;
      const isTurned = date.endsWith("-01") || date.endsWith("-25");
      entries = meters.map((meter, index) => {
        const isHit = toLuck(meter.number, dayNumber) < 100;
        if (isHit) change(meter, date, dayNumber);
        if (!isHit && !(isTurned && meter.isMonthly)) return entries[index]!;
        changed += 1;
        return toEntry(meter, date);
      });
      return changed;
    },
  };
}

type Meter = {
  readonly number: number;
  readonly isMonthly: boolean;
  readonly since: string;
  base: number;
  /** Its group from a day on, where it was moved; it had the other one until then. */
  moved: { readonly from: string; readonly before: number } | null;
  status: string;
  note: string;
};

function makeMeter(number: number, startDate: string): Meter {
  const isMonthly = number % 10 < 3;
  const since = addDays(startDate, -30);
  return { number, isMonthly, since, base: number % 40, moved: null, status: "ACTIVE", note: "as built" };
}

function change(meter: Meter, date: string, dayNumber: number): void {
  const kind = toLuck(meter.number + 7, dayNumber + 1000) % 4;
  if (kind < 2) meter.note = `seen on ${date}`;
  else if (kind === 2) meter.status = meter.status === "ACTIVE" ? "ELIGIBLE" : "ACTIVE";
  else {
    meter.moved = { from: addDays(date, 2), before: meter.base };
    meter.base = (meter.base + 1 + (dayNumber % 7)) % 40;
  }
}

function toEntry(meter: Meter, date: string): Entry {
  const { number, status, note } = meter;
  const stays = meter.isMonthly ? toMonths(meter, date) : toStays(meter);
  const addedAt = new Date(Date.UTC(2025, 0, 2) + number * 60_000).toISOString();
  const extra = { site: { note, remarks: `${note}, as the installer had it. `.padEnd(900, "remark ") } };
  return { addedMs: Date.parse(addedAt), document: documentV2({ number, status, stays, addedAt, extra }) };
}

function toStays({ base, moved, since }: Meter): Stay[] {
  const now = { program: "CCA", group: `p${base}`, from: moved?.from ?? since, to: null };
  if (moved === null) return [now];
  return [{ program: "CCA", group: `p${moved.before}`, from: since, to: addDays(moved.from, -1) }, now];
}

function toMonths({ base }: Meter, date: string): Stay[] {
  const first = `${date.slice(0, 7)}-01`;
  const next = `${addDays(first, 32).slice(0, 7)}-01`;
  const after = `${addDays(next, 32).slice(0, 7)}-01`;
  const group = (month: string) => `m${base}x${Number(month.slice(5, 7)).toString(36)}`;
  const told = date.slice(8) >= "25" ? [{ group: group(next), from: next, to: addDays(after, -1) }] : [];
  return [{ group: group(first), from: first, to: addDays(next, -1) }, ...told].map((stay) => ({
    ...stay,
    program: "CCA",
  }));
}

/** 0 to 9999, the same for the same meter and day. */
function toLuck(number: number, dayNumber: number): number {
  let hash = (number * 2_654_435_761 + dayNumber * 40_503) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 3_266_489_909) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) % 10_000;
}
