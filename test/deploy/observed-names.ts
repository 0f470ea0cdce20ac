import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadMetricsText } from "../../src/cli/metrics-text.ts";
import { fillRichDatabase, hoursLater, richJobs, toRichConfig } from "../integration/metrics-database.ts";
import { parseExposition } from "../support/prometheus-parser.ts";

export const top = join(import.meta.dirname, "..", "..");

export function readProjectFile(path: string): string {
  return readFileSync(join(top, path), "utf8");
}

/** What the program says of a database in which there is something of everything. */
export async function loadRichText(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "observed-names-"));
  try {
    const path = join(folder, "rich.sqlite");
    fillRichDatabase(path);
    return await loadMetricsText(toRichConfig(path), { nowMs: hoursLater(30), jobs: richJobs });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every metric the program has, with the names of its labels. */
export function toObservedNames(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const parsed = parseExposition(text);
  return new Map(
    [...parsed].map(([name, { samples }]) => [
      name,
      new Set(samples.flatMap(({ labels }) => Object.keys(labels))),
    ]),
  );
}

/** The metrics of ours that a text names. */
export function findMetricNames(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\bmeter_sync_[a-z0-9_]+\b/g)].map(([name]) => name))].sort();
}

/** Why promtool cannot be asked; null where it can. */
export const promtoolMissing =
  spawnSync("promtool", ["--version"]).status === 0 ? null : "promtool (Debian: prometheus) is not here";

/** What promtool says of a file, or of what it is given; empty where it has nothing to say against it. */
export function askPromtool(arguments_: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync("promtool", arguments_, { input, encoding: "utf8" });
  return status === 0 ? "" : `${status}: ${stdout}${stderr}`;
}

/** Whether promtool takes these as expressions, each by itself. */
export function checkExpressions(expressions: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "expressions-"));
  try {
    const path = join(folder, "expressions.json");
    const rules = expressions.map((expr, index) => ({ record: `expression:${index}`, expr }));
    // JSON is YAML, too.
    writeFileSync(path, JSON.stringify({ groups: [{ name: "expressions", rules }] }));
    return askPromtool(["check", "rules", path]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
