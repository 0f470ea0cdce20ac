import { createHash } from "node:crypto";
import { loadBeginning } from "../database/index.ts";
import { loadHeldRun, loadRuns, type Reader } from "../reader/index.ts";
import { loadExportFace } from "../snapshot/index.ts";
import { parseInstant } from "../time/index.ts";

/** What a report says of the snapshot it shows. */
export type ReportMark = { readonly publishedAtMs: number | null; readonly state: string };

const pattern = /^<!doctype html>\n<!-- meter-sync (\S+) ([0-9a-f]{64}) -->\n/;

/** What alone a report takes the place of. */
export const ours = { what: "report", isOurs: (beginning: string) => pattern.test(beginning) } as const;

/**
 * The page with a comment at its beginning. By it we know our own from any other page, and the next run sees
 * whether there is anything new to show.
 */
export function toMarked(html: string, publishedAt: string | null, state: string): string {
  const page = html.replace(/^<!doctype html>\s*/i, "");
  return `<!doctype html>\n<!-- meter-sync ${publishedAt ?? "unpublished"} ${state} -->\n${page}`;
}

/** The mark of the report at `path`; `null` where there is none. */
export function loadReportMark(path: string): ReportMark | null {
  const [, publishedAt = "", state] = pattern.exec(loadTop(path)) ?? [];
  return state === undefined ? null : { publishedAtMs: parseInstant(publishedAt) ?? null, state };
}

/** All that changes what a report shows, but for instants. A digest: a region may be called anything. */
export function loadReportState(reader: Reader): string {
  const { streamId, days, newest } = loadExportFace(reader.database);
  const held = loadHeldRun(reader)?.run_id ?? null;
  const [last] = loadRuns(reader, 1);
  return createHash("sha256")
    .update(JSON.stringify([streamId, days, newest, held, last?.status === "failed"]))
    .digest("hex");
}

/** What cannot be read is no report: writing it says why. */
function loadTop(path: string): string {
  try {
    return loadBeginning(path);
  } catch {
    return "";
  }
}
