// The oracle of random histories: what domain §4 says, worked out day by day over plain arrays, with no
// import from the product. Day 0 is 2026-10-01; the last day of every array stands for all that follow it.
import { type Days, naiveRuns, type Run, same, toDate } from "../market/day-arrays.ts";

export const dayCount = 60;

export type NaiveRow = {
  readonly program: string | null;
  readonly group: string | null;
  readonly from: number;
  /** Inclusive; null never ends. */
  readonly to: number | null;
};

export type NaiveRemap = Run & {
  readonly program: string | null;
  readonly basis: string;
  readonly reason: string | null;
};

export type NaiveRun = {
  readonly today: number;
  readonly days: { readonly first: number; readonly last: number };
  readonly outermost: number | null;
  readonly rows: readonly NaiveRow[];
  readonly isV1: boolean;
};

/** One meter's published state, kept from run to run. */
export function openNaiveWorld() {
  let published = new Map<string | null, Days>();
  let horizon: { today: number; through: number } | null = null;
  let document: readonly NaiveRow[] | null = null;

  function run({ today, days, outermost, rows, isV1 }: NaiveRun) {
    const { first, last } = days;
    const holds = horizon === null || horizon.through <= last;
    const programs = new Set([...published.keys(), ...rows.map(({ program }) => program)]);
    const next = new Map<string | null, Days>();
    const remaps: NaiveRemap[] = [];
    for (const program of programs) {
      const before = published.get(program) ?? Array.from({ length: dayCount }, () => []);
      const said = toSaid(rows, program);
      const after = before.map((groups, day) => {
        if (day < first) return groups;
        if (day <= last) return said[day] ?? [];
        return holds ? (said[last] ?? []) : groups;
      });
      next.set(program, after);
      for (const found of naiveRuns(before, after, first)) {
        const day = toDayNumber(found.from);
        const isRevised = horizon !== null && horizon.today <= day && day <= horizon.through;
        const had = isV1 ? isRevised : document !== null && (toSaid(document, program)[day] ?? []).length > 0;
        const isListed = rows.some(
          (row) => row.program === program && row.group === null && row.from <= day && (row.to ?? day) >= day,
        );
        const isUnset = isV1 ? day === outermost : isListed;
        const reason = had ? "withdrawn" : isUnset ? "not_assigned_yet" : "period_ended";
        remaps.push({
          ...found,
          program,
          basis: isRevised ? "revised" : "announced",
          reason: found.after.length > 0 ? null : reason,
        });
      }
    }
    published = next;
    horizon = { today, through: Math.max(last, horizon?.through ?? last) };
    document = rows;
    return { remaps, published };
  }

  return { run, lastToday: () => horizon?.today ?? null };
}

/** What rows say of one program, day by day. */
export function toSaid(rows: readonly NaiveRow[], program: string | null): string[][] {
  return Array.from({ length: dayCount }, (_, day) => {
    const groups = rows.flatMap((row) =>
      row.program === program && row.group !== null && row.from <= day && (row.to ?? day) >= day
        ? [row.group]
        : [],
    );
    return [...new Set(groups)].sort();
  });
}

export function isSameWorld(
  a: ReadonlyMap<string | null, Days>,
  b: ReadonlyMap<string | null, Days>,
): boolean {
  return [...new Set([...a.keys(), ...b.keys()])].every((program) =>
    Array.from({ length: dayCount }, (_, day) => day).every((day) =>
      same(a.get(program)?.[day] ?? [], b.get(program)?.[day] ?? []),
    ),
  );
}

function toDayNumber(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - Date.parse(`${toDate(0)}T00:00:00Z`)) / 86_400_000;
}
