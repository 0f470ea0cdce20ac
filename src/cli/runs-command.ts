import type { Command } from "commander";
import { Failure } from "../failure/index.ts";
import type { Reader, RunDocument } from "../reader/index.ts";
import type { RunStatus } from "../sync/index.ts";
import { toEvidenceLines, toWholeReport } from "./evidence-lines.ts";
import { printListing, printRecord } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { toCountParser } from "./option-values.ts";
import { toPlanReport } from "./plan-lines.ts";
import { tableRowCount, withReader } from "./reading.ts";
import { toChangeLines, toNextLines, toReportLines } from "./report-lines.ts";

export function addRunCommands(program: Command, act: Act): void {
  program
    .command("runs")
    .description("The runs so far, the latest first")
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", runsExamples)
    .action(act(listRuns));
  program
    .command("run")
    .description("One run: its report and certificate; of one that is held back, the plan")
    .argument("<id>", "the run's id, `latest`, or `held` for the one that is held back")
    .option("--changes <count>", "Of a held plan, show so many changes", toCountParser(0, 100_000), 20)
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
  meter-sync run held --changes 500
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
  { changes: changeCount }: { readonly changes: number },
  [runId = ""]: readonly string[],
): Promise<number> {
  const { loadPlanFacts, loadRun } = await import("../reader/index.ts");
  await withReader(invocation, async (reader) => {
    const run = loadRun(reader, runId);
    if (run === undefined) throw new Failure("usage", toUnknown(runId));
    const { report, ...row } = run;
    const isComplete = typeof report === "object" && report !== null && "windows" in report;
    const changes = run.status === "held" ? await loadPlan(reader, run.run_id, changeCount) : null;
    const { output, format } = invocation;
    if (format !== "table") {
      const plan =
        changes === null ? {} : { first_changes: changes, plan: loadPlanFacts(reader, run.run_id) };
      return printRecord(output, format, { ...row, report, ...plan });
    }
    // A run that was killed has no report yet; its row is all there is.
    if (!isComplete) return printRecord(output, format, row);
    return output.write(await toRunLines(reader, run, changes, output.width));
  });
  return 0;
}

function toUnknown(runId: string): string {
  if (runId === "held") return "no run is held back: there is nothing to decide on";
  return `no run ${runId}: \`meter-sync runs\` lists those whose reports are kept (METER_SYNC_KEEP_RUNS)`;
}

/** What a held run would tell, the first so many changes of it. */
async function loadPlan(reader: Reader, runId: string, limit: number): Promise<readonly unknown[]> {
  const { loadPlannedEvents } = await import("../reader/index.ts");
  return loadPlannedEvents(reader, runId, limit).map((text) => JSON.parse(text) as unknown);
}

async function toRunLines(
  reader: Reader,
  run: RunDocument,
  changes: readonly unknown[] | null,
  width: number | undefined,
): Promise<string> {
  const { loadGroupNames, loadPlanFacts } = await import("../reader/index.ts");
  // A report is written before its run may be superseded or discarded; the row knows.
  const report = { ...toWholeReport(run.report), status: run.status as RunStatus };
  const names = loadGroupNames(reader);
  const evidence = toEvidenceLines(report, names, width);
  if (changes === null) return `${toReportLines(report)}${evidence}`;
  return [
    toPlanReport(report, loadPlanFacts(reader, run.run_id), [], names, width),
    evidence,
    toChangeLines(`The first ${changes.length} changes that it would tell`, changes, names, width),
    toNextLines(report),
  ].join("");
}
