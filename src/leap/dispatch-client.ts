import type { JsonObject } from "../meter/index.ts";
import { formatInstant } from "../time/index.ts";
import { type Asker, openAsker } from "./asking.ts";
import type { DispatchLevel, ParsedDispatches } from "./dispatch.ts";
import { parseDispatches } from "./dispatch-contract.ts";
import { openMemberLists } from "./dispatch-members.ts";
import { type DispatchWindow, planDispatchWindows } from "./dispatch-windows.ts";
import { LeapContractBroken, LeapTokenRefused } from "./failures.ts";
import { isObject } from "./fields.ts";
import type { LeapClientOptions } from "./leap.ts";
import type { Question } from "./questions.ts";

/** Dispatches are asked for in the same way in both versions of the API. */
export type DispatchClientOptions = LeapClientOptions;

export type DispatchQuestion = {
  readonly level: DispatchLevel;
  /** Start inclusive, end exclusive; epoch milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only these market groups; all where none is named. A search for meters has no such filter. */
  readonly marketGroupIds: readonly string[];
  /** CAISO's five-minute events, which Leap leaves out unless asked. */
  readonly includesRealTime: boolean;
  readonly includesVoluntary: boolean;
};

export type DispatchClient = {
  /**
   * One page of a search over at most 31 days. Throws a `Failure` of kind `refused`, `environment` or
   * `contract`; a `LeapTokenRefused` where the page token has expired or is not known.
   */
  readonly readDispatchPage: (
    question: DispatchQuestion,
    pageToken: string | null,
    signal: AbortSignal,
  ) => Promise<ParsedDispatches>;
  /** Closes kept-alive connections. */
  readonly close: () => void;
};

/** Pages of one search: at 500 rows each far beyond what anyone is dispatched in 31 days (I8). */
const pageCountMax = 10_000;

/** Timeslots of all pages together (I8), as many as one text may hold: they are compared together. */
const dispatchCountDefault = 200_000;

/** A search whose page token expired is begun again, once. */
const searchCountMax = 2;

/**
 * Every page of what is dispatched in the time asked for, in as many searches as that takes. A timeslot may
 * come twice: on both sides of a search's end, or where a page token expired and its search began again.
 */
export async function* readDispatches(
  options: DispatchClientOptions,
  question: DispatchQuestion,
  signal: AbortSignal,
  dispatchCountMax: number = dispatchCountDefault,
): AsyncGenerator<ParsedDispatches> {
  const client = openDispatchClient(options);
  const share = openMemberLists();
  let count = 0;
  try {
    for (const window of planDispatchWindows(question.fromMs, question.toMs)) {
      for await (const page of readWindow(client, { ...question, ...window }, signal)) {
        count += page.dispatches.length;
        if (count > dispatchCountMax) throw toTooMany(dispatchCountMax);
        yield { ...page, dispatches: page.dispatches.map(share) };
      }
    }
  } finally {
    client.close();
  }
}

/** Asks what was dispatched. Its limits count from the moment it is opened. */
export function openDispatchClient(options: DispatchClientOptions): DispatchClient {
  const asker = openAsker(options);
  return {
    readDispatchPage: (question, pageToken, signal) =>
      readPage(asker, toDispatchSearch(options.baseUrl, question, pageToken), pageToken, signal),
    close: asker.close,
  };
}

async function* readWindow(
  client: DispatchClient,
  question: DispatchQuestion & DispatchWindow,
  signal: AbortSignal,
): AsyncGenerator<ParsedDispatches> {
  for (let search = 1; ; search += 1) {
    try {
      return yield* readChain(client, question, signal);
    } catch (error) {
      if (!(error instanceof LeapTokenRefused) || search >= searchCountMax) throw error;
    }
  }
}

async function* readChain(
  client: DispatchClient,
  question: DispatchQuestion,
  signal: AbortSignal,
): AsyncGenerator<ParsedDispatches> {
  const tokens = new Set<string>();
  let token: string | null = null;
  do {
    const page: ParsedDispatches = await client.readDispatchPage(question, token, signal);
    yield page;
    token = page.nextPageToken;
    if (token === null) return;
    if (tokens.has(token)) throw toBroken("it sent the same page token twice");
    tokens.add(token);
  } while (tokens.size < pageCountMax);
  throw toBroken(`the search did not come to an end within ${pageCountMax} pages`);
}

async function readPage(
  asker: Asker,
  question: Question,
  pageToken: string | null,
  signal: AbortSignal,
): Promise<ParsedDispatches> {
  const { body } = await asker.askForBody(question, pageToken, signal);
  if (!isObject(body) || !Array.isArray(body.results)) {
    throw toBroken('its answer has no array "results", which this search always carries');
  }
  const token = body.next_page_token ?? null;
  if (token !== null && typeof token !== "string") {
    throw toBroken('"next_page_token" is neither text nor null, so the next page cannot be asked for');
  }
  return parseDispatches(body, null);
}

function toDispatchSearch(baseUrl: string, question: DispatchQuestion, pageToken: string | null): Question {
  const { level, marketGroupIds } = question;
  const groups: JsonObject =
    level === "group" && marketGroupIds.length > 0 ? { market_group_ids: [...new Set(marketGroupIds)] } : {};
  return {
    method: "POST",
    url: `${baseUrl}/v2/dispatch/${level}/search`,
    body: {
      start_date: formatInstant(question.fromMs),
      end_date: formatInstant(question.toMs),
      exclude_real_time_events: !question.includesRealTime,
      exclude_voluntary_events: !question.includesVoluntary,
      ...groups,
      ...(pageToken === null ? {} : { page_token: pageToken }),
    },
    purpose: `read a page of ${level} dispatches`,
  };
}

function toTooMany(countMax: number): LeapContractBroken {
  return new LeapContractBroken(
    `Could not read dispatches from Leap: it answers with more than ${countMax} timeslots. ` +
      "Ask for fewer at once: a shorter time, or single groups.",
  );
}

function toBroken(what: string): LeapContractBroken {
  return new LeapContractBroken(
    `Could not read dispatches from Leap: ${what}. Check that LEAP_BASE_URL names Leap's API; ` +
      "run again, and ask Leap if it stays.",
  );
}
