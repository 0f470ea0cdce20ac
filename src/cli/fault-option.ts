import { InvalidArgumentError } from "commander";
import type { Fault, FaultKind } from "../simulator/index.ts";

/** The simulator's own sentences: it is not loaded to print a help text. */
const says: Readonly<Record<FaultKind, string>> = {
  throttle: "429 (above=4: only beyond 4 requests under way; retry-after-seconds=2: says when)",
  "error-500": "500 with a bare text for a body, as Leap has it",
  reset: "the connection is reset in the middle of the body",
  "truncated-gzip": "the gzipped body ends early, and the content-length agrees with the cut",
  "slow-drip": "the body comes a byte at a time (pause-ms=1000 between two)",
  html: "a page of HTML with status 200",
  "empty-first-page": "the first page of a search is empty and the only one",
  "missing-token": "a page comes without the token of the next (page=N: only the Nth of a search)",
  "repeated-token":
    "after page=2 of a search comes the token of an earlier page (period=1: the one just used)",
  "token-expiry": "a page token that is older than requests=20 of all requests is answered 400",
  "page-cap": "pages are no longer than size=50, however long a page was asked for",
  "moving-meters": "while pages are read, twice=0.05 of the meters come on two, and skipped=0.05 on none",
  "clock-skew": "the Date header is off by seconds=3600 (negative: behind)",
  "region-vanishes": "the meters of region=CAISO are gone (on=pages: from searches, not by id)",
  ungrouped: "no meter is in a group (rows=drop: nor listed for any delivery period)",
  "other-account": "another account's meters are answered (seed=N: whose)",
  "missing-meters": "share=0.05 of the meters are gone (on=pages: from searches, not by id)",
  "hidden-meters": "share=0.05 of the meters are left out of every search with a limit of date added",
};

const width = Math.max(...Object.keys(says).map((kind) => kind.length));
const lines = Object.entries(says).map(([kind, sentence]) => `  ${kind.padEnd(width)}  ${sentence}`);

/** One line for every kind of fault, for the help text of `simulate`. */
export const faultHelp = `
Faults (--fault KIND[:DETAIL…], a detail being name=value):
${lines.join("\n")}
Every fault takes rate=0.2 (how often), times=3 (only the first hits), after=10 (so many requests are spared)
and on=pages or on=ids (only searches through the portfolio, or only meters asked for by id).`;

/**
 * `throttle:rate=0.2:above=4` as a fault, behind those given before. Whether its details make sense is for
 * the simulator to say.
 */
export function collectFault(text: string, before: readonly Fault[] = []): readonly Fault[] {
  const [kind = "", ...details] = text.split(":");
  if (!Object.hasOwn(says, kind))
    throw new InvalidArgumentError(`It takes one of ${Object.keys(says).join(", ")}.`);
  const options = details.map((detail) => {
    const [, name, value] = /^([a-z][a-z-]*)=([\w.-]+)$/.exec(detail) ?? [];
    if (name === undefined || value === undefined)
      throw new InvalidArgumentError(`A detail is name=value, as in ${kind}:rate=0.2, not "${detail}".`);
    return [name, /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value] as const;
  });
  return [...before, { kind, ...Object.fromEntries(options) } as Fault];
}
