import type { Command } from "commander";
import { Failure } from "../failure/index.ts";
import type { EventRow, MeterFilter, Reader } from "../reader/index.ts";
import { describeChange } from "./change-words.ts";
import { printListing, printRecord, type Row, toFactLines, toTable } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";

type MetersOptions = {
  readonly active?: boolean;
  readonly actionRequired?: boolean;
  readonly missing?: boolean;
  readonly archived?: boolean;
  readonly partnerReference?: string;
  readonly group?: string;
  readonly limit?: number;
};

export function addMeterCommands(program: Command, act: Act): void {
  program
    .command("meters")
    .description("The portfolio as last published")
    .option("--active", "Only meters that can be dispatched")
    .option("--action-required", "Only meters that wait for something the partner must do")
    .option("--missing", "Only meters that Leap no longer knows")
    .option("--archived", "Only archived meters")
    .option("--partner-reference <reference>", "Only meters with this partner reference")
    .option("--group <id>", "Only meters in this market group on a trade date of the horizon")
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", metersExamples)
    .action(act(listMeters));
  program
    .command("meter")
    .description("One meter: its state, its groups, and what happened to it")
    .argument("<id>", "the meter's id")
    .addHelpText("after", meterExamples)
    .action(act(showMeter));
}

const metersExamples = `
Examples:
  meter-sync meters --action-required
  meter-sync meters --group 6f1c… --format csv > members.csv
  meter-sync meters --partner-reference SITE-0001 --format json`;

const meterExamples = `
Examples:
  meter-sync meter 0b7e4c1e-8a55-4c39-9a37-0f6f6b1c2d3e
  meter-sync meter 0b7e4c1e-8a55-4c39-9a37-0f6f6b1c2d3e --format json | jq .document`;

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

const tableColumns = [
  "meter_id",
  "partner_reference",
  "transmission_region",
  "enrollment_status",
  "dispatchable",
  "action_required",
  "last_changed_at",
] as const;

async function listMeters(invocation: Invocation, options: MetersOptions): Promise<number> {
  const { loadMeters } = await import("../reader/index.ts");
  await withReader(invocation, (reader) =>
    printListing(invocation.output, invocation.format, {
      columns,
      tableColumns,
      rows: loadMeters(reader, toFilter(options)),
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no meters match",
    }),
  );
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

const timeLineLengthMax = 500;

async function showMeter(invocation: Invocation, _options: unknown, [meterId = ""]: readonly string[]) {
  const { loadMeter, loadMeterGroups, loadMeterHistory, loadMeterTimeLine } = await import(
    "../reader/index.ts"
  );
  await withReader(invocation, async (reader: Reader) => {
    const meter = loadMeter(reader, meterId);
    if (meter === undefined) {
      throw new Failure(
        "usage",
        `no meter ${meterId} in the snapshot: \`meter-sync meters --partner-reference …\` may find it`,
      );
    }
    const groups = [...loadMeterGroups(reader, meterId)].map(
      ({ trade_date, market_group_id, market_group_name, program }) =>
        ({ trade_date, program, market_group_id, market_group_name }) as const,
    );
    const history = [...loadMeterHistory(reader, meterId)];
    const events = [...loadMeterTimeLine(reader, meterId, timeLineLengthMax)];
    const { output, format } = invocation;
    if (format !== "table") {
      const told = events.map((row) => JSON.parse(row.event) as unknown);
      return printRecord(output, format, { ...meter, groups, assignment_history: history, events: told });
    }
    const { document: _document, required_actions: actions, ...facts } = meter;
    await output.write(toFactLines(facts));
    await output.write(toSection("Groups by trade date", groups, "none in the horizon"));
    if (actions.length > 0) await output.write(toSection("Required actions", actions, ""));
    await output.write(toSection("Assignments, and when they were known", history, "none yet"));
    await output.write(toTimeLine(events, toNames(groups)));
  });
  return 0;
}

function toSection(title: string, rows: readonly Row[], empty: string): string {
  const [first] = rows;
  return `\n${title}\n${first === undefined ? `${empty}\n` : toTable(Object.keys(first), rows)}`;
}

/** The groups it is in now have names; those it has left show by their ids. */
function toNames(groups: readonly { market_group_id: string; market_group_name: string | null }[]) {
  return new Map(
    groups.map((group) => [group.market_group_id, group.market_group_name ?? group.market_group_id]),
  );
}

function toTimeLine(events: readonly EventRow[], names: ReadonlyMap<string, string>): string {
  const rows = events.map((row) => ({
    time: row.time,
    sequence: row.sequence,
    what: describeChange(JSON.parse(row.event), names),
  }));
  return toSection("What happened", rows, "nothing has been told about it since the first publication");
}
