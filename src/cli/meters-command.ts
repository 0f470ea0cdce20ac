import type { Command } from "commander";
import type { MeterFilter } from "../reader/index.ts";
import { printListing } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { warnOfGoneBefore } from "./kept-events.ts";
import { parseWhenOption, toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";
import { toInstantMs, type When } from "./when.ts";

type MetersOptions = {
  readonly active?: boolean;
  readonly actionRequired?: boolean;
  readonly missing?: boolean;
  readonly archived?: boolean;
  readonly partnerReference?: string;
  readonly group?: string;
  readonly activeSince?: When;
  readonly limit?: number;
};

export function addMetersCommand(program: Command, act: Act): void {
  program
    .command("meters")
    .description("The portfolio as last published")
    .option("--active", "Only meters that can be dispatched")
    .option(
      "--active-since <when>",
      "Only meters that can be dispatched since then or later",
      parseWhenOption,
    )
    .option("--action-required", "Only meters that wait for something the partner must do")
    .option("--missing", "Only meters that Leap no longer knows")
    .option("--archived", "Only archived meters")
    .option("--partner-reference <reference>", "Only meters with this partner reference")
    .option("--group <id>", "Only meters in this market group on a trade date of the horizon")
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", metersExamples)
    .action(act(listMeters));
}

const metersExamples = `
WHEN is an instant, a day (its start), a duration back from now (24h, 7d), today or yesterday (their start).
Days are those of UTC. Meters that were active when the file was new became so before.

Examples:
  meter-sync meters --active-since 7d
  meter-sync meters --action-required
  meter-sync meters --group 6f1c… --format csv > members.csv
  meter-sync meters --partner-reference SITE-0001 --format json`;

const columns = [
  "meter_id",
  "partner_reference",
  "transmission_region",
  "meter_type",
  "tags",
  "enrollment_status",
  "dispatchable",
  "participation_preference",
  "action_required",
  "required_actions",
  "is_archived",
  "is_missing",
  "added_at",
  "last_changed_at",
] as const;

const tableColumns: readonly string[] = [
  "meter_id",
  "partner_reference",
  "transmission_region",
  "enrollment_status",
  "dispatchable",
  "action_required",
  "last_changed_at",
] as const;

async function listMeters(invocation: Invocation, options: MetersOptions): Promise<number> {
  const { loadBecameActive, loadEventsKept, loadMeters } = await import("../reader/index.ts");
  const { activeSince } = options;
  const sinceMs = activeSince === undefined ? undefined : toInstantMs(activeSince, invocation.clock.now());
  const isSince = sinceMs !== undefined;
  await withReader(invocation, async (reader) => {
    if (isSince) await warnOfGoneBefore(invocation, loadEventsKept(reader), sinceMs);
    const meters = loadMeters(reader, {
      ...toFilter(options),
      ...(isSince ? { activeSinceMs: sinceMs } : {}),
    });
    await printListing(invocation.output, invocation.format, {
      columns: isSince ? [...columns, "became_active_at"] : columns,
      tableColumns: isSince ? tableColumns.with(-1, "became_active_at") : tableColumns,
      rows: isSince ? loadBecameActive(reader, meters) : meters,
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no meters match",
    });
  });
  return 0;
}

function toFilter(options: MetersOptions): MeterFilter {
  return {
    ...(options.active === true ? { isActive: true } : {}),
    ...(options.actionRequired === true ? { isActionRequired: true } : {}),
    ...(options.missing === true ? { isMissing: true } : {}),
    ...(options.archived === true ? { isArchived: true } : {}),
    ...(options.partnerReference === undefined ? {} : { partnerReference: options.partnerReference }),
    ...(options.group === undefined ? {} : { marketGroupId: options.group.toLowerCase() }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  };
}
