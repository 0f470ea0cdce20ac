/**
 * The only room that talks to Leap.
 *
 * Takes: a read window or the ids of meters, and a way to stop.
 * Gives: meters as Leap sent them, by the page or by their ids, and each of them in our words.
 * Never: writes the database; lets a wire shape, an HTTP library's error or a secret out.
 */
export { openLeapClient } from "./client.ts";
export { extractionVersion, isWhole, readMeterId, toMeter } from "./contract.ts";
export { type PeriodStatus, toPeriodStatuses } from "./contract-v2.ts";
export type { Dispatch, DispatchLevel, ParsedDispatches } from "./dispatch.ts";
export {
  type DispatchClient,
  type DispatchClientOptions,
  type DispatchQuestion,
  openDispatchClient,
  readDispatches,
} from "./dispatch-client.ts";
export { parseDispatches } from "./dispatch-contract.ts";
export {
  type IntegrationTestReport,
  type Receiver,
  readReceiver,
  sendIntegrationTest,
  toIntegrationTestUrl,
} from "./dispatch-integration-test.ts";
export { type DispatchText, parseDispatchText } from "./dispatch-text.ts";
export { planDispatchWindows } from "./dispatch-windows.ts";
export { LeapContractBroken, LeapRefused, LeapTokenRefused, LeapUnreachable } from "./failures.ts";
export type {
  Extraction,
  LeapClient,
  LeapClientOptions,
  LeapCredentials,
  LeapPage,
  LeapTraffic,
  ReadLimits,
  ReadWindow,
} from "./leap.ts";
export { type LeapWebhook, type ParsedWebhooks, parseWebhookText } from "./webhook.ts";
