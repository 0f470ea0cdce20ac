import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import type { ForgetCommandOptions } from "./run-forget.ts";

export function addForgetCommand(program: Command, act: Act): void {
  program
    .command("forget")
    .description("Give up a sink that METER_SYNC_SINKS no longer names, with what it has still to get")
    .argument("<sink>", "the sink's name; of a webhook, `webhook:` may be left out")
    .option("--yes", "Also where it has events still to get, or dead letters: they are lost to it")
    .addHelpText("after", examples)
    .action(
      act<ForgetCommandOptions>(async (invocation, options, parameters) => {
        const { runForget } = await import("./run-forget.ts");
        return runForget(invocation, options, parameters);
      }),
    );
}

const examples = `
A sink that is no longer configured keeps its place, in case it is back: until it is forgotten, nothing that
it has not got is ever removed. Should it be configured again, it starts anew.

Examples:
  meter-sync sinks
  meter-sync forget webhook:old-ems
  meter-sync forget old-ems --yes`;
