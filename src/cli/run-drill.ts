import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Config } from "../config/index.ts";
import { compareEcho, type DrillBody, planDrill } from "../dispatch/index.ts";
import { exitCode, Failure } from "../failure/index.ts";
import {
  type DispatchClientOptions,
  readReceiver,
  sendIntegrationTest,
  toIntegrationTestUrl,
} from "../leap/index.ts";
import { formatInstant } from "../time/index.ts";
import { loadDrillGroups } from "./drill-groups.ts";
import { type Drilled, type Planned, toDrillRecord, toPlanLines, toReportText } from "./drill-lines.ts";
import { askWhether, isAskable } from "./drill-question.ts";
import { hideSecrets } from "./drill-secrets.ts";
import { readSlots } from "./drill-slots.ts";
import { printRecord, toJson } from "./formats.ts";
import { assertRehearsable, type Invocation } from "./invocation.ts";
import { toLeapClientOptions } from "./leap-options.ts";
import { withReader } from "./reading.ts";
import { requireCredentials } from "./run-sync-command.ts";
import { openStop } from "./stop.ts";
import type { AskedDate } from "./trade-date.ts";

/** A time of day in each group's own zone, or an instant. */
export type DrillStart = { readonly timeOfDay: string } | { readonly instantMs: number };

export type DrillOptions = {
  readonly group?: readonly string[];
  readonly all?: boolean;
  readonly tradeDate?: AskedDate;
  readonly start?: DrillStart;
  /** Milliseconds. */
  readonly duration?: number;
  readonly timeslots?: number;
  readonly energyKw?: number;
  readonly nominationKw?: number;
  readonly cap?: string;
  readonly priority?: number;
  readonly voluntary?: boolean;
  readonly cancelled?: boolean;
  readonly type?: readonly string[];
  readonly program?: readonly string[];
  readonly slots?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
};

const stoppedBefore = "stopped: nothing was sent";
const stoppedAmid = "stopped while the test notification was under way: Leap may send it all the same";
const unanswered = 3;

/** The command `dispatch drill`: plan, show, ask, send once, report. */
export async function runDrill(invocation: Invocation, options: DrillOptions): Promise<number> {
  const config = await invocation.loadConfig();
  assertRehearsable(config, invocation.nowMs);
  const credentials = options.dryRun === true ? null : requireCredentials(config);
  const plannedHere = await plan(invocation, config, options);
  if (credentials === null) {
    await show(invocation, plannedHere);
    return exitCode.done;
  }
  const leap = toLeapClientOptions(config, credentials);
  const drilled = await drill(invocation, plannedHere, options, leap);
  if (drilled === null) return exitCode.done;
  await print(invocation, drilled.shown, drilled);
  return toDrillExit(drilled);
}

/** What became of it, `null` for a no. One stop for all of it: between two, a signal would go unheard. */
async function drill(
  invocation: Invocation,
  planned: Planned,
  options: DrillOptions,
  leap: DispatchClientOptions,
): Promise<(Drilled & { readonly shown: Planned }) | null> {
  let words = stoppedBefore;
  const stop = openStop(() => words);
  try {
    const { place, secrets } = await readReceiver(leap, stop.signal);
    const shown = { ...planned, receiver: place };
    if (!(await isWanted(invocation, shown, options, stop.signal))) return null;
    // Whoever saw it and stopped it, has: `--yes` was said before. A signal is heard with the next turn.
    await setImmediate();
    stop.signal.throwIfAborted();
    words = stoppedAmid;
    return { shown, ...hideSecrets(await send(leap, shown, stop.signal), secrets) };
  } finally {
    stop.close();
  }
}

async function plan(invocation: Invocation, config: Config, options: DrillOptions): Promise<Planned> {
  const slots = await readSlots(invocation, options);
  const groups = await withReader(invocation, (reader) =>
    loadDrillGroups(invocation, { reader, config }, options, slots),
  );
  const planned = planDrill(groups, randomUUID);
  const url = toIntegrationTestUrl(config.leap.baseUrl);
  if ("body" in planned) {
    const { body } = planned;
    return { url, receiver: null, groups, body, endedCount: countEnded(body, invocation) };
  }
  const [first = "", ...others] = planned.problems;
  if (others.length === 0) throw new Failure("usage", first);
  const message = `this drill has ${planned.problems.length} problems`;
  throw new Failure("usage", message, { fields: { problems: planned.problems } });
}

function countEnded({ group_dispatches: dispatches }: DrillBody, { clock }: Invocation): number {
  const slots = dispatches.flatMap(({ timeslots }) => timeslots);
  return slots.filter((slot) => slot.end_time <= formatInstant(clock.now())).length;
}

/** Whether to send it: told by `--yes`, or by whoever sits there. */
async function isWanted(
  invocation: Invocation,
  planned: Planned,
  options: DrillOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { surroundings, output, format } = invocation;
  if (options.yes === true) {
    if (format === "table") await show(invocation, planned);
    // Seen before it is sent, not after up to two minutes of waiting.
    await output.flush();
    return true;
  }
  if (!isAskable(surroundings)) {
    await show(invocation, planned);
    throw new Failure(
      "usage",
      "nothing was sent: nobody sits at a terminal to be asked. " +
        "Add --yes to send it, or --dry-run to look only",
    );
  }
  if (format === "table") await show(invocation, planned);
  else surroundings.stderr.write(`${toJson({ ...output, isTerminal: true }, planned.body, 2)}\n`);
  await output.flush();
  if (await askWhether(surroundings, "Send it?", signal)) return true;
  if (format !== "table") await show(invocation, planned);
  surroundings.stderr.write("nothing was sent\n");
  return false;
}

async function send(leap: DispatchClientOptions, { body }: Planned, signal: AbortSignal): Promise<Drilled> {
  const { group_dispatches } = body;
  const report = await sendIntegrationTest(leap, { group_dispatches }, signal);
  return { report, echo: compareEcho(body, report.body) };
}

async function show(invocation: Invocation, planned: Planned): Promise<void> {
  const { output, format } = invocation;
  if (format === "table") await output.write(toPlanLines(planned, output.width));
  else await printRecord(output, format, toDrillRecord(planned, null));
}

async function print(invocation: Invocation, planned: Planned, drilled: Drilled): Promise<void> {
  const { output, format } = invocation;
  if (format === "table") await output.write(toReportText(drilled));
  else await printRecord(output, format, toDrillRecord(planned, drilled));
}

/** Whether the receiver took it comes before what it made of it. */
export function toDrillExit({ report, echo }: Drilled): number {
  const status = report.httpStatus ?? 0;
  if (status < 200 || status > 299) return unanswered;
  return echo.kind === "different" ? exitCode.incomplete : exitCode.done;
}
