import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import type { ExportCommandOptions } from "./run-export.ts";

export function addSnapshotCommands(program: Command, act: Act): void {
  const snapshot = program
    .command("snapshot")
    .description("The snapshot as a file for others to read")
    .addHelpText("after", groupExamples);
  snapshot
    .command("export")
    .description("Write a consistent, single-file copy for readers, in the place of the one before")
    .argument("<file>", "where to; the export that stands there is kept as FILE.1 (METER_SYNC_EXPORT_KEEP)")
    .option("--personal", "With the documents as Leap sent them, which may hold personal data")
    .addHelpText("after", examples)
    .action(
      act<ExportCommandOptions>(async (invocation, options, parameters) => {
        const { runExport } = await import("./run-export.ts");
        return runExport(invocation, options, parameters);
      }),
    );
}

const groupExamples = `
Examples:
  meter-sync snapshot export /srv/readers/meters.sqlite`;

const examples = `
A run may be under way: the export shows the last publication. Readers find the old one or the new one at
every moment, and can read it from a read-only mount or another machine. It is no backup: see docs/files.md.
METER_SYNC_EXPORT writes one after every publication.

Examples:
  meter-sync snapshot export /srv/readers/meters.sqlite
  meter-sync --database /srv/readers/meters.sqlite groups`;
