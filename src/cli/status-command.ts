import type { Command } from "commander";
import type { Config } from "../config/index.ts";
import type { Reader, SnapshotStatus } from "../reader/index.ts";
import { formatInstant } from "../time/index.ts";
import { toAcknowledgementView } from "./acknowledgement-view.ts";
import { formatAge } from "./durations.ts";
import { tell } from "./ending.ts";
import { printRecord } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { parseDurationOption } from "./option-values.ts";
import { toProofDate } from "./proof-date.ts";
import { withReader } from "./reading.ts";
import { toSinkRows } from "./sink-rows.ts";
import { describePollObstacle, type SinkStatus, toAgeMs, toStatusLines } from "./status-lines.ts";

type StatusOptions = { readonly freshWithin?: number };

export function addStatusCommand(program: Command, act: Act): void {
  program
    .command("status")
    .description(
      "How things stand: last run, freshness, a held run, what is undelivered, overdue or set aside",
    )
    .option(
      "--fresh-within <duration>",
      "Exit 3 where the last publication is older (26h, 90m)",
      parseDurationOption,
    )
    .addHelpText("after", examples)
    .action(act(showStatus));
}

const examples = `
Examples:
  meter-sync status
  meter-sync status --fresh-within 26h --quiet || echo "meters are stale"`;

async function showStatus(invocation: Invocation, options: StatusOptions): Promise<number> {
  const { loadStatus } = await import("../reader/index.ts");
  return withReader(invocation, async (reader, config) => {
    const status = loadStatus(reader);
    const sinkStatus = await loadSinkStatus(invocation, reader, config, status);
    const publishedAt = status.info?.published_at ?? null;
    const nowMs = invocation.clock.now();
    const ageMs = toAgeMs(publishedAt, nowMs);
    const isFresh = options.freshWithin === undefined ? null : ageMs !== null && ageMs <= options.freshWithin;
    const { output, format } = invocation;
    if (format === "table") await output.write(toStatusLines(status, config, nowMs, sinkStatus));
    else await printRecord(output, format, toStatusRecord(status, ageMs, isFresh, config, nowMs, sinkStatus));
    if (isFresh !== false) return 0;
    await tell(invocation.surroundings, toStaleLine(publishedAt, ageMs, options.freshWithin ?? 0), [], {
      kind: "environment",
    });
    return 3;
  });
}

async function loadSinkStatus(
  { clock, realClock }: Invocation,
  reader: Reader,
  config: Config,
  { sinks }: SnapshotStatus,
): Promise<SinkStatus> {
  const { loadAcknowledgementStatus, loadProofLook } = await import("../reader/index.ts");
  const nowMs = clock.now();
  const realNowMs = realClock.now();
  return {
    sinks: toSinkRows(sinks, config, { nowMs, realNowMs }),
    realNowMs,
    acknowledgement:
      config.acknowledgedBy.length === 0
        ? null
        : loadAcknowledgementStatus(reader, toAcknowledgementView(config, nowMs)),
    proof: loadProofLook(reader, toProofDate(nowMs)),
  };
}

function toStaleLine(publishedAt: string | null, ageMs: number | null, withinMs: number): string {
  const advice = "`meter-sync runs` says what became of the last runs, `meter-sync sync` publishes";
  if (publishedAt === null || ageMs === null) return `stale: nothing has been published yet; ${advice}`;
  const asked = `asked for within ${formatAge(withinMs)}`;
  return `stale: last published at ${publishedAt}, ${formatAge(ageMs)} ago, ${asked}; ${advice}`;
}

function toStatusRecord(
  status: SnapshotStatus,
  ageMs: number | null,
  isFresh: boolean | null,
  config: Config,
  nowMs: number,
  { sinks, acknowledgement, proof }: SinkStatus,
) {
  return {
    database: config.databasePath,
    as_of: formatInstant(nowMs),
    ...(status.info ?? {}),
    published_at: status.info?.published_at ?? null,
    age_seconds: toSeconds(ageMs),
    is_fresh: isFresh,
    meters: status.counts,
    last_run: status.last_run,
    held_run:
      status.held_run === null
        ? null
        : { ...status.held_run, age_seconds: toSeconds(toAgeMs(status.held_run.finished_at, nowMs)) },
    last_sweep: status.last_sweep,
    last_poll: status.last_poll,
    polls: { ...status.polls, swept_instead_because: describePollObstacle(status, config) },
    undelivered: sinks.reduce((sum, sink) => sum + sink.undelivered, 0),
    set_aside: sinks.reduce((sum, sink) => sum + sink.set_aside, 0),
    unacknowledged: acknowledgement === null ? null : acknowledgement.told + acknowledgement.delivered,
    overdue: acknowledgement?.overdue ?? null,
    sinks,
    acknowledgement,
    dispatches: { since: toProofDate(nowMs), ...proof.dispatches },
    uncertain_reports: proof.uncertainReports,
  };
}

function toSeconds(ageMs: number | null): number | null {
  return ageMs === null ? null : Math.round(ageMs / 1000);
}
