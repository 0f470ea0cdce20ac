/**
 * The only room that talks to Leap.
 *
 * Takes: a read window, and a way to stop.
 * Gives: pages of meters as Leap sent them, and each of them in our words.
 * Never: writes the database; lets a wire shape, an HTTP library's error or a secret out.
 */
export { openLeapClient } from "./client.ts";
export { extractionVersion, readMeterId, toMeter } from "./contract.ts";
export { LeapContractBroken, LeapRefused, LeapUnreachable } from "./failures.ts";
export type {
  Extraction,
  LeapClient,
  LeapClientOptions,
  LeapCredentials,
  LeapPage,
  ReadLimits,
  ReadWindow,
} from "./leap.ts";
