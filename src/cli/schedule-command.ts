import type { Command } from "commander";
import type { Act } from "./invocation.ts";

export function addScheduleCommand(program: Command, act: Act): void {
  program
    .command("schedule")
    .description("Stay up: sync and poll by cron expressions, deliver in between, take reports over HTTP")
    .addHelpText("after", examples)
    .action(
      act(async (invocation) => {
        const { runSchedule } = await import("./run-schedule.ts");
        return runSchedule(invocation);
      }),
    );
}

const examples = `
Starts \`sync\` by METER_SYNC_CRON, \`sync --mode poll\` by METER_SYNC_POLL_CRON and, with a sink, \`deliver\`
every five minutes, each as a process of its own; no two syncs at a time. A sweep whose time was missed is
made up for, once; what takes longer than METER_SYNC_RUN_DEADLINE is ended. Prints when each is due next.
Listens on METER_SYNC_LISTEN: GET /healthz, /readyz and /metrics, and with METER_SYNC_ACK_TOKEN
POST /acknowledgements. SIGTERM ends it.

Examples:
  meter-sync schedule
  METER_SYNC_CRON='17 6 * * *' METER_SYNC_POLL_CRON='*/15 * * * *' meter-sync schedule`;
