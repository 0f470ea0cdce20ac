import type { MeterPlan, Presence } from "../diff/index.ts";
import type { Meter } from "../meter/index.ts";
import { type Candidate, type StoredAssignment, saveLosses } from "../snapshot/index.ts";
import type { Sweep, SyncContext } from "./context.ts";
import type { Plan } from "./plan.ts";

/** What becomes of a meter's absence by this run; null where that stays as it is. */
export function toPresence(sweep: Sweep, candidate: Candidate): Presence | null {
  const { absence, isMissing, isAbsenceReleased, endedAtMs, meterKey } = candidate;
  if (absence === "missing" || absence === "ended") return absence;
  if (!sweep.seen.has(meterKey)) return null;
  // What it was assigned has ended, and there is nothing yet to assign it anew by.
  if (endedAtMs !== null && sweep.unreadable.has(meterKey)) return isMissing ? "returned" : null;
  return isMissing || isAbsenceReleased || endedAtMs !== null ? "present" : null;
}

/**
 * Counts a meter left without any group, among the assigned ones: what only its document spoke of, and
 * nothing has published yet, is no share of theirs. Not where its absence ends it and a person has released
 * that.
 */
export function noteLosses(
  { database }: SyncContext,
  plan: Plan,
  { isAbsenceReleased }: Candidate,
  presence: Presence | null,
  { meterId, transmissionRegion }: Meter,
  published: readonly StoredAssignment[],
  { losses }: MeterPlan,
): void {
  if (losses.length === 0 || (isAbsenceReleased && presence === "ended")) return;
  const { today } = plan.toHorizon(transmissionRegion);
  const assigned = published.filter(({ to }) => to === null || to >= today);
  if (assigned.length === 0) return;
  plan.losing += 1;
  const lost = new Set(losses.flatMap(({ programs }) => programs));
  for (const program of new Set(assigned.map((row) => row.program))) {
    // v1 knows no programs: there is none to be left without.
    if (program === null || !lost.has(program)) continue;
    plan.losingByProgram.set(program, (plan.losingByProgram.get(program) ?? 0) + 1);
  }
  saveLosses(
    database,
    meterId,
    losses.map(({ date }) => date),
  );
}
