import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import type { LeapWebhook } from "../leap/index.ts";
import type { Imported } from "../reconciliation/index.ts";
import { tell } from "./ending.ts";
import { readText } from "./input-text.ts";
import { assertRehearsable, type Invocation } from "./invocation.ts";
import { withReader } from "./reading.ts";
import { printReconciliation } from "./webhooks-output.ts";
import { toInstantMs, type When } from "./when.ts";

export type WebhooksOptions = {
  readonly file?: string;
  readonly from?: When;
  readonly to?: When;
  readonly all?: boolean;
};

const input = {
  reader: "webhooks import reads captured webhooks",
  other: "name them with --file",
  content: "webhooks, one a line",
  tooLarge: "split it, and import the parts one after the other",
};

/** The command `webhooks import`: keeps what was captured, then reconciles all that is kept. */
export async function runImport(invocation: Invocation, options: WebhooksOptions): Promise<number> {
  assertMeant(invocation, options);
  const config = await invocation.loadConfig();
  assertRehearsable(config, invocation.nowMs);
  const { parseWebhookText } = await import("../leap/index.ts");
  const { webhooks, problems } = parseWebhookText(await readText(invocation, options.file, input));
  if (problems.length > 0) {
    throw new Failure("usage", "cannot read the webhooks, and has kept none of them", {
      fields: { problems },
    });
  }
  const imported = await keepWebhooks(invocation, config, webhooks);
  if (imported.conflictingCount > 0) {
    const ids = imported.conflictingCount === 1 ? "one id was" : `${imported.conflictingCount} ids were`;
    const message = `${ids} captured with other content before: the first stays, look at your receiver`;
    await tell(invocation.surroundings, message, imported.conflicting);
  }
  return reconcile(invocation, options, imported);
}

/** The command `webhooks check`: reconciles what was kept before. */
export async function runCheck(invocation: Invocation, options: WebhooksOptions): Promise<number> {
  assertMeant(invocation, options);
  return reconcile(invocation, options, null);
}

function assertMeant({ clock }: Invocation, { from, to }: WebhooksOptions): void {
  if (from === undefined || to === undefined) return;
  const nowMs = clock.now();
  if (toInstantMs(from, nowMs) < toInstantMs(to, nowMs)) return;
  throw new Failure("usage", "--from is not before --to: say from when until when webhooks were captured");
}

async function keepWebhooks(
  { clock }: Invocation,
  config: Config,
  webhooks: readonly LeapWebhook[],
): Promise<Imported> {
  const { openDatabase, openDatabaseReadOnly } = await import("../database/index.ts");
  const { saveWebhooks } = await import("../reconciliation/index.ts");
  // Only a look: it refuses what is missing, older or not ours, where opening for writing would make or
  // migrate it.
  openDatabaseReadOnly(config.databasePath, config).close();
  const database = openDatabase(config.databasePath, config);
  try {
    return saveWebhooks(database, webhooks, clock.now());
  } finally {
    database.close();
  }
}

async function reconcile(
  invocation: Invocation,
  { from, to, all = false }: WebhooksOptions,
  imported: Imported | null,
): Promise<number> {
  const { loadOtherCounts, openReconciliation } = await import("../reconciliation/index.ts");
  const nowMs = invocation.clock.now();
  return withReader(invocation, async ({ database }) => {
    const asked = {
      fromMs: from === undefined ? null : toInstantMs(from, nowMs),
      toMs: to === undefined ? null : toInstantMs(to, nowMs),
    };
    const reconciliation = openReconciliation(database, { ...asked, nowMs });
    if (!reconciliation.isPublished) {
      await tell(
        invocation.surroundings,
        "nothing is published yet: run `meter-sync sync`, then check again",
      );
    }
    const { total } = await printReconciliation(invocation, {
      reconciliation,
      imported,
      otherCounts: loadOtherCounts(database),
      isAll: all,
    });
    return total.no_webhook + total.no_change > 0 ? 7 : 0;
  });
}
