import type { ApiVersion, JsonObject, Meter } from "../meter/index.ts";

/** A range of date added, as epoch milliseconds; `null` is open-ended. Leap's limits may be strict. */
export type ReadWindow = {
  readonly addedFromMs: number | null;
  readonly addedToMs: number | null;
  /** Set for a poll: only meters modified since then. */
  readonly modifiedFromMs?: number | null;
};

/** One page, in the order Leap sent it. Documents are untouched: unknown fields included (I11). */
export type LeapPage = {
  readonly documents: readonly JsonObject[];
  /** Elements of the page's array that are no objects, or nested beyond all reason: counted as rejected. */
  readonly unreadableCount: number;
  /** `null` on the last page. */
  readonly nextPageToken: string | null;
  /** The server's `Date` header as epoch milliseconds, where it sent one (I3). */
  readonly serverDateMs: number | null;
};

/** What is read of one document: a meter, or why not; and what was odd about it. */
export type Extraction = {
  /** In lower case; `null` where the document has none: the meter is rejected (I11). */
  readonly meterId: string | null;
  /** `null` where enrollment or period dates cannot be read: the meter keeps its last known state (I11). */
  readonly meter: Meter | null;
  readonly problem: string | null;
  /** Short codes, such as `region_missing`; counted over the run, never fatal. */
  readonly drift: readonly string[];
};

export type LeapCredentials =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "login"; readonly email: string; readonly password: string; readonly loginUrl: string };

/** Limits on one request, and on everything that one client asks (I8). */
export type ReadLimits = {
  readonly requestTimeoutMs: number;
  readonly responseBytesMax: number;
  readonly attemptCountMax: number;
  /** Requests sent in all, attempts and logins included. */
  readonly requestCountMax: number;
  /** Milliseconds since the client was opened after which nothing more is sent. */
  readonly runTimeMaxMs: number;
};

export type LeapClientOptions = {
  readonly apiVersion: ApiVersion;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Required for v1. */
  readonly accountId: string | null;
  readonly credentials: LeapCredentials;
  readonly pageSize: number;
  /** Requests at once at most, 1 or more. Fewer while Leap answers 429. */
  readonly concurrency: number;
  readonly limits: ReadLimits;
  /** Chance, for the jitter of retries: a number in [0, 1). */
  readonly random: () => number;
  /** Real time: lifetimes of tokens, waits between attempts, the time a run may take. */
  readonly clock: { readonly now: () => number };
};

/** What a client has sent and received since it was opened. */
export type LeapTraffic = {
  /** Every request, attempts and logins included. */
  readonly requestCount: number;
  /** Those among them that were sent because an attempt before had not passed. */
  readonly retryCount: number;
  /** Answers of 429. */
  readonly throttledCount: number;
  /** Bytes of the answers' bodies, unpacked. */
  readonly byteCount: number;
  /** The fewest requests at once that there ever were allowed to be. */
  readonly concurrencyLowest: number;
};

export type LeapClient = {
  /**
   * One page of the meters added within the window. Throws a `Failure` of kind `refused`, `environment` or
   * `contract`; a `LeapTokenRefused` where the page token has expired or is not known: the window is to be
   * read from its first page again. An aborted signal rejects with the signal's reason.
   */
  readonly readPage: (window: ReadWindow, pageToken: string | null, signal: AbortSignal) => Promise<LeapPage>;
  /**
   * Meters by id, as Leap sent them, keyed by id in lower case. An id that is not in the map is one that Leap
   * does not know: where that cannot be told for certain, it throws a `LeapContractBroken` (I7). Takes 1 to
   * 1000 ids, and throws a RangeError for any other number: an empty list would ask for all meters.
   */
  readonly readMeters: (
    meterIds: readonly string[],
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, JsonObject>>;
  readonly traffic: () => LeapTraffic;
  /** Closes kept-alive connections. */
  readonly close: () => void;
};
