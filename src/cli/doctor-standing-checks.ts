import { existsSync } from "node:fs";
import type { Config } from "../config/index.ts";
import { toDatabaseFailure } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { loadAcknowledgementStatus, loadStatus, openReader, type SnapshotStatus } from "../reader/index.ts";
import type { Clock } from "../time/index.ts";
import { toAcknowledgementView } from "./acknowledgement-view.ts";
import { toSweepGapMs } from "./doctor-schedule-checks.ts";
import { weighSink } from "./doctor-sink-checks.ts";
import { formatAge } from "./durations.ts";
import { type Finding, ok, warn } from "./finding.ts";
import { toSinkRows } from "./sink-rows.ts";
import { toAgeMs } from "./status-lines.ts";

/** One run that did not come is made up for by the next; what is older was left for longer. */
const gapsMax = 1.5;

export type Clocks = { readonly clock: Clock; readonly realClock: Clock };

/** What waits for somebody in a database that is there and can be read; all else other checks say. */
export function checkStanding(config: Config, { clock, realClock }: Clocks): readonly Finding[] {
  if (!existsSync(config.databasePath)) return [];
  try {
    const reader = openReader(config.databasePath, config);
    try {
      const nowMs = clock.now();
      const status = loadStatus(reader);
      const rows = toSinkRows(status.sinks, config, { nowMs, realNowMs: realClock.now() });
      const view = toAcknowledgementView(config, nowMs);
      const overdue =
        config.acknowledgedBy.length === 0 ? null : loadAcknowledgementStatus(reader, view).overdue;
      return [
        ...weighFreshness(status, toSweepGapMs(config, nowMs), nowMs),
        ...weighRuns(status, nowMs),
        ...rows.flatMap(weighSink),
        ...weighOverdue(overdue),
      ];
    } finally {
      reader.close();
    }
  } catch (error) {
    if (toDatabaseFailure(error, "cannot look at the database") instanceof Failure) return [];
    throw error;
  }
}

/** `gapMs` is the longest time between two sweeps, as far as METER_SYNC_CRON says. */
export function weighFreshness(
  { info }: Pick<SnapshotStatus, "info">,
  gapMs: number | null,
  nowMs: number,
): readonly Finding[] {
  const check = "freshness";
  const ageMs = toAgeMs(info?.published_at ?? null, nowMs);
  if (ageMs === null) return [warn(check, "nothing has been published yet: `meter-sync sync` does it")];
  if (gapMs === null || ageMs <= gapMs * gapsMax) {
    return [ok(check, `last published ${formatAge(Math.max(0, ageMs))} ago`)];
  }
  const message =
    `last published ${formatAge(ageMs)} ago, and by METER_SYNC_CRON a sweep is due every ` +
    `${formatAge(gapMs)}: \`meter-sync runs\` says what became of the last ones; is anything starting them?`;
  return [warn(check, message)];
}

/** A run that is held back, and the last one where it failed. */
export function weighRuns(
  { held_run: held, last_run: last }: Pick<SnapshotStatus, "held_run" | "last_run">,
  nowMs: number,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (held !== null) {
    const age = formatAge(Math.max(0, toAgeMs(held.finished_at ?? held.started_at, nowMs) ?? 0));
    const advice = "look at `meter-sync run held`, then release or discard it";
    findings.push(warn("held run", `${held.run_id} waits for a person since ${age}: ${advice}`));
  }
  if (last?.status === "failed") {
    const why = last.error === null ? "`meter-sync run latest` says why" : last.error;
    findings.push(warn("last run", `it failed at ${last.finished_at ?? last.started_at}: ${why}`));
  }
  return findings;
}

export function weighOverdue(overdue: number | null): readonly Finding[] {
  if (overdue === null) return [];
  if (overdue === 0) return [ok("remaps", "none is overdue")];
  const advice = "`meter-sync ack --list --state overdue` lists them; put them right and report them";
  return [warn("remaps", `${overdue} are not applied in time: ${advice}`)];
}
