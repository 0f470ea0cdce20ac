import type { Config } from "../config/index.ts";
import { loadRuns, openReader, type RunRow } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { count } from "./report-lines.ts";

type LastRun = Pick<RunRow, "status" | "change_count" | "meters_returned">;

/** The latest run, where it began no earlier; null where there is none, or no database to say so. */
export async function loadLastRun(config: Config, sinceMs: number): Promise<LastRun | null> {
  try {
    const reader = openReader(config.databasePath, config);
    try {
      const [run] = loadRuns(reader, 1);
      return run !== undefined && (parseInstant(run.started_at) ?? 0) >= sinceMs ? run : null;
    } finally {
      reader.close();
    }
  } catch {
    return null;
  }
}

/** How a job ended, in a few words that may go anywhere: counts, nobody's data, no address. */
export function toEndWords(job: string, exitCode: number, isStopping: boolean, run: LastRun | null): string {
  const facts = [
    ...(run === null ? [] : [run.status]),
    ...(run?.change_count == null ? [] : [count(run.change_count, "change")]),
    ...(run?.meters_returned == null ? [] : [count(run.meters_returned, "meter")]),
    ...(isStopping ? ["told to stop"] : []),
    `exit code ${exitCode}`,
  ];
  return `${job}: ${facts.join(", ")}`;
}
