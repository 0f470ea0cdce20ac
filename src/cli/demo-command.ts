import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import { toCountParser } from "./option-values.ts";
import type { DemoOptions } from "./run-demo.ts";

export function addDemoCommand(program: Command, act: Act): void {
  program
    .command("demo")
    .description("Several days of real runs on a simulated Leap, over a change of month, with a summary")
    .option("--days <count>", "How many days, from 2026-10-28 on", toCountParser(1, 60), 6)
    .option("--meters <count>", "How many meters there are on the first day", toCountParser(1, 100_000), 400)
    .option("--seed <number>", "Another seed is another world", toCountParser(0), 11)
    .addHelpText("after", examples)
    .action(
      act<DemoOptions>(async (invocation, options) => {
        const { runDemo } = await import("./run-demo.ts");
        return runDemo(invocation, options);
      }),
    );
}

const examples = `
Starts the simulated Leap and each day's run as programs of their own. What it leaves, data/demo.sqlite and
data/demo-events.ndjson, is there to be looked at; it is removed and made anew each time.

Examples:
  meter-sync demo
  meter-sync demo --days 10 --meters 2000 --seed 3`;
