import type { Config } from "../config/index.ts";
import { type Finding, ok, toFinding } from "./finding.ts";
import type { Invocation } from "./invocation.ts";

const limits = {
  requestTimeoutMs: 15_000,
  responseBytesMax: 1024 * 1024,
  attemptCountMax: 2,
  waitBaseMs: 500,
  retryAfterMaxMs: 5_000,
};

/** Where there is a client, a token is asked for: it shows the way there, the client and its secret. */
export async function checkVolue({ volue }: Config, { realClock }: Invocation): Promise<readonly Finding[]> {
  const { credentials, ...account } = volue;
  if (credentials === null) return [];
  const { openVolueClient } = await import("../volue/index.ts");
  const client = openVolueClient({
    account: { ...account, ...credentials },
    limits,
    random: Math.random,
    clock: realClock,
  });
  try {
    await client.prepareToken(new AbortController().signal);
    const { host } = new URL(volue.tokenUrl);
    return [ok("volue", `${host} gives this client a token; reports go to ${volue.baseUrl}, not asked here`)];
  } catch (error) {
    return [toFinding("volue", error)];
  } finally {
    client.close();
  }
}
