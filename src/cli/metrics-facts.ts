import type { Config } from "../config/index.ts";
import type { DatabaseFacts, EndedRun, KeptMetrics, PortfolioCounts } from "../metrics/index.ts";
import {
  type DatabaseLook,
  type EndedRunLook,
  loadDatabaseLook,
  loadProofLook,
  loadRemapLook,
  loadSinkLooks,
  type Reader,
} from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { toAcknowledgementView } from "./acknowledgement-view.ts";
import { countPortfolio } from "./portfolio-counts.ts";
import { toProofDate } from "./proof-date.ts";

/** What the database says, as of one publication. */
export async function loadDatabaseFacts(
  reader: Reader,
  config: Config,
  nowMs: number,
  kept: KeptMetrics | null,
): Promise<DatabaseFacts> {
  const look = loadDatabaseLook(reader);
  const { acknowledgedBy } = config;
  const configured = new Set(config.sinks.map(({ name }) => name));
  return {
    ...look,
    endedRuns: look.endedRuns.map(toEndedRun),
    sinks: loadSinkLooks(reader).map((sink) => ({ ...sink, isConfigured: configured.has(sink.name) })),
    remaps:
      acknowledgedBy.length === 0
        ? null
        : loadRemapLook(reader, acknowledgedBy, toAcknowledgementView(config, nowMs)),
    polls: {
      cursorMs: toMs(look.polls.cursor),
      auditedAtMs: toMs(look.polls.auditedAt),
      trustPercent: look.polls.trustPercent,
    },
    portfolio: await loadPortfolio(reader, look, kept),
    proof: loadProofLook(reader, toProofDate(nowMs)),
  };
}

/** Kept counts are true until something else is published. */
async function loadPortfolio(
  reader: Reader,
  { streamId, publicationCount, publishedAtMs }: DatabaseLook,
  kept: KeptMetrics | null,
): Promise<PortfolioCounts> {
  const { publication, portfolio } = kept ?? { publication: null, portfolio: null };
  const isKept = publication?.count === publicationCount && publication.atMs === publishedAtMs;
  if (isKept && portfolio !== null) return portfolio;
  const key = [reader.database.path, streamId, publicationCount, publishedAtMs].join(" ");
  return countPortfolio(reader, key);
}

/** What a report says of a run; those of failed runs, and of earlier releases, say less. */
function toEndedRun({ report, ...run }: EndedRunLook): EndedRun {
  const traffic = toCounts(report.traffic);
  const { requests, retries, throttled, bytes } = traffic;
  const isTold = [requests, retries, throttled, bytes].every((count) => count !== undefined);
  return {
    ...run,
    exitCode: toCount(report.exit_code),
    meters: toCounts(report.meters),
    absence: toCounts(report.absence),
    changes: report.changes === undefined ? null : toCounts(report.changes),
    windows: toCount((report.windows as { readonly total?: unknown } | undefined)?.total),
    pages: toCount(report.pages),
    traffic: isTold ? (traffic as EndedRun["traffic"]) : null,
  };
}

function toCounts(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value);
  return Object.fromEntries(entries.filter(([, count]) => typeof count === "number"));
}

function toCount(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function toMs(instant: string | null): number | null {
  return instant === null ? null : (parseInstant(instant) ?? null);
}
