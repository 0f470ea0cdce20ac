import { inGroup, type PortfolioDays, range } from "./portfolio-days.ts";

export const forty = inGroup("north", range(1, 40));

/** Of those forty twelve lose their groups, one moves, and one is new. */
export const losing = [
  ...inGroup(null, range(1, 12)),
  ...inGroup("south", [13]),
  ...forty.slice(13),
  ...inGroup("south", [41]),
];

/** The runs' statuses, in the order in which they began. */
export function readStatuses({ days }: PortfolioDays): string[] {
  const rows = days.database.prepare("SELECT status FROM snapshot_runs ORDER BY started_at, run_id");
  return rows.all().map(({ status }) => String(status));
}
