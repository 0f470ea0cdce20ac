import type { Fault, FaultKind, SettledFault } from "./fault-kinds.ts";
import { faultKinds } from "./fault-kinds.ts";
import { hashOf, toFraction } from "./hash.ts";
import { parseFaultSeed, parseFaults } from "./parse-faults.ts";

/** What a request is after: pages of the portfolio, meters by id, or something else. */
export type Asked = "pages" | "ids" | "other";

/** What the faults say to one request. */
export type RequestFaults = {
  /** Counted from 1 since the faults were set. */
  readonly requestNumber: number;
  /** How many requests are under way, this one included. */
  readonly underWay: number;
  /**
   * The fault of this kind that hits, or `null`: to be asked once a request, and only where it can show.
   * @param fits whether the fault, as it was set, is meant for this request at all
   */
  readonly hit: <Kind extends FaultKind>(
    kind: Kind,
    fits?: (fault: SettledFault<Kind>) => boolean,
  ) => SettledFault<Kind> | null;
  /** Whether there is such a fault at all, hit or not. */
  readonly has: (kind: FaultKind) => boolean;
  /** A number in [0, 1) that is a meter's own, whichever request it is. */
  readonly drawOf: (kind: FaultKind, meterId: string) => number;
  readonly chains: ChainMemory;
};

/** What a fault must remember of chains of pages. */
export type ChainMemory = {
  /** Page tokens by search and number of the page they came on. */
  readonly tokens: Map<string, string>;
  /** Meter ids that are to come once more, by search and where it goes on. */
  readonly again: Map<string, readonly string[]>;
};

export type FaultCount = { readonly fault: SettledFault; readonly hitCount: number };

/** The faults in force. They are decided here; each shows where the answer is made. */
export type FaultBook = {
  /** To be called once a request, in the order the requests come in. */
  readonly open: (asked: Asked, underWay: number) => RequestFaults;
  /** Puts these in force and begins to count anew. Fails with kind `usage`, and then changes nothing. */
  readonly set: (faults: readonly Fault[], seed?: number) => void;
  readonly seed: () => number;
  readonly counts: () => readonly FaultCount[];
};

const kinds = Object.keys(faultKinds);
const memoryMax = 10_000;

type Entry = { readonly fault: SettledFault; readonly ordinal: number; eligible: number; hits: number };

/** Whether a fault hits is a function of seed, kind and the running number of the request. */
export function openFaultBook(faults: readonly Fault[], firstSeed: number): FaultBook {
  let seed = 0;
  let entries: readonly Entry[] = [];
  let requestNumber = 0;
  let chains: ChainMemory = { tokens: new Map(), again: new Map() };

  function set(next: readonly Fault[], nextSeed: number = seed): void {
    const settled = parseFaults(next);
    seed = parseFaultSeed(nextSeed);
    entries = settled.map((fault, index) => {
      const ordinal = settled.slice(0, index).filter(({ kind }) => kind === fault.kind).length;
      return { fault, ordinal, eligible: 0, hits: 0 };
    });
    requestNumber = 0;
    chains = { tokens: new Map(), again: new Map() };
  }

  set(faults, firstSeed);
  return {
    open: (asked, underWay) => {
      requestNumber += 1;
      return openRequest({ entries, seed, requestNumber, chains, asked, underWay });
    },
    set,
    seed: () => seed,
    counts: () => entries.map(({ fault, hits }) => ({ fault, hitCount: hits })),
  };
}

/** Remembers, and forgets the oldest where it is too much. */
export function remember<Value>(memory: Map<string, Value>, key: string, value: Value): void {
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > memoryMax && oldest !== undefined) memory.delete(oldest);
}

function openRequest(given: {
  readonly entries: readonly Entry[];
  readonly seed: number;
  readonly requestNumber: number;
  readonly chains: ChainMemory;
  readonly asked: Asked;
  readonly underWay: number;
}): RequestFaults {
  const { entries, seed, requestNumber, chains, asked, underWay } = given;
  return {
    requestNumber,
    underWay,
    chains,
    hit: <Kind extends FaultKind>(kind: Kind, fits: (fault: SettledFault<Kind>) => boolean = () => true) => {
      for (const entry of entries) {
        if (entry.fault.kind !== kind) continue;
        const fault = entry.fault as SettledFault<Kind>;
        if (isMeant(fault, asked) && fits(fault) && isHit(entry, seed, requestNumber)) return fault;
      }
      return null;
    },
    has: (kind) => entries.some(({ fault }) => fault.kind === kind),
    drawOf: (kind, meterId) => toFraction(hashOf(seed, kinds.indexOf(kind), hashOfText(meterId))),
  };
}

function isMeant(fault: { readonly on: string }, asked: Asked): boolean {
  return fault.on === "all" || fault.on === asked;
}

/** Counts on the way. */
function isHit(entry: Entry, seed: number, requestNumber: number): boolean {
  const { rate, times, after, kind } = entry.fault;
  entry.eligible += 1;
  if (entry.eligible <= after || (times !== null && entry.hits >= times)) return false;
  if (toFraction(hashOf(seed, kinds.indexOf(kind), requestNumber, entry.ordinal)) >= rate) return false;
  entry.hits += 1;
  return true;
}

function hashOfText(text: string): number {
  let hash = 0;
  for (const letter of text.toLowerCase()) hash = hashOf(hash, letter.codePointAt(0) ?? 0);
  return hash;
}
