import { type Command, Option } from "commander";
import type { Act } from "./invocation.ts";
import type { VolueReportOptions } from "./volue-report-run.ts";

export function addVolueReportCommand(parent: Command, act: Act): void {
  parent
    .command("report")
    .description("Send reports to Volue's Energy Coordination API, none of them twice")
    .option("--file <path>", "Reports from this file; none: from stdin")
    .addOption(
      new Option("--input <form>", "ndjson (JSON as well), or csv (where the file's name ends so)").choices([
        "ndjson",
        "csv",
      ]),
    )
    .option("--dry-run", "Check each report against its event at Volue, and send none")
    .option("--again", "Send another report of an event and kind that has one")
    .option("--allow-gaps", "Hours of the event may be left out")
    .option("--allow-negative", "Use may be less than 0: what a resource fed in")
    .option("--late", "Send what comes after the month's end, or after the event for acknowledgements")
    .addHelpText("after", examples)
    .action(
      act<VolueReportOptions>(async (invocation, options) => {
        const { runVolueReport } = await import("./volue-report-run.ts");
        return runVolueReport(invocation, options);
      }),
    );
}

const examples = `
A report says { "eventId": "…", "payloads": [ … ] }; payloads alone, each with its "eventId", become a report
an event and kind. CSV has a line a point, or a target: event_id,payload_type,resource_id,location_id,
meter_point_id,resolution,timestamp,kilowatt_hours,series,accepted. Timestamps carry an offset.

Each report is checked against its event, kept in the database, and sent once. Where nobody knows whether it
arrived it is uncertain, and not sent again until \`volue settle\` says what became of it.

Exit codes: 0 all are reported, 7 one is uncertain, 4 an answer that is not Volue's, 2 one fails the check, is
refused or withheld, or the client is refused, 3 one is not sent yet (run again), 5 another one is sending.

Examples:
  meter-sync volue report --file usage.ndjson --dry-run
  meter-sync volue report --file usage.csv
  fleet --usage | meter-sync volue report --allow-gaps`;
