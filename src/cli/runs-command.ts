import type { Command } from "commander";
import { Failure } from "../failure/index.ts";
import type { RunReport } from "../sync/index.ts";
import { printListing, printRecord } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";
import { toReportLines } from "./report-lines.ts";

export function addRunCommands(program: Command, act: Act): void {
  program
    .command("runs")
    .description("The runs so far, the latest first")
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", runsExamples)
    .action(act(listRuns));
  program
    .command("run")
    .description("One run: its report and certificate")
    .argument("<id>", "the run's id, or `latest`")
    .addHelpText("after", runExamples)
    .action(act(showRun));
}

const runsExamples = `
Examples:
  meter-sync runs --limit 5
  meter-sync runs --format ndjson`;

const runExamples = `
Examples:
  meter-sync run latest
  meter-sync run 5f0c7e1a-0d4e-4a5e-9d0c-2b8a6a0f7c55 --format json`;

const columns = [
  "run_id",
  "mode",
  "status",
  "started_at",
  "finished_at",
  "published_at",
  "is_certified",
  "meters_returned",
  "change_count",
  "error",
] as const;

const tableColumns = [
  "started_at",
  "status",
  "is_certified",
  "meters_returned",
  "change_count",
  "run_id",
] as const;

async function listRuns(invocation: Invocation, options: { readonly limit?: number }): Promise<number> {
  const { loadRuns } = await import("../reader/index.ts");
  await withReader(invocation, (reader) =>
    printListing(invocation.output, invocation.format, {
      columns,
      tableColumns,
      rows: loadRuns(reader, options.limit ?? -1),
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no run yet",
    }),
  );
  return 0;
}

async function showRun(
  invocation: Invocation,
  _options: unknown,
  [runId = ""]: readonly string[],
): Promise<number> {
  const { loadRun } = await import("../reader/index.ts");
  await withReader(invocation, async (reader) => {
    const run = loadRun(reader, runId);
    if (run === undefined) throw new Failure("usage", `no run ${runId}: \`meter-sync runs\` lists them`);
    const { report, ...row } = run;
    const isComplete = typeof report === "object" && report !== null && "windows" in report;
    const { output, format } = invocation;
    if (format !== "table") return printRecord(output, format, { ...row, report });
    // A run that was killed has no report yet; its row is all there is.
    if (!isComplete) return printRecord(output, format, row);
    // A report is written before its run may be superseded or discarded; the row knows.
    await output.write(
      toReportLines({ ...(report as RunReport), status: run.status as RunReport["status"] }),
    );
  });
  return 0;
}
