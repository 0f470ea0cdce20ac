import { existsSync } from "node:fs";
import type { Config } from "../config/index.ts";
import {
  type Readiness,
  type Route,
  toAcknowledgementRoute,
  toHealthRoute,
  toMetricsRoute,
  toReadinessRoute,
} from "../endpoint/index.ts";
import { Failure } from "../failure/index.ts";
import type { Logger } from "../log/index.ts";
import { loadHeldRun, loadInfo, loadRuns, openReader } from "../reader/index.ts";
import type { JobFacts } from "../schedule/index.ts";
import type { Clock } from "../time/index.ts";
import { acceptReports } from "./accept-reports.ts";
import { loadMetricsText } from "./metrics-text.ts";
import { toAgeMs } from "./status-lines.ts";

export type Serving = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly jobs: () => readonly JobFacts[];
  /** Whether we were told to end. */
  readonly isStopping: () => boolean;
};

/** Everything that `schedule` serves. */
export function toRoutes(config: Config, serving: Serving): readonly Route[] {
  const { ackToken: token } = config;
  const { clock, logger, jobs } = serving;
  const routes = [
    toHealthRoute(),
    toReadinessRoute(async () => loadReadiness(config, serving)),
    toMetricsRoute(() => loadMetricsText(config, { nowMs: clock.now(), jobs: jobs() })),
  ];
  if (token === null) return routes;
  const accept = (text: string) => acceptReports(text, config, { logger, clock });
  return [...routes, toAcknowledgementRoute({ token, accept })];
}

const untold = { published_at: null, age_seconds: null, last_run: null, is_held: null };

/**
 * Ready is who can take what others send. Data that is old does not count: whoever takes acknowledgements is
 * needed then as well.
 */
function loadReadiness(config: Config, { clock, isStopping }: Serving): Readiness {
  try {
    if (!existsSync(config.databasePath)) {
      return { reason: "there is no database yet: the first sync makes it", facts: untold };
    }
    const facts = loadFacts(config, clock.now());
    return { reason: isStopping() ? "meter-sync is about to end" : null, facts };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { reason: error.message, facts: untold };
  }
}

function loadFacts(config: Config, nowMs: number): Readiness["facts"] {
  const reader = openReader(config.databasePath, config);
  try {
    const [lastRun] = loadRuns(reader, 1);
    const publishedAt = loadInfo(reader)?.published_at ?? null;
    const ageMs = toAgeMs(publishedAt, nowMs);
    return {
      published_at: publishedAt,
      age_seconds: ageMs === null ? null : Math.round(ageMs / 1000),
      last_run: lastRun === undefined ? null : toLastRun(lastRun),
      is_held: loadHeldRun(reader) !== null,
    };
  } finally {
    reader.close();
  }
}

/** What it found is nothing for whoever may ask here. */
function toLastRun({ mode, status, started_at, finished_at }: Readonly<Record<string, unknown>>) {
  return { mode, status, started_at, finished_at };
}
