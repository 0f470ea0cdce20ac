/**
 * Captured webhooks of Leap's, the outbox → which has what the other has not.
 *
 * Takes: webhooks as someone's receiver kept them, changes as sweeps found them. Gives: which change had no
 * webhook, which webhook no change, and how late each was.
 * Never: takes a webhook for the truth; touches the snapshot.
 */
export { type Finding, type Flag, findingColumns, isToLookAt, isUnexplained } from "./finding.ts";
export type { ChangeFinding, Coverage, WebhookFinding } from "./judge.ts";
export { loadOtherCounts } from "./other-change-store.ts";
export { openReconciliation, type ReconcileOptions, type Reconciliation } from "./reconcile.ts";
export { openSummary, type Spread, type Summary, type Tally } from "./summary.ts";
export { type Imported, saveWebhooks } from "./webhook-store.ts";
