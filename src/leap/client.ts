import type { JsonObject } from "../meter/index.ts";
import { parseMeterDocument, parsePage } from "./envelope.ts";
import { type HttpAnswer, type HttpRequest, openHttpClient } from "./http-client.ts";
import type { LeapClient, LeapClientOptions } from "./leap.ts";
import { toPointRead, toSearch } from "./questions.ts";
import { openSession } from "./session.ts";
import { parseJsonBody, readJson, toStatusFailure } from "./translation.ts";

/** A client for one account in one version of the API. */
export function openLeapClient(options: LeapClientOptions): LeapClient {
  const http = openHttpClient(options);
  const session = openSession(options.credentials, http, options.clock);

  /** Asks with the token in force. A login's token may have ended early: then once more with a new one. */
  async function ask(question: Omit<HttpRequest, "token">, signal: AbortSignal): Promise<HttpAnswer> {
    const token = await session.readToken(signal);
    const answer = await http.send({ ...question, token }, signal);
    if (answer.status !== 401 || !session.dropToken(token)) return answer;
    return http.send({ ...question, token: await session.readToken(signal) }, signal);
  }

  return {
    async readPage(window, pageToken, signal) {
      const question = toSearch(options, window, pageToken);
      const answer = await ask(question, signal);
      if (!isSuccess(answer)) throw toStatusFailure(answer, question, session.secrets());
      return parsePage(parseJsonBody(answer, question), options.apiVersion, answer.serverDateMs);
    },

    async readMeter(meterId, signal): Promise<JsonObject | null> {
      const question = toPointRead(options, meterId);
      const answer = await ask(question, signal);
      if (isUnknownMeter(answer)) return null;
      if (!isSuccess(answer) && answer.status !== 404) {
        throw toStatusFailure(answer, question, session.secrets());
      }
      return parseMeterDocument(parseJsonBody(answer, question), meterId);
    },

    close: http.close,
  };
}

/** Absence is concluded from Leap's own 404 only, never from that of a proxy in its place (I7). */
function isUnknownMeter(answer: HttpAnswer): boolean {
  if (answer.status !== 404) return false;
  return answer.bytes.byteLength === 0 || readJson(answer.bytes) !== undefined;
}

function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}
