import type { IncomingHttpHeaders } from "node:http";
import type { Told } from "./receiver-outbox.ts";
import { type Agreement, inspectRequest, type ReceivedRequest } from "./receiver-request.ts";

/**
 * Whoever receives, and trusts the sender in nothing: keeps all that came, and what it took, and says what
 * must not have been.
 */
export type ReceiverJudge = {
  readonly requests: readonly ReceivedRequest[];
  /** Requests taken, as an index into `requests`; one may be taken several times over. */
  readonly takings: readonly number[];
  /** Events this receiver is to get: those told since it is there, and that it wants. */
  readonly expect: (told: readonly Told[]) => void;
  /** Reads and judges a request. */
  readonly arrive: (headers: IncomingHttpHeaders, body: string) => ReceivedRequest;
  /** The request was acted upon, whether its sender gets to know or not. */
  readonly take: (request: ReceivedRequest) => void;
  /** A person gave these up: what comes after them need not wait. */
  readonly drop: (sequences: Iterable<number>) => void;
  /** From now on events may come that were told before this receiver was there. */
  readonly allowOlder: () => void;
  readonly isTaken: (sequence: number) => boolean;
  /** Sequences in the order they were first taken. */
  readonly firstTakings: () => readonly number[];
  /** Everything that was wrong so far. */
  readonly problems: () => readonly string[];
  /** What was expected and did not come, and has no excuse. */
  readonly missing: (excused?: ReadonlySet<number>) => readonly number[];
};

type Book = {
  readonly wanted: Map<number, Told>;
  readonly byKey: Map<string, Told[]>;
  readonly byRun: Map<string, Told[]>;
  readonly taken: Set<number>;
  readonly dropped: Set<number>;
  mayBeOlder: boolean;
};

export type JudgeOptions = Agreement & {
  readonly now: () => number;
  /** Events set aside by the sender, or waiting behind such: `sync.published` does not wait for them. */
  readonly setAside: () => ReadonlySet<number>;
};

export function openReceiverJudge(options: JudgeOptions): ReceiverJudge {
  const requests: ReceivedRequest[] = [];
  const takings: number[] = [];
  const problems: string[] = [];
  const bodies = new Map<string, string>();
  const book: Book = {
    wanted: new Map(),
    byKey: new Map(),
    byRun: new Map(),
    taken: new Set(),
    dropped: new Set(),
    mayBeOlder: false,
  };
  const note = (request: ReceivedRequest, found: readonly string[]): void => {
    problems.push(...found.map((problem) => `request ${request.index}: ${problem}`));
  };
  return {
    requests,
    takings,
    expect: (told) => {
      for (const event of told) keep(book, event);
    },
    arrive: (headers, body) => {
      const request = inspectRequest(requests.length, headers, body, options, options.now());
      requests.push(request);
      note(request, [...request.problems, ...inspectRepeat(bodies, request), ...inspectText(book, request)]);
      return request;
    },
    take: (request) => {
      takings.push(request.index);
      for (const { sequence } of request.events) {
        const event = book.wanted.get(sequence);
        if (event !== undefined && !book.taken.has(sequence)) {
          note(request, inspectOrder(book, event, options.setAside));
        }
        book.taken.add(sequence);
      }
    },
    drop: (sequences) => {
      for (const sequence of sequences) book.dropped.add(sequence);
    },
    allowOlder: () => {
      book.mayBeOlder = true;
    },
    isTaken: (sequence) => book.taken.has(sequence),
    firstTakings: () => [...book.taken],
    problems: () => problems,
    missing: (excused = new Set()) =>
      [...book.wanted.keys()].filter(
        (sequence) => !book.taken.has(sequence) && !book.dropped.has(sequence) && !excused.has(sequence),
      ),
  };
}

function keep(book: Book, event: Told): void {
  book.wanted.set(event.sequence, event);
  for (const [map, name] of [
    [book.byKey, event.key],
    [book.byRun, event.runId],
  ] as const) {
    const others = map.get(name);
    if (others === undefined) map.set(name, [event]);
    else others.push(event);
  }
}

/** The same id is the same request: a receiver may keep ids, and look no further. */
function inspectRepeat(bodies: Map<string, string>, { webhookId, body }: ReceivedRequest): string[] {
  const before = bodies.get(webhookId);
  bodies.set(webhookId, body);
  return before === undefined || before === body ? [] : [`another body than before under ${webhookId}`];
}

/** What is sent is what was told, to the letter, and nothing that this receiver does not want. */
function inspectText(book: Book, { events, body, headers }: ReceivedRequest): string[] {
  const told = events.map(({ sequence }) => book.wanted.get(sequence));
  if (told.includes(undefined)) {
    const strange = events.filter((_, index) => told[index] === undefined);
    return book.mayBeOlder ? [] : [`not for this receiver: ${strange.map(({ sequence }) => sequence)}`];
  }
  const texts = told.map((event) => event?.text).join(",");
  const isBatch = String(headers["content-type"]).includes("batch");
  return body === (isBatch ? `[${texts}]` : texts) ? [] : ["another text than was told"];
}

/** I6: nothing before what was told of its key before; a run's end after all of its run. */
function inspectOrder(book: Book, event: Told, setAside: () => ReadonlySet<number>): string[] {
  const isOver = ({ sequence }: Told) => book.taken.has(sequence) || book.dropped.has(sequence);
  const isBefore = ({ sequence }: Told) => sequence < event.sequence;
  const early = (book.byKey.get(event.key) ?? []).filter((other) => isBefore(other) && !isOver(other));
  const problems = early.map(
    ({ sequence }) => `${event.sequence} of ${event.key} taken before ${sequence} (I6)`,
  );
  if (event.type !== "sync.published") return problems;
  const open = (book.byRun.get(event.runId) ?? []).filter((other) => other !== event && !isOver(other));
  const aside = open.length > 0 ? setAside() : new Set();
  return [
    ...problems,
    ...open
      .filter(({ sequence }) => !aside.has(sequence))
      .map(({ sequence }) => `the end of ${event.runId} taken before ${sequence}`),
  ];
}
