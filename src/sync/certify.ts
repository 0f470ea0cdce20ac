import { inTransaction } from "../database/index.ts";
import { type Certificate, planCertificate } from "../guard/index.ts";
import {
  loadContentSha256,
  loadLastCertificate,
  loadPublishedKeys,
  loadReturnedCounts,
  openAbsences,
  saveAbsent,
} from "../snapshot/index.ts";
import type { Run, Sweep, SyncContext } from "./context.ts";

/** Notes which known meters the sweep did not return, and gathers what it can show for itself. */
export function certifySweep({ database }: SyncContext, run: Run, sweep: Sweep): Certificate | null {
  openAbsences(database);
  if (run.mode === "poll") return null;
  const absent: number[] = [];
  for (const meterKey of loadPublishedKeys(database)) if (!sweep.seen.has(meterKey)) absent.push(meterKey);
  inTransaction(database, () => saveAbsent(database, absent));
  const { observations } = sweep;
  const evidence = {
    ...sweep,
    documents: observations.documents,
    repeated: sweep.seen.repeatedCount(),
    moved: observations.moved,
    rejected: observations.rejected,
    unreadable: observations.unreadable,
    contentSha256: loadContentSha256(database, run.runKey),
    ...loadReturnedCounts(database, run.runKey),
    groups: null,
  };
  return planCertificate(evidence, loadLastCertificate(database) as Certificate | null);
}
