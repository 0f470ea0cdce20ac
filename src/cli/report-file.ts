import { type Config, toWrittenFiles } from "../config/index.ts";
import { type Placed, placeText } from "../database/index.ts";
import { loadReportFacts, type Reader } from "../reader/index.ts";
import { freshMsDefault, toReportHtml } from "../report/index.ts";
import { toAcknowledgementView } from "./acknowledgement-view.ts";
import { toSweepGapMs } from "./doctor-schedule-checks.ts";
import { loadReportState, ours, toMarked } from "./report-mark.ts";

export type MadeReport = { readonly text: string; readonly publishedAt: string | null };

/** As for an export without documents: it may be served to people. */
const mode = 0o644;

/** The report of what this reader sees, as a page. */
export function makeReport(reader: Reader, config: Config, nowMs: number): MadeReport {
  // Before the facts: what is published between the two is shown then, or not taken for shown.
  const state = loadReportState(reader);
  const facts = loadReportFacts(reader, toAcknowledgementView(config, nowMs));
  const publishedAt = facts.status.info?.published_at ?? null;
  return { text: toMarked(toReportHtml(facts, toFreshMs(config, nowMs)), publishedAt, state), publishedAt };
}

/** By METER_SYNC_CRON, where sweeps are further apart than a day; a run may take its time. */
function toFreshMs(config: Config, nowMs: number): number {
  return Math.max(freshMsDefault, (toSweepGapMs(config, nowMs) ?? 0) + runMs);
}

const runMs = 2 * 3_600_000;

/**
 * Puts the report of what this reader sees at `target`. Only an earlier report is ever replaced, or an empty
 * file. Throws a `Failure`; then what stood there still stands.
 */
export function saveReport(
  target: string,
  reader: Reader,
  config: Config,
  nowMs: number,
): Placed & Pick<MadeReport, "publishedAt"> {
  let publishedAt: string | null = null;
  const options = { ...ours, mode, databasePath: config.databasePath, taken: toWrittenFiles(config) };
  const placed = placeText(target, options, () => {
    const made = makeReport(reader, config, nowMs);
    publishedAt = made.publishedAt;
    return made.text;
  });
  return { ...placed, publishedAt };
}
