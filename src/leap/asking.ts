import type { Failure } from "../failure/index.ts";
import { parsePage } from "./envelope.ts";
import type { HttpAnswer } from "./http-client.ts";
import type { LeapClientOptions, LeapPage, LeapTraffic } from "./leap.ts";
import type { Question } from "./questions.ts";
import { openSender } from "./sending.ts";
import { openSession } from "./session.ts";
import { isTokenRefusal, parseJsonBody, toSaid, toStatusFailure, toTokenFailure } from "./translation.ts";

/** Asks Leap in the name of one account. */
export type Asker = {
  /** Any answer at all, whatever its status. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<HttpAnswer>;
  /**
   * The JSON of one page of a search, with the answer it came in. Throws a `LeapTokenRefused` where the token
   * is what was refused.
   */
  readonly askForBody: (
    question: Question,
    pageToken: string | null,
    signal: AbortSignal,
  ) => Promise<{ readonly body: unknown; readonly answer: HttpAnswer }>;
  /** One page of a search for meters; the question carries the page token already, where there is one. */
  readonly askForPage: (
    question: Question,
    pageToken: string | null,
    signal: AbortSignal,
  ) => Promise<LeapPage>;
  /** What an answer without success means. */
  readonly toFailure: (answer: HttpAnswer, question: Question) => Failure;
  /** What an answer without success says, to be put behind its status. */
  readonly toSaid: (answer: HttpAnswer) => string;
  readonly traffic: () => LeapTraffic;
  readonly close: () => void;
};

/** Requests and time are counted from here on. */
export function openAsker(options: LeapClientOptions): Asker {
  const sender = openSender(options);
  const session = openSession(options.credentials, sender, options.clock);

  /** Asks with the token in force. A login's token may have ended early: then once more with a new one. */
  async function ask(question: Question, signal: AbortSignal): Promise<HttpAnswer> {
    let token = "";
    const readToken = async (stop: AbortSignal) => {
      token = await session.readToken(stop);
      return token;
    };
    const answer = await sender.send({ ...question, readToken }, signal);
    if (answer.status !== 401 || !session.dropToken(token)) return answer;
    return sender.send({ ...question, readToken }, signal);
  }

  function toFailure(answer: HttpAnswer, question: Question): Failure {
    return toStatusFailure(answer, question, session.signature());
  }

  async function askForBody(question: Question, pageToken: string | null, signal: AbortSignal) {
    const answer = await ask(question, signal);
    if (isSuccess(answer)) return { body: parseJsonBody(answer, question), answer };
    if (pageToken !== null && isTokenRefusal(answer.status)) {
      throw toTokenFailure(answer, question, session.signature());
    }
    throw toFailure(answer, question);
  }

  return {
    ask,
    askForBody,
    async askForPage(question, pageToken, signal) {
      const { body, answer } = await askForBody(question, pageToken, signal);
      return parsePage(body, options.apiVersion, answer.serverDateMs);
    },
    toFailure,
    toSaid: (answer) => toSaid(answer, session.signature()),
    traffic: sender.traffic,
    close: sender.close,
  };
}

export function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}
