import { inTransaction } from "../database/index.ts";
import { isStrangePoll } from "../guard/index.ts";
import { loadNewMeters, releaseReading, saveFullChain, saveWindows } from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";
import { planReading } from "./plan-reading.ts";

/** Whether a poll's answer may be another account's: mostly meters that nothing is known of. */
export function isStrange({ database, config }: SyncContext, run: Run, sweep: Sweep): boolean {
  if (run.mode !== "poll") return false;
  const fresh = loadNewMeters(database, run.runKey).length;
  return isStrangePoll({ returned: sweep.returned, known: sweep.returned - fresh }, config.hold);
}

/** The same run as a sweep, from its beginning: what the poll read is dropped. */
export function reopenAsSweep(context: SyncContext, run: Run): Run {
  const { database } = context;
  const { reading, windows } = planReading(context, "sweep", run.polls, run.knownMeterCount, run.startedAtMs);
  inTransaction(database, () => {
    releaseReading(database, run.runKey, "sweep");
    saveWindows(database, run.runKey, windows);
    if (reading === "chain") saveFullChain(database, run.runKey);
  });
  const note = "asked for a poll, swept instead: it was answered mostly with meters that are not known";
  return { ...run, mode: "sweep", reading, notes: [...run.notes, note] };
}
