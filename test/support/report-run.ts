import { existsSync } from "node:fs";
import { join } from "node:path";
import { type CliWorld, openCliWorld } from "../integration/cli-world.ts";

export type ReportRun = {
  readonly world: CliWorld;
  /** As the last run wrote it. */
  readonly reportPath: string;
  readonly now: string;
  readonly close: () => Promise<void>;
};

const days = ["2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01"];

/** The program's own runs over a change of month on a simulated Leap, each of which writes the report. */
export async function openReportRun(): Promise<ReportRun> {
  const world = await openCliWorld(120);
  const reportPath = join(world.folder, "report.html");
  const sinks = `file:${join(world.folder, "events.ndjson")}`;
  const environment = { METER_SYNC_REPORT: reportPath, METER_SYNC_SINKS: sinks };
  const last = `${days.at(-1)}T06:17:00Z`;
  world.leap.setNow(Date.parse(`${days[0]}T06:17:00Z`));
  const planned = await world.run(["sync", "--now", `${days[0]}T06:17:00Z`, "--dry-run"], environment);
  if (planned.exitCode !== 0 || existsSync(reportPath)) throw new Error(`a dry run wrote: ${planned.stderr}`);
  for (const day of days) {
    const now = `${day}T06:17:00Z`;
    world.leap.setNow(Date.parse(now));
    const { exitCode, stderr } = await world.run(["sync", "--now", now], environment);
    if (exitCode !== 0) throw new Error(`the run of ${day} ended with ${exitCode}: ${stderr}`);
  }
  return { world, reportPath, now: last, close: world.close };
}
