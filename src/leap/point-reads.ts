import type { JsonObject } from "../meter/index.ts";
import { type Asker, isSuccess } from "./asking.ts";
import { readMeterId } from "./contract.ts";
import { parseMeterDocument } from "./envelope.ts";
import { LeapContractBroken, LeapTokenRefused } from "./failures.ts";
import { isObject } from "./fields.ts";
import type { HttpAnswer } from "./http-client.ts";
import type { LeapPage } from "./leap.ts";
import { type Place, toPointRead, toPointSearch } from "./questions.ts";
import { parseJsonBody, readJson, toAbsenceFailure } from "./translation.ts";

/** Documents by id in lower case. */
type Found = ReadonlyMap<string, JsonObject>;

/** As many as Leap takes in one search. */
const idCountMax = 1000;

/** Pages of one meter each, and an empty one behind them (I8). */
const pageCountMax = idCountMax + 1;

/** A search whose page token expired is begun again, once. */
const searchCountMax = 2;

/** Lower case, none twice, at least one: an empty list would ask for the whole portfolio (I7). */
export function toDistinctIds(meterIds: readonly string[]): readonly string[] {
  if (meterIds.length === 0 || meterIds.length > idCountMax) {
    throw new RangeError(`Meters are read by 1 to ${idCountMax} ids at a time, not by ${meterIds.length}.`);
  }
  return [...new Set(meterIds.map((id) => id.toLowerCase()))];
}

/** v2: all of them in one search, which may have several pages. */
export async function readTogether(
  asker: Asker,
  place: Place,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Found> {
  for (let search = 1; ; search += 1) {
    try {
      return await searchOnce(asker, place, ids, signal);
    } catch (error) {
      if (!(error instanceof LeapTokenRefused) || search >= searchCountMax) throw error;
    }
  }
}

/** v1: one by one, side by side as far as the pace allows. The first failure ends them all. */
export async function readOneByOne(
  asker: Asker,
  place: Place,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Found> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const found = new Map<string, JsonObject>();
  const reads = ids.map(async (id) => {
    try {
      const document = await readOne(asker, place, id, either);
      if (document !== null) found.set(id, document);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  });
  const failed = (await Promise.allSettled(reads)).find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw stop.signal.reason ?? failed.reason;
  return found;
}

async function searchOnce(
  asker: Asker,
  place: Place,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Found> {
  const asked = new Set(ids);
  const found = new Map<string, JsonObject>();
  const tokens = new Set<string>();
  let token: string | null = null;
  do {
    const page: LeapPage = await asker.askForPage(toPointSearch(place, ids, token), token, signal);
    takeDocuments(page, asked, found);
    token = page.nextPageToken;
    if (token === null) return found;
    if (tokens.has(token)) throw toBroken("sent the same page token twice");
    tokens.add(token);
  } while (tokens.size < pageCountMax);
  throw toBroken(`did not come to an end within ${pageCountMax} pages`);
}

/** Who is not found is taken for absent: so nothing may be in the answer that cannot be accounted for. */
function takeDocuments(page: LeapPage, asked: ReadonlySet<string>, found: Map<string, JsonObject>): void {
  if (page.unreadableCount > 0) throw toBroken("sent a meter that cannot be read");
  for (const document of page.documents) {
    const id = readMeterId(document);
    if (id === null) throw toBroken("sent a meter without an id");
    if (!asked.has(id)) throw toBroken("sent a meter that was not asked for, so that it may ignore the ids");
    found.set(id, document);
  }
}

function toBroken(what: string): LeapContractBroken {
  return new LeapContractBroken(
    `Could not read meters by their ids: Leap ${what}. Whether a meter is gone cannot be told from that: ` +
      "nothing is concluded. Run again, and ask Leap if it stays.",
  );
}

async function readOne(
  asker: Asker,
  place: Place,
  id: string,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const question = toPointRead(place, id);
  const answer = await asker.ask(question, signal);
  if (isSuccess(answer)) return parseMeterDocument(parseJsonBody(answer, question), id);
  if (answer.status !== 404) throw asker.toFailure(answer, question);
  if (isLeapsOwn(answer)) return null;
  throw toAbsenceFailure(answer, question);
}

/**
 * A 404 with the body that Leap's errors have. One without a body, with a page, or with a gateway's bare
 * message comes from something in Leap's place, and says nothing about a meter (I7).
 */
function isLeapsOwn(answer: HttpAnswer): boolean {
  const body = readJson(answer.bytes);
  if (!isObject(body)) return false;
  return body.status === 404 || typeof body.title === "string" || typeof body.error === "string";
}
