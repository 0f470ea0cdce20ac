import { type Loser, type Trip, weighAbsence, weighLosses } from "../guard/index.ts";
import { loadAssignedCounts, loadRegionCounts } from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import type { Plan } from "./plan.ts";

/** What trips before anything is looked up by id: too many are absent, or this is another account. */
export function weighReturned({ database, config }: SyncContext, run: Run, sweep: Sweep): readonly Trip[] {
  const counts = loadRegionCounts(database);
  const sum = (what: "known" | "absent") => counts.reduce((total, count) => total + count[what], 0);
  const { host, account } = run.stream;
  return weighAbsence(
    {
      mode: run.mode,
      returned: sweep.returned,
      rejected: sweep.observations.rejected,
      known: sum("known"),
      absent: sum("absent"),
      regions: new Map(counts.map(({ region, known, absent }) => [region, { of: known, lost: absent }])),
      published: host === null || account === null ? null : { host, account },
      asked: { host: run.host, account: run.account },
    },
    config.hold,
  );
}

/** What trips because of what the plan takes away. */
export function weighPlan({ database, config }: SyncContext, plan: Plan): readonly Trip[] {
  if (plan.losing === 0) return [];
  const todays = Object.fromEntries([...plan.horizons].map(([region, { today }]) => [region, today]));
  const assigned = loadAssignedCounts(database, todays);
  const programs = new Map<string, Loser>();
  for (const [program, lost] of plan.losingByProgram) {
    programs.set(program, { of: assigned.programs.get(program) ?? lost, lost });
  }
  const all = { of: assigned.meters, lost: plan.losing };
  const counts = { assigned: all, programs, groups: plan.emptied };
  return weighLosses(counts, config.hold);
}
