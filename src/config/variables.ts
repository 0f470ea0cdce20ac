import { holdVariables } from "./hold-variables.ts";
import { upkeepVariables } from "./upkeep-variables.ts";
import { volueVariables } from "./volue-variables.ts";

export type Variable = {
  readonly name: string;
  /** One line for `--help` and the README. */
  readonly help: string;
  /** What a value must look like, as said in a problem: "… accepts <this>". */
  readonly accepts: string;
  /** The default as one would write it; `null` where there is none. */
  readonly default: string | null;
  /** Never shown, and readable from a file as well, by the same name with `_FILE`. */
  readonly isSecret: boolean;
};

const shown = { isSecret: false } as const;
const secret = { isSecret: true, default: null } as const;
const duration = "a duration of at most 366d, such as 90s, 15m, 6h or 7d";
const zone = "an IANA time zone such as America/Chicago";
const cron = "a cron expression of five or six fields";

/** Every variable there is, in the order a reader meets them. */
export const variables = [
  {
    name: "METER_SYNC_CONFIG",
    help: "JSON file beneath the environment: the same names as keys, `zones` and `webhooks`",
    accepts: "the path of a JSON file",
    default: null,
    ...shown,
  },
  {
    name: "METER_SYNC_DATABASE",
    help: "The SQLite file",
    accepts: "the path of a file",
    default: "./data/meter-sync.sqlite",
    ...shown,
  },
  {
    name: "LEAP_BASE_URL",
    help: "Leap's API; staging is https://api.staging.leap.energy",
    accepts: "an https URL of a host alone, without path, query or credentials; plain http to loopback only",
    default: "https://api.leap.energy",
    ...shown,
  },
  {
    name: "LEAP_API_VERSION",
    help: "Version of the meters API",
    accepts: "v1 or v2",
    default: "v2",
    ...shown,
  },
  {
    name: "LEAP_API_KEY",
    help: "Bearer key, sent as it is",
    accepts: "a key of printable ASCII characters, without the word Bearer and without spaces around it",
    ...secret,
  },
  {
    name: "LEAP_ACCOUNT_ID",
    help: "Required for v1; names the account in events, where it is `default` otherwise",
    accepts: "letters, digits, dots, underscores, tildes and hyphens, at most 128, as in the Partner Portal",
    default: null,
    ...shown,
  },
  {
    name: "LEAP_EMAIL",
    help: "The older login: e-mail address, instead of a key",
    accepts: "an e-mail address",
    ...secret,
  },
  {
    name: "LEAP_PASSWORD",
    help: "The older login: password",
    accepts: "a password without line breaks, at most 1024 characters",
    ...secret,
  },
  {
    name: "LEAP_LOGIN_URL",
    help: "The older login: where a token is asked for",
    accepts: "an https URL without query or credentials; plain http to loopback only",
    default: null,
    ...shown,
  },
  {
    name: "METER_SYNC_HORIZON_DAYS",
    help: "Trade dates looked at, from today on (v1 answers for three at most)",
    accepts: "a whole number from 1 to 31",
    default: "3",
    ...shown,
  },
  {
    name: "METER_SYNC_CONCURRENCY",
    help: "Read windows read side by side",
    accepts: "a whole number from 1 to 32",
    default: "4",
    ...shown,
  },
  {
    name: "METER_SYNC_PAGE_SIZE",
    help: "Meters asked for per page",
    accepts: "a whole number from 1 to 500",
    default: "500",
    ...shown,
  },
  {
    name: "METER_SYNC_REQUESTS_MAX",
    help: "Requests one run may send to Leap, attempts and logins included",
    accepts: "a whole number from 1 to 10000000",
    default: "100000",
    ...shown,
  },
  {
    name: "METER_SYNC_RUN_TIME_MAX",
    help: "How long one run may go on asking Leap",
    accepts: "a duration from 1s to 366d, such as 90s, 15m, 6h or 7d",
    default: "4h",
    ...shown,
  },
  {
    name: "METER_SYNC_PORTFOLIO_START",
    help: "About when the first meter was added; divides the reading, leaves nothing out",
    accepts: "a calendar day, YYYY-MM-DD",
    default: "2017-01-01",
    ...shown,
  },
  {
    name: "METER_SYNC_DEFAULT_ZONE",
    help: "Time zone of a region never seen before",
    accepts: zone,
    default: "America/Los_Angeles",
    ...shown,
  },
  {
    name: "METER_SYNC_RESUME_WITHIN",
    help: "How long the finished windows of a killed run are not read again",
    accepts: duration,
    default: "6h",
    ...shown,
  },
  {
    name: "METER_SYNC_MISSING_CONFIRM_AFTER",
    help: "How long a meter must be missing before its assignments end",
    accepts: duration,
    default: "12h",
    ...shown,
  },
  {
    name: "METER_SYNC_FULL_CHAIN_EVERY",
    help: "How often a sweep reads everything as one chain: a filter of windows may hide meters",
    accepts: `off, or ${duration}`,
    default: "7d",
    ...shown,
  },
  {
    name: "METER_SYNC_POLL_TRUST",
    help: "Where polls find less than this share of the changes, a poll is carried out as a sweep",
    accepts: "a whole percentage from 0% to 100%, such as 95%",
    default: "95%",
    ...shown,
  },
  ...holdVariables,
  {
    name: "METER_SYNC_CRON",
    help: "`schedule`: when to sweep",
    accepts: cron,
    default: "17 6 * * *",
    ...shown,
  },
  {
    name: "METER_SYNC_POLL_CRON",
    help: "`schedule`: when to poll",
    accepts: `off, or ${cron}`,
    default: "off",
    ...shown,
  },
  {
    name: "METER_SYNC_TIMEZONE",
    help: "`schedule`: the zone the cron expressions are read in",
    accepts: zone,
    default: "UTC",
    ...shown,
  },
  {
    name: "METER_SYNC_LISTEN",
    help: "`schedule`: where health and metrics are served and reports are taken",
    accepts: "host:port, with an IPv6 address in brackets",
    default: "127.0.0.1:9464",
    ...shown,
  },
  {
    name: "METER_SYNC_RUN_DEADLINE",
    help: "`schedule`: how long a run or a delivery may take before it is ended",
    accepts: "a duration from 1s to 366d, such as 90s, 15m, 6h or 7d",
    default: "5h",
    ...shown,
  },
  {
    name: "METER_SYNC_SINKS",
    help: "Where change events go",
    accepts:
      "a comma-separated list of stdout, file:PATH and webhook:NAME (letters, digits, _, -), none twice",
    default: null,
    ...shown,
  },
  {
    name: "METER_SYNC_BACKLOG_MAX",
    help: "Undelivered events from which a sink is told as full",
    accepts: "a whole number from 1 to 10000000",
    default: "100000",
    ...shown,
  },
  {
    name: "METER_SYNC_ACK_MARGIN_HOURS",
    help: "Hours before its trade date from which an unacknowledged remap is overdue",
    accepts: "a whole number from 0 to 72",
    default: "12",
    ...shown,
  },
  {
    name: "METER_SYNC_ACKNOWLEDGED_BY",
    help: "Sinks whose consumers report what became of remaps",
    accepts: "webhooks, none, or a comma-separated list of sinks that METER_SYNC_SINKS names",
    default: "webhooks",
    ...shown,
  },
  {
    name: "METER_SYNC_ACK_TOKEN",
    help: "`schedule`: the bearer token that reports come with; unset, none are taken over HTTP",
    accepts: "a token of 16 to 1024 printable ASCII characters without spaces",
    ...secret,
  },
  ...upkeepVariables,
  ...volueVariables,
] as const satisfies readonly Variable[];

export type VariableName = (typeof variables)[number]["name"];
