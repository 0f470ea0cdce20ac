import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import type { ReportCommandOptions } from "./run-report.ts";

export function addReportCommand(program: Command, act: Act): void {
  program
    .command("report")
    .description("The report for people: one HTML file of freshness, enrollment, groups, remaps and runs")
    .option("--out <file>", "Where to: replaced at once where a report stands there; - for stdout")
    .addHelpText("after", examples)
    .action(
      act<ReportCommandOptions>(async (invocation, options) => {
        const { runReport } = await import("./run-report.ts");
        return runReport(invocation, options);
      }),
    );
}

const examples = `
A browser shows the file as it is: it asks the network for nothing. A run may be under way: the report shows
the last publication. METER_SYNC_REPORT writes one after every publication.

Examples:
  meter-sync report --out report.html
  meter-sync report > report.html
  meter-sync report --database /srv/readers/meters.sqlite --out /srv/www/meters.html`;
