import type { Config } from "../config/index.ts";
import type { LeapClientOptions, LeapCredentials } from "../leap/index.ts";

const limits = { requestTimeoutMs: 60_000, responseBytesMax: 64 * 1024 * 1024, attemptCountMax: 5 };

/** How every command that talks to Leap does it, by its configuration. */
export function toLeapClientOptions(config: Config, credentials: LeapCredentials): LeapClientOptions {
  const { apiVersion, baseUrl, accountId } = config.leap;
  return {
    apiVersion,
    baseUrl,
    accountId,
    credentials,
    pageSize: config.pageSize,
    concurrency: config.concurrency,
    limits: { ...limits, requestCountMax: config.requestCountMax, runTimeMaxMs: config.runTimeMaxMs },
    random: Math.random,
    clock: { now: () => Date.now() },
  };
}
