/** A number within limits; `otherwise` is what holds where it is not given, `null` where nothing does. */
export type NumberOption = {
  readonly from: number;
  readonly to: number;
  readonly isWhole: boolean;
  readonly otherwise: number | null;
};
/** One of a few words; the first holds where none is given. */
export type WordOption = { readonly words: readonly string[] };
export type FaultOption = NumberOption | WordOption;

const longest = 1_000_000_000;
const regions = ["CAISO", "ERCOT", "NYISO", "ISONE", "PJM", "SERC", "WECC_SW", "WECC_PC"] as const;

/** What every fault takes besides its own options. */
export const everyFault = {
  /** How often it hits the requests that it could hit. */
  rate: { from: 0, to: 1, isWhole: false, otherwise: 1 },
  /** Only the first N hits. */
  times: { from: 1, to: longest, isWhole: true, otherwise: null },
  /** The first N requests that it could hit are spared. */
  after: { from: 0, to: longest, isWhole: true, otherwise: 0 },
  /** `pages`: searches through the portfolio. `ids`: meters asked for by id, one or a list. */
  on: { words: ["all", "pages", "ids"] },
} as const satisfies Readonly<Record<string, FaultOption>>;

/** Every kind of fault: one line about it, and its own options. */
export const faultKinds = {
  throttle: {
    says: "429 (above=4: only beyond 4 requests under way; retry-after-seconds=2: says when)",
    options: { retryAfterSeconds: toWhole(0, 86_400, null), above: toWhole(0, 100_000, 0) },
  },
  "error-500": { says: "500 with a bare text for a body, as Leap has it", options: {} },
  reset: { says: "the connection is reset in the middle of the body", options: {} },
  "truncated-gzip": {
    says: "the gzipped body ends early, and the content-length agrees with the cut",
    options: {},
  },
  "slow-drip": {
    says: "the body comes a byte at a time (pause-ms=1000 between two)",
    options: { pauseMs: toWhole(1, 600_000, 1000) },
  },
  html: { says: "a page of HTML with status 200", options: {} },
  "empty-first-page": { says: "the first page of a search is empty and the only one", options: {} },
  "missing-token": {
    says: "a page comes without the token of the next (page=N: only the Nth of a search)",
    options: { page: toWhole(1, longest, null) },
  },
  "repeated-token": {
    says: "after page=2 of a search comes the token of an earlier page (period=1: the one just used)",
    options: { page: toWhole(1, longest, 2), period: toWhole(1, longest, 1) },
  },
  "token-expiry": {
    says: "a page token that is older than requests=20 of all requests is answered 400",
    options: { requests: toWhole(0, longest, 20) },
  },
  "page-cap": {
    says: "pages are no longer than size=50, however long a page was asked for",
    options: { size: toWhole(1, 500, 50) },
  },
  "moving-meters": {
    says: "while pages are read, twice=0.05 of the meters come on two, and skipped=0.05 on none",
    options: { twice: toShare(0.05), skipped: toShare(0.05) },
  },
  "clock-skew": {
    says: "the Date header is off by seconds=3600 (negative: behind)",
    options: { seconds: toWhole(-longest, longest, 3600) },
  },
  "region-vanishes": {
    says: "the meters of region=CAISO are gone (on=pages: from searches, not by id)",
    options: { region: { words: regions } },
  },
  ungrouped: {
    says: "no meter is in a group (rows=drop: nor listed for any delivery period)",
    options: { rows: { words: ["keep", "drop"] } },
  },
  "other-account": {
    says: "another account's meters are answered (seed=N: whose)",
    options: { seed: toWhole(0, longest, null) },
  },
  "missing-meters": {
    says: "share=0.05 of the meters are gone (on=pages: from searches, not by id)",
    options: { share: toShare(0.05) },
  },
  "hidden-meters": {
    says: "share=0.05 of the meters are left out of every search with a limit of date added",
    options: { share: toShare(0.05) },
  },
} as const satisfies Readonly<
  Record<string, { readonly says: string; readonly options: Readonly<Record<string, FaultOption>> }>
>;

export type FaultKind = keyof typeof faultKinds;

type Value<Option> = Option extends { readonly words: readonly (infer Word)[] } ? Word : number;
type Settled<Option> = Option extends { readonly otherwise: infer Otherwise }
  ? number | (null extends Otherwise ? null : never)
  : Value<Option>;
type OptionsOf<Kind extends FaultKind> = (typeof faultKinds)[Kind]["options"] & typeof everyFault;

/** One kind of fault with all its options, given or not. */
export type SettledFault<Kind extends FaultKind = FaultKind> = { readonly kind: Kind } & {
  readonly [Name in keyof OptionsOf<Kind>]: Settled<OptionsOf<Kind>[Name]>;
};

/** A fault as it is asked for: a kind, and those options that are not to be the usual ones. */
export type Fault = {
  readonly [Kind in FaultKind]: { readonly kind: Kind } & {
    readonly [Name in keyof OptionsOf<Kind>]?: Value<OptionsOf<Kind>[Name]>;
  };
}[FaultKind];

function toWhole<Otherwise extends number | null>(from: number, to: number, otherwise: Otherwise) {
  return { from, to, isWhole: true, otherwise } as const;
}

function toShare(otherwise: number) {
  return { from: 0, to: 1, isWhole: false, otherwise } as const;
}
