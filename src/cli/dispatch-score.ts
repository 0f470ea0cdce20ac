import type { ScorePeriod, ScoreRow } from "../reader/index.ts";
import { formatInstant } from "../time/index.ts";
import { nameGroup } from "./change-words.ts";
import { printListing, type Row } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { withReader } from "./reading.ts";
import { toInstantMs, type When } from "./when.ts";

export type DispatchScoreOptions = { readonly by?: ScorePeriod; readonly since?: When };

const counts = [
  "counted",
  "agreed",
  "late",
  "drift",
  "unknown",
  "agreed_share",
  "meter_share",
  "worst_lead_time_hours",
  "not_counted",
] as const;
const columns = ["level", "period", "market_group_id", "market_group_name", ...counts] as const;

/** The command `dispatch score`: counts what was checked; it judges nothing anew. */
export async function runDispatchScore(
  invocation: Invocation,
  { by = "date", since }: DispatchScoreOptions,
): Promise<number> {
  const { loadDispatchScore } = await import("../reader/index.ts");
  await withReader(invocation, async (reader) => {
    const { output, format, clock } = invocation;
    const sinceDate =
      since === undefined ? null : formatInstant(toInstantMs(since, clock.now())).slice(0, 10);
    const rows = loadDispatchScore(reader, { by, sinceDate });
    await printListing(output, format, {
      columns,
      tableColumns: [by === "group" ? "group" : "period", "level", ...counts],
      rows: format === "table" ? rows.map(toTableRow) : rows,
      tableRowCountMax: rows.length,
      empty: "no dispatches were checked: `meter-sync dispatch check --search` does",
    });
  });
  return 0;
}

function toTableRow(row: ScoreRow): Row {
  const { market_group_id: id, market_group_name: name } = row;
  return {
    ...row,
    agreed_share: toPercent(row.agreed_share),
    meter_share: toPercent(row.meter_share),
    group: id === null ? null : nameGroup(id, name),
  };
}

/** Rounded down: 100 % means all of them. */
function toPercent(share: number | null): string | null {
  return share === null ? null : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
