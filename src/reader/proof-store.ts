import type { Reader } from "./reader.ts";

/** How what was held against the snapshot of late came out. */
export type ProofLook = {
  /** Timeslots that count, of trade dates from a day on, by verdict. */
  readonly dispatches: {
    readonly agreed: number;
    readonly late: number;
    readonly drift: number;
    /** Of a group, or of a meter, that was not known here. */
    readonly unknown: number;
  };
  /** Reports to Volue of which nobody knows whether they arrived. */
  readonly uncertainReports: number;
};

/** Quick, whatever the size: by the index on trade dates, and the reports, of which there are few. */
export function loadProofLook({ database }: Reader, sinceDate: string): ProofLook {
  const counts = database
    .prepare(
      `SELECT sum(verdict = 'agreed') AS agreed, sum(verdict = 'late') AS late,
         sum(verdict = 'drift') AS drift, sum(verdict IN ('unknown_group', 'unknown_meter')) AS unknown
       FROM dispatch_check WHERE trade_date >= ? AND is_counted`,
    )
    .get(sinceDate);
  const reports = database.prepare("SELECT count(*) AS n FROM volue_report WHERE state = 'uncertain'").get();
  const count = (name: string) => Number(counts?.[name] ?? 0);
  return {
    dispatches: {
      agreed: count("agreed"),
      late: count("late"),
      drift: count("drift"),
      unknown: count("unknown"),
    },
    uncertainReports: Number(reports?.n ?? 0),
  };
}
