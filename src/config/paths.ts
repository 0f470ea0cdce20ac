import type { Config, SinkConfig } from "./config.ts";

/** `undefined` where it could not be read, which is told already; `null` where it is off. */
type WrittenPaths = {
  readonly databasePath: string | undefined;
  readonly exportPath: string | null | undefined;
  readonly metricsPath: string | null | undefined;
  readonly reportPath: string | null | undefined;
};

/** What stands beside a database or an export, by what its name ends in. */
const besides = /^(?:-wal|-shm|-journal|(?:\.deliver|\.metrics|\.volue)?\.lock|\.told(?:\.new)?|\.\d{1,2})?$/;

/** What writes to the database's own file, or two things to one file, would destroy it. */
export function checkPaths(
  written: WrittenPaths,
  { sinks, mayReadExport }: { readonly sinks: readonly SinkConfig[]; readonly mayReadExport: boolean },
  problems: string[],
): void {
  const { databasePath, exportPath, metricsPath } = written;
  if (isPath(exportPath) && exportPath === databasePath && !mayReadExport) {
    problems.push("METER_SYNC_EXPORT names the database itself; it accepts off, or the path of another file");
  }
  if (isPath(metricsPath) && (metricsPath === databasePath || metricsPath === exportPath)) {
    problems.push(
      "METER_SYNC_METRICS_FILE names the file of the database or of the export; it accepts another path",
    );
  }
  for (const sink of sinks) {
    if (sink.kind !== "file" || ![databasePath, exportPath, metricsPath].includes(sink.path)) continue;
    problems.push(
      "METER_SYNC_SINKS names the file of database, export or metrics; file: accepts another path",
    );
  }
  checkReportPath(written, sinks, problems);
}

/** The files that a job writes beside its database and its report, each with the variable that names it. */
export function toWrittenFiles({
  exportPath,
  metricsPath,
  sinks,
}: Pick<Config, "exportPath" | "metricsPath" | "sinks">): { readonly path: string; readonly by: string }[] {
  const exported = exportPath === null ? [] : [exportPath, `${exportPath}.lock`];
  return [
    ...exported.map((path) => ({ path, by: "METER_SYNC_EXPORT" })),
    ...(metricsPath === null ? [] : [{ path: metricsPath, by: "METER_SYNC_METRICS_FILE" }]),
    ...sinks.flatMap((sink) => (sink.kind === "file" ? [{ path: sink.path, by: "METER_SYNC_SINKS" }] : [])),
  ];
}

function checkReportPath(
  { databasePath, exportPath, metricsPath, reportPath }: WrittenPaths,
  sinks: readonly SinkConfig[],
  problems: string[],
): void {
  if (!isPath(reportPath)) return;
  const isBeside = (path: string) =>
    reportPath.startsWith(path) && besides.test(reportPath.slice(path.length));
  const others = [metricsPath, ...sinks.map((sink) => (sink.kind === "file" ? sink.path : null))];
  if (![databasePath, exportPath].filter(isPath).some(isBeside) && !others.includes(reportPath)) return;
  problems.push(
    "METER_SYNC_REPORT names the file of database, export, metrics or a sink, or one that is beside it; " +
      "it accepts off, or the path of a file of its own",
  );
}

function isPath(path: string | null | undefined): path is string {
  return typeof path === "string";
}
