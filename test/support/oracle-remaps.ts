import { startOfDay } from "./calendar.ts";
import type { Horizon } from "./oracle-days.ts";
import { type Book, digestOf, type Values } from "./oracle-views.ts";

/** Every date that anything can differ on, and what each meter had and has on it. */
export type Sides = {
  /** The last date stands for all that follow. */
  readonly window: readonly string[];
  readonly before: ReadonlyMap<string, readonly Values[]>;
  readonly after: ReadonlyMap<string, readonly Values[]>;
};

/** Meters whose assignments end as missing (§7), and those heard in another version than before (§1). */
export type Special = { readonly ending: ReadonlySet<string>; readonly switched: ReadonlySet<string> };

/** Every remap a publication tells (§4). */
export function toRemaps(
  books: ReadonlyMap<string, Book>,
  horizons: ReadonlyMap<string, Horizon>,
  { window, before, after }: Sides,
  { ending, switched }: Special,
  nowMs: number,
): string[] {
  const rows: string[] = [];
  for (const [meterId, book] of books) {
    const [was, is] = [before.get(meterId)!, after.get(meterId)!];
    const horizon = horizons.get(book.region)!;
    // v1 may begin to speak tomorrow; what ends, ends today.
    const isLater = horizon.first > horizon.today;
    const start = window.indexOf(ending.has(meterId) && isLater ? horizon.today : horizon.first);
    const isForeign = (values: Values) =>
      [...values].some(
        ([program, list]) => list.length > 0 && (program === "") === (book.says.version === "v2"),
      );
    const isSwitched = switched.has(meterId) || was.slice(start).some(isForeign);
    const programs = isSwitched ? ["*"] : new Set([...was, ...is].flatMap((values) => [...values.keys()]));
    for (const program of programs) {
      const at = (side: readonly Values[], day: number) => groupsIn(side[day], program);
      for (const [from, to] of toRuns(window.length, start, (day) => [at(was, day), at(is, day)])) {
        const row = { program, from: at(was, from), to: at(is, from), date: window[from]! };
        const until = to === window.length - 1 ? null : window[to]!;
        const isEnd = ending.has(meterId) && row.date >= horizon.today;
        rows.push(toRemapRow(book, horizon, row, { until, isEnd, nowMs }));
      }
    }
  }
  return rows.sort();
}

/** The groups in one program, or in all of them together ("*"). */
export function groupsIn(values: Values | undefined, program: string): readonly string[] {
  if (program !== "*") return values?.get(program) ?? [];
  return [...new Set([...(values?.values() ?? [])].flat())].sort();
}

function toRemapRow(
  { says, said }: Book,
  { published, zone, outermost }: Horizon,
  row: { program: string; from: readonly string[]; to: readonly string[]; date: string },
  { until, isEnd, nowMs }: { until: string | null; isEnd: boolean; nowMs: number },
): string {
  const { program, from, to, date } = row;
  const isRevised = published !== null && published.today <= date && date <= published.last;
  const wasGiven = said?.version === "v2" ? groupsIn(said.groupsOn(date), program).length > 0 : isRevised;
  const isListed = says.version === "v2" ? says.isListedWithoutGroup(program, date) : outermost === date;
  const reason = isEnd ? "missing" : wasGiven ? "withdrawn" : isListed ? "not_assigned_yet" : "period_ended";
  const kind = from.length === 0 ? "assigned" : to.length === 0 ? "unassigned" : "moved";
  const lead = Math.round((startOfDay(date, zone) - nowMs) / 36_000) / 100;
  const basis = isRevised ? "revised" : "announced";
  return JSON.stringify([
    says.meterId,
    program === "*" ? "" : program,
    kind,
    basis,
    to.length > 0 ? null : reason,
    from,
    to,
    date,
    until,
    lead,
  ]);
}

/** Maximal runs of days on which the two sides differ and neither changes: first and last index. */
function toRuns(
  length: number,
  start: number,
  at: (day: number) => readonly [unknown, unknown],
): [number, number][] {
  const runs: [number, number][] = [];
  let open = "";
  for (let day = start; day < length; day += 1) {
    const [was, is] = at(day).map((side) => JSON.stringify(side)) as [string, string];
    const key = was === is ? "" : `${was} ${is}`;
    if (key !== "" && key === open) runs.at(-1)![1] = day;
    else if (key !== "") runs.push([day, day]);
    open = key;
  }
  return runs;
}

/** A group change as the breaker sees it: who was in it before, and who after, on its first date. */
export type GroupRun = {
  readonly group: string;
  readonly from: string;
  readonly until: string | null;
  readonly before: readonly string[];
  readonly after: readonly string[];
};

/** Maximal runs of dates with the same members before and the same after, for every group. */
export function toGroupRuns({ window, before, after }: Sides): GroupRun[] {
  const found: GroupRun[] = [];
  const [was, is] = [toMemberships(window, before), toMemberships(window, after)];
  for (const group of new Set([...was.keys(), ...is.keys()])) {
    const at = (side: Map<string, string[][]>, day: number) => side.get(group)?.[day] ?? [];
    for (const [from, to] of toRuns(window.length, 0, (day) => [at(was, day), at(is, day)])) {
      const until = to === window.length - 1 ? null : window[to]!;
      found.push({ group, from: window[from]!, until, before: at(was, from), after: at(is, from) });
    }
  }
  return found;
}

/** Group updates as they are told; counts the groups' versions on. */
export function toGroupUpdates(runs: readonly GroupRun[], versions: Map<string, number>): string[] {
  const rows = runs.map(({ group, from, until, before, after }) => {
    const version = versions.get(group) ?? 0;
    versions.set(group, version + 1);
    const [old, now] = [new Set(before), new Set(after)];
    return JSON.stringify([
      group,
      from,
      until,
      after.filter((id) => !old.has(id)),
      before.filter((id) => !now.has(id)),
      old.size,
      digestOf(old),
      version,
      now.size,
      digestOf(now),
      version + 1,
    ]);
  });
  return rows.sort();
}

function toMemberships(window: readonly string[], side: ReadonlyMap<string, readonly Values[]>) {
  const found = new Map<string, string[][]>();
  for (const meterId of [...side.keys()].sort()) {
    side.get(meterId)!.forEach((values, day) => {
      for (const group of new Set([...values.values()].flat())) {
        if (!found.has(group))
          found.set(
            group,
            window.map(() => []),
          );
        found.get(group)![day]!.push(meterId);
      }
    });
  }
  return found;
}
