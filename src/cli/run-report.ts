import { resolve } from "node:path";
import { Failure } from "../failure/index.ts";
import { printRecord } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { withReader } from "./reading.ts";
import { makeReport, saveReport } from "./report-file.ts";

export type ReportCommandOptions = { readonly out?: string };

/** The command `report`: what is published, as a page for people. */
export async function runReport(invocation: Invocation, { out }: ReportCommandOptions): Promise<number> {
  const { output, format, formatAsked, clock, surroundings } = invocation;
  const isToStdout = out === undefined || out === "-";
  if (isToStdout) assertTakesPage(output.isTerminal, formatAsked !== null);
  return withReader(invocation, async (reader, config) => {
    if (isToStdout) await output.write(makeReport(reader, config, clock.now()).text);
    else {
      const saved = saveReport(resolve(surroundings.cwd, out), reader, config, clock.now());
      const { path, bytes, publishedAt } = saved;
      await printRecord(output, format, { path, bytes, published_at: publishedAt });
    }
    return 0;
  });
}

function assertTakesPage(isTerminal: boolean, isFormatAsked: boolean): void {
  if (isTerminal) {
    throw new Failure(
      "usage",
      "the report is a page for a browser, not for a terminal: name a file, as in `--out report.html`",
    );
  }
  if (!isFormatAsked) return;
  throw new Failure(
    "usage",
    "the report itself is HTML: leave --format out, or name a file with --out, and what is printed of it " +
      "has that format",
  );
}
