/**
 * What is to become of remaps, by the words alone and without any of the product's code: lists, day by day
 * and remap by remap. Trade dates are days counted from 1 November 2026 in Phoenix, seven hours behind UTC.
 */
export type OracleRemap = {
  readonly sequence: number;
  readonly id: string;
  readonly meterId: string;
  /** `null`: its groups are those over all programs. */
  readonly program: string | null;
  readonly firstDay: number;
  /** `null` for ever. */
  readonly lastDay: number | null;
  readonly toldAtMs: number;
};

export type OracleReport = { readonly outcome: "applied" | "rejected"; readonly reason: string | null };

export type Oracle = {
  readonly remaps: OracleRemap[];
  /** Names of sinks, and after which sequence each of them begins. */
  readonly sinks: Map<string, number>;
  /** What one call of `applyReports` is to give. */
  readonly report: (id: string, report: OracleReport) => "applied" | "rejected" | "repeated" | "unknown";
  /** What one call of `findOverdue` is to give, and of which remaps it tells. */
  readonly look: (
    names: readonly string[],
    nowMs: number,
  ) => { readonly unacknowledged: number; readonly overdue: number; readonly told: readonly string[] };
  /** Of each remap that is known, its state. */
  readonly states: () => readonly (readonly [sequence: number, state: string])[];
};

const dayMs = 86_400_000;
const firstDayStartMs = Date.UTC(2026, 10, 1, 7);
/** No test has a day as late as this one. */
const forEver = 40;

export function openOracle(): Oracle {
  const remaps: OracleRemap[] = [];
  const sinks = new Map<string, number>();
  const known = new Set<string>();
  const said = new Map<string, OracleReport>();
  const told = new Set<string>();

  function isOvertaken(remap: OracleRemap): boolean {
    for (let day = remap.firstDay; day <= (remap.lastDay ?? forEver); day += 1) {
      const isToldAnew = remaps.some(
        (later) =>
          known.has(later.id) &&
          later.sequence > remap.sequence &&
          later.meterId === remap.meterId &&
          (later.program === null || later.program === remap.program) &&
          later.firstDay <= day &&
          day <= (later.lastDay ?? forEver),
      );
      if (!isToldAnew) return false;
    }
    return true;
  }

  function toState(remap: OracleRemap): string {
    const last = said.get(remap.id)?.outcome;
    if (last === "applied") return "applied";
    if (isOvertaken(remap)) return "superseded";
    return last ?? "told";
  }

  return {
    remaps,
    sinks,
    report: (id, { outcome, reason }) => {
      if (!remaps.some((remap) => remap.id === id)) return "unknown";
      known.add(id);
      const last = said.get(id);
      if (last?.outcome === outcome && (outcome === "applied" || last.reason === reason)) return "repeated";
      said.set(id, { outcome, reason });
      return outcome;
    },
    look: (names, nowMs) => {
      const starts = names.flatMap((name) => sinks.get(name) ?? []);
      if (starts.length === 0) return { unacknowledged: 0, overdue: 0, told: [] };
      const theirs = remaps.filter(({ sequence }) => sequence > Math.min(...starts));
      for (const { id } of theirs) known.add(id);
      const overdue = theirs.filter((remap) => {
        if (!["told", "rejected"].includes(toState(remap))) return false;
        const startMs = firstDayStartMs + remap.firstDay * dayMs;
        return nowMs >= startMs - dayMs / 2 && nowMs >= remap.toldAtMs + 900_000;
      });
      const untold = overdue.filter(({ id }) => !told.has(id)).map(({ id }) => id);
      for (const id of untold) told.add(id);
      const unacknowledged = theirs.filter((remap) => toState(remap) === "told").length;
      return { unacknowledged, overdue: overdue.length, told: untold };
    },
    states: () =>
      remaps.filter(({ id }) => known.has(id)).map((remap) => [remap.sequence, toState(remap)] as const),
  };
}
