import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { openSnapshot, type Snapshot } from "../../src/library/index.ts";
import { fillSmallDatabase, group, insert, meter } from "./small-database.ts";

export type LibraryWorld = {
  readonly folder: string;
  readonly path: string;
  /** The job's own connection. */
  readonly writer: Database;
  readonly open: () => Promise<Snapshot>;
  /** What a run tells last: the plain meter goes south, one more event, a later instant. */
  readonly publish: (sequence: number) => void;
};

export const laterMs = Date.UTC(2026, 9, 29, 6, 17);

/** A small database with the job's connection open beside whoever reads; gone when the test is over. */
export function openLibraryWorld(): LibraryWorld {
  const folder = mkdtempSync(join(tmpdir(), "library-"));
  const path = join(folder, "a.sqlite");
  fillSmallDatabase(path);
  const writer = openDatabase(path);
  onTestFinished(() => {
    writer.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = async () => {
    const snapshot = await openSnapshot(path);
    onTestFinished(() => snapshot.close());
    return snapshot;
  };
  return { folder, path, writer, open, publish: (sequence) => publish(writer, sequence) };
}

function publish(writer: Database, sequence: number): void {
  writer.execute("BEGIN IMMEDIATE");
  writer.prepare("UPDATE assignment SET market_group_id = ? WHERE meter_key = 1").run(group.south);
  writer.prepare("UPDATE stream SET last_sequence = ?, published_at_ms = ?").run(sequence, laterMs);
  tell(writer, sequence, { subject: meter.plain });
  writer.execute("COMMIT");
}

export function tell(writer: Database, sequence: number, data: Record<string, unknown>): void {
  insert(writer, "event", {
    sequence,
    id: `event-${sequence}`,
    type: "meter.group.remapped",
    subject: meter.plain,
    partitionkey: meter.plain,
    time_ms: laterMs,
    run_id: "run-2",
    event: JSON.stringify({ sequence: String(sequence).padStart(19, "0"), data }),
  });
}

/** The library as it is shipped, one file; below the checkout, whose migrations it looks for. */
export function buildLibrary(): string {
  const top = new URL("../..", import.meta.url).pathname;
  const bundle = join(top, "node_modules", ".cache", `reader-under-test-${process.pid}.js`);
  execFileSync("npm", ["run", "-s", "build:library", "--", `--outfile=${bundle}`], {
    cwd: top,
    stdio: "pipe",
  });
  onTestFinished(() => rmSync(bundle, { force: true }));
  return bundle;
}
