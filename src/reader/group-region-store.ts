import type { Reader } from "./reader.ts";

/**
 * The transmission regions of a group's members, sorted: of those it has in the horizon, or of all it ever
 * had. None for a group that has, or had, no member.
 */
export function loadGroupRegions(reader: Reader, marketGroupId: string, isEver: boolean): readonly string[] {
  const members = isEver
    ? "snapshot_assignment_history JOIN snapshot_meters USING (meter_id)"
    : "snapshot_group_members";
  return reader.database
    .prepare(`SELECT DISTINCT transmission_region FROM ${members} WHERE market_group_id = ? ORDER BY 1`)
    .all(marketGroupId.toLowerCase())
    .map((row) => String(row.transmission_region));
}
