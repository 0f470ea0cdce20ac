import { type Command, Option } from "commander";
import type { DispatchCheckOptions } from "./dispatch-check.ts";
import type { Act } from "./invocation.ts";
import { collect, parseInstantOption, parseWhenOption, toCountParser } from "./option-values.ts";

export function addDispatchCheckCommand(parent: Command, act: Act): void {
  parent
    .command("check")
    .description("Compare dispatches with the membership published for their trade dates")
    .option("--file <path>", "Dispatches as JSON, or one document a line; - or nothing for stdin")
    .option("--sent-at <instant>", "When those were sent that do not say received_at", parseInstantOption)
    .option("--search", "Ask Leap for them")
    .option("--from <when>", "With --search: from then on (7 days ago)", parseWhenOption)
    .option("--to <when>", "With --search: until then (in 3 days)", parseWhenOption)
    .addOption(
      new Option(
        "--level <level>",
        "With --search: dispatches of groups, of meters, or both (group)",
      ).choices(["group", "meter", "all"]),
    )
    .option("--group <id>", "With --search: only this market group; may be given several times", collect)
    .option("--real-time", "With --search: CAISO's 5-minute events, too")
    .option("--no-voluntary", "With --search: without voluntary events")
    .addOption(new Option("--only <what>", "List only what did not agree").choices(["trouble"]))
    .option("--limit <count>", "List at most so many (a table shows 50 unless told)", toCountParser(1))
    .option("--dry-run", "Compare and print; keep nothing, tell nothing")
    .addHelpText("after", examples)
    .action(
      act<DispatchCheckOptions>(async (invocation, options) => {
        const { runDispatchCheck } = await import("./dispatch-check.ts");
        return runDispatchCheck(invocation, options);
      }),
    );
}

const examples = `
Each timeslot is compared, for each trade date it touches, with what was published and known when it was sent:
agreed, late (published only since), drift (not published to this day), unknown_group, unknown_meter, or
not_judged. Each difference is told once, as group.drift.detected or meter.drift.detected. Cancelled ones and
tests are listed and do not count. Exit code 7 where one that counts did not agree, or could not be read.

Examples:
  meter-sync dispatch check --search
  meter-sync dispatch check --search --from 2026-11-01 --to 2026-12-01 --only trouble --format csv
  meter-sync dispatch check --file notifications.ndjson
  meter-sync dispatch check --file one.json --sent-at 2026-11-21T16:30:00Z --dry-run`;
