import type { Command } from "commander";
import type { Fault, RunningSimulator } from "../simulator/index.ts";
import { formatInstant } from "../time/index.ts";
import { collectFault, faultHelp } from "./fault-option.ts";
import { printRecord } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { parseDateOption, parseDurationOption, parseRateOption, toCountParser } from "./option-values.ts";
import { openStop } from "./stop.ts";

type SimulateOptions = {
  readonly seed: number;
  readonly meters: number;
  readonly port: number;
  readonly startDate?: string;
  readonly changeRate?: number;
  readonly newPerDay?: number;
  readonly pageSizeMax?: number;
  readonly latency?: number;
  readonly apiKey?: string;
  readonly account?: string;
  readonly pages?: string;
  readonly fault?: readonly Fault[];
  readonly faultSeed: number;
  readonly dispatches?: number;
  readonly webhook?: string;
};

export function addSimulateCommand(program: Command, act: Act): void {
  program
    .command("simulate")
    .description("Serve a simulated Leap over HTTP, on this machine alone, until it is stopped")
    .option("--seed <number>", "The same seed gives the same world", toCountParser(0), 1)
    .option("--meters <count>", "How many meters there are on the start date", toCountParser(0), 1000)
    .option("--port <port>", "0 takes any free port", toCountParser(0, 65_535), 8080)
    .option("--start-date <day>", "The first day of the world (today, or the day of --now)", parseDateOption)
    .option(
      "--change-rate <factor>",
      "How often anything happens; 1 is usual, 0 freezes the world",
      parseRateOption,
    )
    .option("--new-per-day <count>", "Meters added a day", toCountParser(0))
    .option("--page-size-max <count>", "Pages are never longer", toCountParser(1, 500))
    .option("--latency <duration>", "Every answer waits so long, such as 200ms", parseDurationOption)
    .option("--api-key <key>", "The key that is accepted")
    .option("--account <id>", "The account that is known")
    .option("--pages <folder>", "Answer from recorded pages (*.json) instead")
    .option("--fault <kind[:detail…]>", "What goes wrong (below); may be given several times", collectFault)
    .option("--fault-seed <number>", "Which requests and meters a fault hits", toCountParser(0, 2 ** 31), 1)
    .option("--dispatches <factor>", "How often anything is dispatched; 1 is usual, 0 never", parseRateOption)
    .option("--webhook <url>", "Tell this receiver what happens, as Leap's webhooks do")
    .addHelpText("after", `${faultHelp}\n${examples}`)
    .action(act(simulate));
}

const examples = `
Prints, as lines for a shell, how to point the job at it. With --now its clock stands still and is moved by
PUT /_simulator/now with {"now": "2026-11-02T06:00:00Z"}; without, it follows the real one.
PUT /_simulator/faults with {"faults": [{"kind": "reset", "times": 3}]} replaces the faults; GET shows them.

Examples:
  meter-sync simulate --meters 400 --seed 7
  meter-sync simulate --port 0 --now 2026-10-28T06:00:00Z --start-date 2026-10-28
  meter-sync simulate --pages ./recorded
  meter-sync simulate --fault throttle:rate=0.2:retry-after-seconds=1 --fault reset:times=3 --fault-seed 4`;

async function simulate(invocation: Invocation, options: SimulateOptions): Promise<number> {
  const stop = openStop("stopped", 0);
  const { startSimulator } = await import("../simulator/index.ts");
  const nowMs = invocation.clock.now();
  const startDate = options.startDate ?? formatInstant(nowMs).slice(0, 10);
  const simulator = await startSimulator({
    seed: options.seed,
    meterCount: options.meters,
    startDate,
    nowMs,
    isClockRunning: invocation.nowMs === null,
    port: options.port,
    ...(options.changeRate === undefined ? {} : { changeRate: options.changeRate }),
    ...(options.newPerDay === undefined ? {} : { newMetersPerDay: options.newPerDay }),
    ...(options.pageSizeMax === undefined ? {} : { pageSizeMax: options.pageSizeMax }),
    ...(options.latency === undefined ? {} : { latencyMs: options.latency }),
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.account === undefined ? {} : { accountId: options.account }),
    ...(options.pages === undefined ? {} : { recordedPagesDir: options.pages }),
    ...(options.fault === undefined ? {} : { faults: options.fault }),
    faultSeed: options.faultSeed,
    ...(options.dispatches === undefined ? {} : { dispatchRate: options.dispatches }),
    ...(options.webhook === undefined ? {} : { webhooks: { receivers: [options.webhook] } }),
  });
  try {
    await printDirections(invocation, simulator);
    const logger = await invocation.openLogger();
    logger.info(
      { url: simulator.url, meters: options.meters, start_date: startDate },
      "the simulated Leap is up",
    );
    await untilStopped(stop.signal);
    return 0;
  } finally {
    await simulator.close();
    stop.close();
  }
}

async function printDirections(
  { output, formatAsked }: Invocation,
  { url, apiKey, accountId, volue }: RunningSimulator,
): Promise<void> {
  if (formatAsked === null || formatAsked === "table") {
    const { basePath, tokenPath, clientId, clientSecret } = volue;
    const lines = [`LEAP_BASE_URL=${url}`, `LEAP_API_KEY=${apiKey}`, `LEAP_ACCOUNT_ID=${accountId}`];
    lines.push(`VOLUE_BASE_URL=${url}${basePath}`, `VOLUE_TOKEN_URL=${url}${tokenPath}`);
    lines.push(`VOLUE_CLIENT_ID=${clientId}`, `VOLUE_CLIENT_SECRET=${clientSecret}`);
    for (const line of lines) await output.write(`export ${toShellWord(line)}\n`);
  } else {
    await printRecord(output, formatAsked, { url, api_key: apiKey, account_id: accountId });
  }
  await output.flush();
}

function toShellWord(text: string): string {
  return /^[\w=:/.@-]+$/.test(text)
    ? text
    : text.replace(/=(.*)$/s, (_, value) => `='${value.replaceAll("'", "'\\''")}'`);
}

/** Until a signal; or, as the child of a demo, until that is gone, however it ended. */
async function untilStopped(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onDisconnect = (): void => resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  process.once("disconnect", onDisconnect);
  if (signal.aborted) resolve();
  await promise;
  // Listened to, the channel to a demo would keep this process up.
  process.off("disconnect", onDisconnect);
}
