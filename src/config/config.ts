import type { ApiVersion } from "../meter/index.ts";

/** Where the change events go, in the order configured. */
export type SinkConfig =
  | { readonly kind: "stdout"; readonly name: "stdout" }
  | { readonly kind: "file"; readonly name: string; readonly path: string }
  | WebhookConfig;

/** A receiver of change events over HTTP. */
export type WebhookConfig = {
  readonly kind: "webhook";
  /** `webhook:NAME`. */
  readonly name: string;
  readonly url: string;
  /** Keys that sign, base64 without `whsec_`: the current one, and others while they are rotated. */
  readonly signingKeys: readonly string[];
  /** Sent with every request; a bearer token is the header `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Several events a request (`application/cloudevents-batch+json`), or one. */
  readonly mode: "batched" | "structured";
  readonly batchEventCountMax: number;
  /** One event that is larger goes alone. */
  readonly batchBytesMax: number;
  readonly timeoutMs: number;
  /** Only events of these types; null for all. A type may end in `*`. */
  readonly types: readonly string[] | null;
  /** Events that carry a region, or programs, only where it is one of these; null for all. */
  readonly regions: readonly string[] | null;
  readonly programs: readonly string[] | null;
  /** Where a new one starts: at what is told next, or with this sequence. */
  readonly startAt: "now" | number;
};

export type Credentials =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "login"; readonly email: string; readonly password: string; readonly loginUrl: string };

/** A rule binds beyond both: a share in whole percent, and a number of meters. */
export type Share = { readonly percent: number; readonly count: number };

/** When a plan is held back for a person to look at. `null` switches a rule off. */
export type HoldConfig = {
  readonly empty: boolean;
  readonly absent: Share | null;
  readonly region: Share | null;
  readonly program: Share | null;
  readonly loss: Share | null;
  readonly group: Share | null;
  readonly account: Share | null;
};

/** How long things stay in the file. `null` for good. */
export type KeepConfig = {
  readonly eventsMs: number | null;
  readonly revisionsMs: number | null;
  readonly historyMs: number | null;
  readonly runsMs: number | null;
};

/** Where a job's beginning and end are told; `null` for nowhere. The URLs are secrets. */
export type HeartbeatConfig = { readonly sync: string | null; readonly deliver: string | null };

/** An account at Volue's Energy Coordination API. */
export type VolueConfig = {
  /** With its path, without a trailing slash. */
  readonly baseUrl: string;
  readonly tokenUrl: string;
  /** `null` where none are set: only commands that talk to Volue need them. */
  readonly credentials: { readonly clientId: string; readonly clientSecret: string } | null;
  readonly scope: string | null;
  /** How acknowledgements are named. */
  readonly acknowledgementTypes: "acknowledgement" | "acknowledged";
};

/** The whole configuration, checked, with every default filled in but for secrets. Frozen. */
export type Config = {
  /** Absolute path of the SQLite file. */
  readonly databasePath: string;
  readonly leap: {
    /** Without a trailing slash. */
    readonly baseUrl: string;
    readonly apiVersion: ApiVersion;
    /** `null` where not set; then events say `default`. */
    readonly accountId: string | null;
    /** `null` where none is set: only commands that talk to Leap need one. */
    readonly credentials: Credentials | null;
  };
  readonly horizonDays: number;
  readonly concurrency: number;
  readonly pageSize: number;
  /** Requests one run may send, and how long it may go on sending them. */
  readonly requestCountMax: number;
  readonly runTimeMaxMs: number;
  /** Epoch milliseconds of the portfolio's first day, UTC. */
  readonly portfolioStartMs: number;
  readonly defaultZone: string;
  /** Region to IANA zone: overrides of the built-in table. */
  readonly zones: Readonly<Record<string, string>>;
  readonly resumeWithinMs: number;
  readonly missingConfirmAfterMs: number;
  /** `null` for never. */
  readonly fullChainEveryMs: number | null;
  readonly pollTrustPercent: number;
  readonly hold: HoldConfig;
  readonly cron: string;
  readonly pollCron: string | null;
  readonly timezone: string;
  /** `schedule` ends what takes longer. */
  readonly runDeadlineMs: number;
  readonly listen: { readonly host: string; readonly port: number };
  readonly sinks: readonly SinkConfig[];
  /** A sink with more undelivered events than this is told as full. */
  readonly backlogCountMax: number;
  readonly ackMarginHours: number;
  /** Names of the sinks whose consumers say what became of a remap. */
  readonly acknowledgedBy: readonly string[];
  /** The bearer token of those who report over HTTP; `null` where that is off. */
  readonly ackToken: string | null;
  /** Whether a database on a network file system is opened all the same. */
  readonly allowsNetworkFileSystem: boolean;
  /** Absolute path of the export, `null` for off. */
  readonly exportPath: string | null;
  /** Earlier exports that stay beside it. */
  readonly exportKeepCount: number;
  /** Whether exports carry the documents as Leap sent them. */
  readonly exportsPersonalData: boolean;
  /** Absolute path of the report, `null` for off. */
  readonly reportPath: string | null;
  readonly keep: KeepConfig;
  /** Absolute path of the metrics for a textfile collector, `null` for off. */
  readonly metricsPath: string | null;
  readonly heartbeat: HeartbeatConfig;
  readonly volue: VolueConfig;
};
