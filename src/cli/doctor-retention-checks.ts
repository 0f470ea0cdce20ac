import { existsSync } from "node:fs";
import type { Config } from "../config/index.ts";
import { type Database, openDatabaseReadOnly, toDatabaseFailure } from "../database/index.ts";
import { loadSinkStates, type SinkState, toReader } from "../reader/index.ts";
import { loadEventBacklog, planRetention } from "../retention/index.ts";
import { formatInstant } from "../time/index.ts";
import { type Finding, ok, toFinding, warn } from "./finding.ts";
import { count } from "./report-lines.ts";

const check = "retention";

/** Old events go with the next published sweep, or with one of those after it. */
const graceMs = 3 * 86_400_000;

/** What keeps the file from levelling off: sinks given up and not forgotten, and what waits for somebody. */
export function checkRetention(config: Config, nowMs: number): readonly Finding[] {
  if (!existsSync(config.databasePath)) return [];
  try {
    const database = openDatabaseReadOnly(config.databasePath, config);
    try {
      const findings = [...checkLostSinks(database, config), ...checkBacklog(database, config, nowMs)];
      return findings.length > 0 ? findings : [ok(check, describeKeep(config))];
    } finally {
      database.close();
    }
  } catch (error) {
    return [toFinding(check, toDatabaseFailure(error, `cannot look at ${config.databasePath}`))];
  }
}

/** A sink that is not configured any more gets nothing, and everything is kept for it. */
function checkLostSinks(database: Database, { sinks }: Config): Finding[] {
  const configured = new Set(sinks.map(({ name }) => name));
  return loadSinkStates(toReader(database))
    .filter(({ name }) => !configured.has(name))
    .map((sink) => warn(check, describeLost(sink)));
}

function describeLost({ name, undelivered, set_aside: setAside }: SinkState): string {
  const events = `${count(undelivered, "undelivered event")} and ${count(setAside, "dead letter")}`;
  return (
    `${name} is not among METER_SYNC_SINKS any more, and all it has not got is kept for it, by now ` +
    `${events}: configure it again, or \`meter-sync forget ${name}\``
  );
}

function checkBacklog(database: Database, { keep }: Config, nowMs: number): Finding[] {
  const { eventsBeforeMs } = planRetention(keep, nowMs - graceMs);
  if (eventsBeforeMs === null) return [];
  const { sinks, unacknowledged, total, oldestAtMs } = loadEventBacklog(database, eventsBeforeMs);
  const reasons = [
    ...sinks.map((each) => `${each.sink} has not taken ${count(each.count, "event")}`),
    ...(unacknowledged === 0 ? [] : [`${count(unacknowledged, "remap")} nobody reported applied`]),
  ];
  if (reasons.length === 0 || oldestAtMs === null) return [];
  return [
    warn(
      check,
      `${count(total, "change event")} older than METER_SYNC_KEEP_EVENTS, the first of ` +
        `${formatInstant(oldestAtMs)}, cannot go: ${reasons.join("; ")}; look at ` +
        "`meter-sync sinks`, and at `meter-sync ack --list`",
    ),
  ];
}

function describeKeep({ keep }: Config): string {
  const days = (ms: number | null) => (ms === null ? "for good" : `${Math.round(ms / 86_400_000)} days`);
  return (
    `events stay ${days(keep.eventsMs)}, earlier versions of meters ${days(keep.revisionsMs)}, the ` +
    `history of groups ${days(keep.historyMs)}, run reports ${days(keep.runsMs)}`
  );
}
