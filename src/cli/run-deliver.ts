import { randomUUID } from "node:crypto";
import type { Config } from "../config/index.ts";
import { type ReplayFilter, registerSinks, replayEvents, type Sink } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import { deliverLocked, openSinksOf, toPassExit } from "./delivering.ts";
import { toDeliveryLines, toOverdueLines, toReplayLines } from "./delivery-lines.ts";
import { assertSinks, type DeliverySession, withDeliverySession } from "./delivery-session.ts";
import { printRecord, type Row } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { assertReplayable, warnOfGoneSince, warnOfLateStarts } from "./kept-events.ts";
import { withNoticeOnceIn } from "./noticing.ts";
import { toSinkName } from "./sink-rows.ts";
import { withMark } from "./stream-mark.ts";
import { toInstantMs, type When } from "./when.ts";

export type DeliverOptions = Omit<ReplayOptions, "since" | "until"> & {
  readonly since?: When;
  readonly until?: When;
};

type ReplayOptions = {
  readonly replay?: boolean;
  readonly from?: number;
  readonly to?: number;
  /** Epoch milliseconds. */
  readonly since?: number;
  readonly until?: number;
  readonly type?: readonly string[];
  readonly group?: string;
  readonly sink?: readonly string[];
};

/** The command `deliver`: what is due; or, with `--replay`, what was delivered before. */
export async function runDeliver(invocation: Invocation, options: DeliverOptions): Promise<number> {
  const filter = toReplayFilter(toReplayOptions(options, invocation.clock.now()));
  const config = await invocation.loadConfig();
  assertSinks(config);
  if (filter === null) {
    return withNoticeOnceIn(invocation, config, "deliver", (notice) =>
      withDeliverySession(invocation, config, { isPatient: false }, (session) =>
        notice(() => deliverAndPrint(invocation, session)),
      ),
    );
  }
  const names = toReplayNames(config, options);
  return withDeliverySession(invocation, config, { isPatient: true }, (session) =>
    replayAndPrint(invocation, session, filter, names),
  );
}

/**
 * Delivers what is due to every configured sink and prints what came of it, behind what was done before.
 * Gives the exit code.
 */
export async function deliverAndPrint(
  invocation: Invocation,
  session: DeliverySession,
  before: { readonly record: Row; readonly words: string } = { record: {}, words: "" },
): Promise<number> {
  const { config, database, logger, signal } = session;
  const { output, format } = invocation;
  return withSinks(invocation, config, async (sinks) => {
    warnOfLateStarts(database, sinks, logger);
    registerSinks(database, sinks, invocation.realClock.now());
    const pass = await deliverLocked(invocation, { ...session, sinks });
    const { delivery, acknowledgement } = pass;
    const record = { ...before.record, ...delivery, acknowledgement };
    if (isStdoutTaken(config)) logger.info({ delivery: record }, "delivery report");
    else if (format === "table" && delivery !== null) {
      const lines = toDeliveryLines(delivery, config.backlogCountMax);
      await output.write(
        `${before.words}${before.words === "" ? lines.trimStart() : lines}${toOverdueLines(acknowledgement)}`,
      );
    } else await printRecord(output, format, record);
    if (signal.aborted) throw signal.reason;
    return toPassExit(pass);
  });
}

async function replayAndPrint(
  invocation: Invocation,
  session: DeliverySession,
  filter: ReplayFilter,
  names: readonly string[],
): Promise<number> {
  const { config, database, logger, signal } = session;
  const { output, format, realClock } = invocation;
  const kept = assertReplayable(database, filter, logger);
  const narrowed = { ...config, sinks: config.sinks.filter(({ name }) => names.includes(name)) };
  return withSinks(invocation, narrowed, async (sinks) => {
    warnOfLateStarts(database, sinks, logger);
    registerSinks(database, sinks, realClock.now());
    const marked = withMark(database, sinks, randomUUID);
    const report = await replayEvents(database, marked, filter, {
      signal,
      clock: realClock,
      random: Math.random,
    });
    warnOfGoneSince(database, kept, filter, logger);
    for (const { sink, message, next_sequence: next } of report.failures) {
      logger.error({ sink, next_sequence: next }, `${message}; go on with --from ${next} --sink ${sink}`);
    }
    if (isStdoutTaken(narrowed)) logger.info({ replay: report }, "replay report");
    else if (format === "table") await output.write(toReplayLines(report));
    else await printRecord(output, format, report);
    if (signal.aborted) throw signal.reason;
    return report.failures.length > 0 ? 3 : 0;
  });
}

async function withSinks(
  invocation: Invocation,
  config: Config,
  body: (sinks: readonly Sink[]) => Promise<number>,
): Promise<number> {
  const sinks = openSinksOf(invocation, config);
  try {
    return await body(sinks);
  } finally {
    for (const sink of sinks) sink.close();
  }
}

/** With the stdout sink on, stdout carries change events only. */
function isStdoutTaken(config: Config): boolean {
  return config.sinks.some((sink) => sink.kind === "stdout");
}

/**
 * What is to be sent again, or `null` for a usual delivery. Throws a `Failure` for options that do not fit.
 */
export function toReplayFilter(options: ReplayOptions): ReplayFilter | null {
  const { replay, from, to, since, until, type, group, sink } = options;
  const filter: ReplayFilter = {
    ...(from === undefined ? {} : { fromSequence: from }),
    ...(to === undefined ? {} : { toSequence: to }),
    ...(since === undefined ? {} : { sinceMs: since }),
    ...(until === undefined ? {} : { untilMs: until }),
    ...(type === undefined ? {} : { types: type }),
    ...(group === undefined ? {} : { marketGroupId: group.toLowerCase() }),
  };
  const isNarrowed = Object.keys(filter).length > 0;
  if (replay !== true) {
    if (!isNarrowed && sink === undefined) return null;
    throw new Failure(
      "usage",
      "--from, --to, --since, --until, --type, --group and --sink narrow a replay: give --replay with them",
    );
  }
  if (isNarrowed) return filter;
  throw new Failure(
    "usage",
    "--replay takes at least one of --from, --to, --since, --until, --type and --group; " +
      "`--from 1` is everything",
  );
}

function toReplayOptions({ since, until, ...options }: DeliverOptions, nowMs: number): ReplayOptions {
  return {
    ...options,
    ...(since === undefined ? {} : { since: toInstantMs(since, nowMs) }),
    ...(until === undefined ? {} : { until: toInstantMs(until, nowMs) }),
  };
}

function toReplayNames({ sinks }: Config, { sink }: DeliverOptions): readonly string[] {
  const names = sinks.map(({ name }) => name);
  return sink === undefined ? names : sink.map((asked) => toSinkName(asked, names));
}
