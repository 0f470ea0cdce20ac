import { findOverdue, type OverdueOptions, type OverdueReport } from "../acknowledgement/index.ts";
import type { Config } from "../config/index.ts";
import { type Database, toDatabaseFailure } from "../database/index.ts";
import { isWanted } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import { toAcknowledgementView } from "./acknowledgement-view.ts";

export type OverdueLook = {
  /** `null` where nobody acknowledges, or where looking failed. */
  readonly report: OverdueReport | null;
  readonly failure: Failure | null;
  readonly bug?: unknown;
};

/** Tells the remaps that became overdue; what keeps it from that is given back, so that delivery goes on. */
export function lookForOverdue(config: Config, database: Database, nowMs: number): OverdueLook {
  const { acknowledgedBy, defaultZone, zones } = config;
  if (acknowledgedBy.length === 0) return { report: null, failure: null };
  try {
    const report = findOverdue(database, {
      zones: { defaultZone, zones },
      ...toAcknowledgementView(config, nowMs),
      isWanted: toIsWanted(config),
    });
    return { report, failure: null };
  } catch (error) {
    const failure = toDatabaseFailure(error, "cannot look for remaps that are overdue");
    if (failure instanceof Failure) return { report: null, failure };
    return { report: null, failure: null, bug: error };
  }
}

/** What the filters of webhooks let pass; other sinks get everything. */
export function toIsWanted({ sinks }: Config): NonNullable<OverdueOptions["isWanted"]> {
  return (name, event) => {
    const sink = sinks.find((one) => one.name === name);
    return sink?.kind !== "webhook" || isWanted(sink, event);
  };
}
