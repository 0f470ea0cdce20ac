import { Failure } from "../failure/index.ts";
import type { AsOf, Reader } from "../reader/index.ts";
import { formatInstant, parseInstant } from "../time/index.ts";
import type { Invocation } from "./invocation.ts";

/** The options of a question about groups. */
export type AsOfOptions = { readonly tradeDate?: string; readonly knownAt?: number };

/** What `--known-at` asks for; null without it. */
export function toAsOf({ tradeDate, knownAt }: AsOfOptions): AsOf | null {
  if (knownAt === undefined) return null;
  if (tradeDate === undefined) {
    throw new Failure(
      "usage",
      "--known-at needs a trade date beside it, as which ones were shown then is not kept: add --trade-date",
    );
  }
  return { tradeDate, knownAtMs: knownAt };
}

/** Why nothing can have been known at an instant; null where something was published by then. */
export function toNothingKnown(firstPublished: string | null, { knownAtMs }: AsOf): string | null {
  if (firstPublished === null) return "nothing has been published yet";
  const firstMs = parseInstant(firstPublished) ?? knownAtMs;
  if (knownAtMs >= firstMs) return null;
  return `nothing was known at ${formatInstant(knownAtMs)}: the first publication was at ${firstPublished}`;
}

/** Says on stderr why an answer is empty, where that is because nothing had been published. */
export async function warnOfNothingKnown(invocation: Invocation, reader: Reader, asOf: AsOf): Promise<void> {
  const { loadFirstPublished } = await import("../reader/index.ts");
  const message = toNothingKnown(loadFirstPublished(reader), asOf);
  if (message !== null) (await invocation.openLogger()).warn({}, message);
}
