import { openAsker } from "./asking.ts";
import type { LeapClient, LeapClientOptions } from "./leap.ts";
import { readOneByOne, readTogether, toDistinctIds } from "./point-reads.ts";
import { toSearch } from "./questions.ts";

/** A client for one account in one version of the API. Its limits count from the moment it is opened. */
export function openLeapClient(options: LeapClientOptions): LeapClient {
  const asker = openAsker(options);
  const readByIds = options.apiVersion === "v1" ? readOneByOne : readTogether;
  return {
    readPage: (window, pageToken, signal) =>
      asker.askForPage(toSearch(options, window, pageToken), pageToken, signal),
    readMeters: async (meterIds, signal) => readByIds(asker, options, toDistinctIds(meterIds), signal),
    traffic: asker.traffic,
    close: asker.close,
  };
}
