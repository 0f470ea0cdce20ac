import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import type { ReleaseOptions } from "./run-decision.ts";

/** A held run waits for a person: these two are what that person can say. */
export function addDecideCommands(program: Command, act: Act): void {
  program
    .command("release")
    .description("Publish exactly the plan of a run that is held back, once you have looked at it")
    .argument("<run>", "the run's id, or `held` for the one that is held")
    .option("--checksum <sha256>", "The plan's checksum, as `run` shows it below the plan")
    .addHelpText("after", releaseExamples)
    .action(
      act<ReleaseOptions>(async (invocation, options, parameters) => {
        const { runRelease } = await import("./run-decision.ts");
        return runRelease(invocation, options, parameters);
      }),
    );
  program
    .command("discard")
    .description("Drop the plan of a run that is held back; the next run reads and weighs anew")
    .argument("<run>", "the run's id, or `held` for the one that is held")
    .addHelpText("after", discardExamples)
    .action(
      act(async (invocation, _options, parameters) => {
        const { runDiscard } = await import("./run-decision.ts");
        return runDiscard(invocation, parameters);
      }),
    );
}

const releaseExamples = `
Look first: \`meter-sync run held\` shows the rules that tripped, the plan, and its checksum. Releasing needs
nothing from Leap. It tells what sync would have told, delivers it, and prints the run report; what happened
at Leap since is the next run's.

Examples:
  meter-sync release held --checksum 3f0a…
  METER_SYNC_SINKS=stdout meter-sync release held --checksum 3f0a… | consumer`;

const discardExamples = `
Examples:
  meter-sync discard held
  meter-sync discard 5f0c7e1a-0d4e-4a5e-9d0c-2b8a6a0f7c55`;
