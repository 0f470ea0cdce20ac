import type { ApiVersion, JsonObject, Meter } from "../meter/index.ts";

/** A range of date added, as epoch milliseconds; `null` is open-ended. Leap's limits may be strict. */
export type ReadWindow = { readonly addedFromMs: number | null; readonly addedToMs: number | null };

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

/** Limits on one request (I8). */
export type ReadLimits = {
  readonly requestTimeoutMs: number;
  readonly responseBytesMax: number;
  readonly attemptCountMax: number;
};

export type LeapClientOptions = {
  readonly apiVersion: ApiVersion;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Required for v1. */
  readonly accountId: string | null;
  readonly credentials: LeapCredentials;
  readonly pageSize: number;
  readonly limits: ReadLimits;
  /** Chance, for the jitter of retries: a number in [0, 1). */
  readonly random: () => number;
  /** Real time: lifetimes of tokens and waits between attempts. */
  readonly clock: { readonly now: () => number };
};

export type LeapClient = {
  /**
   * One page of the meters added within the window. Throws a `Failure` of kind `refused`, `environment` or
   * `contract`; an aborted signal rejects with the signal's reason.
   */
  readonly readPage: (window: ReadWindow, pageToken: string | null, signal: AbortSignal) => Promise<LeapPage>;
  /** One meter by id as Leap sent it, or `null` where Leap does not know it. */
  readonly readMeter: (meterId: string, signal: AbortSignal) => Promise<JsonObject | null>;
  /** Closes kept-alive connections. */
  readonly close: () => void;
};
