import { type Command, Option } from "commander";
import type { DispatchScoreOptions } from "./dispatch-score.ts";
import type { Act } from "./invocation.ts";
import { parseWhenOption } from "./option-values.ts";

export function addDispatchScoreCommand(parent: Command, act: Act): void {
  parent
    .command("score")
    .description("How dispatches agreed with what was published, over time")
    .addOption(
      new Option("--by <what>", "A row each trade date, week (its Monday), month, or group (date)").choices([
        "date",
        "week",
        "month",
        "group",
      ]),
    )
    .option("--since <when>", "Only trade dates from then on", parseWhenOption)
    .addHelpText("after", examples)
    .action(
      act<DispatchScoreOptions>(async (invocation, options) => {
        const { runDispatchScore } = await import("./dispatch-score.ts");
        return runDispatchScore(invocation, options);
      }),
    );
}

const examples = `
Counts what \`dispatch check\` kept: a timeslot on one trade date is one. agreed_share is of those that count;
meter_share is, of the meters that were dispatched or published, those that were both; worst_lead_time_hours
the shortest time from being told to the start of a dispatch.

Examples:
  meter-sync dispatch score
  meter-sync dispatch score --by week --since 2026-11-01
  meter-sync dispatch score --by group --format csv`;
