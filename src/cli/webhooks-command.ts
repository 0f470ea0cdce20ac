import type { Command } from "commander";
import type { Act } from "./invocation.ts";
import { parseWhenOption } from "./option-values.ts";
import type { WebhooksOptions } from "./run-webhooks.ts";

/** Leap's own webhooks, held against what sweeps found. */
export function addWebhooksCommands(program: Command, act: Act): void {
  const group = program
    .command("webhooks")
    .description("Leap's webhooks as your receiver kept them, held against what sweeps found")
    .addHelpText("after", examples);
  addReconcilingOptions(
    group
      .command("import")
      .description("Keep captured webhooks of Leap's, and match all that are kept with what sweeps found")
      .option("--file <path>", "Webhooks from this file: one a line (NDJSON), or a JSON list; stdin else"),
  ).action(
    act<WebhooksOptions>(async (invocation, options) => (await load()).runImport(invocation, options)),
  );
  addReconcilingOptions(
    group.command("check").description("Match the webhooks that are kept with what sweeps found by now"),
  ).action(act<WebhooksOptions>(async (invocation, options) => (await load()).runCheck(invocation, options)));
}

function addReconcilingOptions(command: Command): Command {
  return command
    .option("--from <when>", "Everything sent since then was captured (the first one kept)", parseWhenOption)
    .option("--to <when>", "Everything sent until then was captured (the last one kept)", parseWhenOption)
    .option("--all", "Every change and webhook, not only those that need a look")
    .addHelpText("after", examples);
}

const load = () => import("./run-webhooks.ts");

const examples = `
A line is a webhook as Leap sent it, better with when you received it: { "received_at": "…", "body": { … } }.
Webhooks are kept by their webhook_event_id, and nothing else is: the snapshot does not change. Captures that
cannot be read are all refused (exit code 2). Changes without a webhook, and webhooks that say what no sweep
found, end with exit code 7. Works beside a running sync. What each finding means: docs/reconciling.md.

WHEN is an instant (2026-11-21T06:17:00Z), a day (2026-11-21: its start), a duration back from now (24h, 7d),
today or yesterday (their start). Days are those of UTC.

Examples:
  meter-sync webhooks import --file captures.ndjson
  receiver --print | meter-sync webhooks import --format json
  meter-sync webhooks check --from 2026-11-01 --to today --all --format csv`;
