import type { Config, Credentials } from "./config.ts";
import { checkPaths } from "./paths.ts";
import { type ConfigInput, gatherSettings, type Settings } from "./settings.ts";
import { parseAcknowledgedBy, parseSinks } from "./sinks.ts";
import {
  type ParseValue,
  parseAccountId,
  parseAcknowledgementTypes,
  parseApiUrl,
  parseBaseUrl,
  parseCron,
  parseCronOrOff,
  parseDayMs,
  parseDurationMs,
  parseDurationMsOrOff,
  parseEmail,
  parseFilePath,
  parseFilePathOrOff,
  parseKeepMsOrOff,
  parseKey,
  parseListen,
  parseLoginUrl,
  parseMetricsPathOrOff,
  parsePassword,
  parsePercent,
  parsePingUrl,
  parseRunTimeMs,
  parseScope,
  parseShareOrOff,
  parseSwitch,
  parseToken,
  parseWholeNumber,
  parseZone,
} from "./values.ts";
import { type Variable, type VariableName, variables } from "./variables.ts";

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

/** One kind of value of one variable: checked, or told as a problem and undefined. */
type Take = <T>(name: VariableName, parse: ParseValue<T>) => T | undefined;

/** The whole configuration, or everything that is wrong with it. */
export function parseConfig(input: ConfigInput): ParsedConfig {
  const problems: string[] = [];
  const settings = gatherSettings(input, problems);
  const config = assembleConfig(settings, input, problems);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: freezeDeep(config as Config) };
}

/** Complete only where no problem was told: a value that could not be read is undefined. */
function assembleConfig(
  settings: Settings,
  input: ConfigInput,
  problems: string[],
): { [K in keyof Config]: unknown } {
  const { cwd } = input;
  const take: Take = (name, parse) => takeValue(name, parse, settings, problems);
  const databasePath = take("METER_SYNC_DATABASE", parseFilePath(cwd));
  const exportPath = take("METER_SYNC_EXPORT", parseFilePathOrOff(cwd));
  const reportPath = take("METER_SYNC_REPORT", parseFilePathOrOff(cwd));
  const metricsPath = take("METER_SYNC_METRICS_FILE", parseMetricsPathOrOff(cwd));
  const listed = parseSinks(settings, input, problems);
  const acknowledgedBy = settings.texts.get("METER_SYNC_ACKNOWLEDGED_BY");
  const written = { databasePath, exportPath, metricsPath, reportPath };
  checkPaths(written, { sinks: listed.sinks, mayReadExport: input.isDatabaseAsked === true }, problems);
  return {
    databasePath,
    leap: assembleLeap(take, settings, problems),
    horizonDays: take("METER_SYNC_HORIZON_DAYS", parseWholeNumber(1, 31)),
    concurrency: take("METER_SYNC_CONCURRENCY", parseWholeNumber(1, 32)),
    pageSize: take("METER_SYNC_PAGE_SIZE", parseWholeNumber(1, 500)),
    requestCountMax: take("METER_SYNC_REQUESTS_MAX", parseWholeNumber(1, 10_000_000)),
    runTimeMaxMs: take("METER_SYNC_RUN_TIME_MAX", parseRunTimeMs),
    portfolioStartMs: take("METER_SYNC_PORTFOLIO_START", parseDayMs),
    defaultZone: take("METER_SYNC_DEFAULT_ZONE", parseZone),
    zones: parseZones(settings.zones, problems),
    resumeWithinMs: take("METER_SYNC_RESUME_WITHIN", parseDurationMs),
    missingConfirmAfterMs: take("METER_SYNC_MISSING_CONFIRM_AFTER", parseDurationMs),
    fullChainEveryMs: take("METER_SYNC_FULL_CHAIN_EVERY", parseDurationMsOrOff),
    pollTrustPercent: take("METER_SYNC_POLL_TRUST", parsePercent),
    hold: assembleHold(take),
    cron: take("METER_SYNC_CRON", parseCron),
    pollCron: take("METER_SYNC_POLL_CRON", parseCronOrOff),
    timezone: take("METER_SYNC_TIMEZONE", parseZone),
    runDeadlineMs: take("METER_SYNC_RUN_DEADLINE", parseRunTimeMs),
    listen: take("METER_SYNC_LISTEN", parseListen),
    sinks: listed.sinks,
    backlogCountMax: take("METER_SYNC_BACKLOG_MAX", parseWholeNumber(1, 10_000_000)),
    ackMarginHours: take("METER_SYNC_ACK_MARGIN_HOURS", parseWholeNumber(0, 72)),
    acknowledgedBy: parseAcknowledgedBy(acknowledgedBy, listed, cwd, problems),
    ackToken: take("METER_SYNC_ACK_TOKEN", parseToken) ?? null,
    allowsNetworkFileSystem: take("METER_SYNC_ALLOW_NETWORK_FS", parseSwitch),
    exportPath,
    exportKeepCount: take("METER_SYNC_EXPORT_KEEP", parseWholeNumber(0, 99)),
    exportsPersonalData: take("METER_SYNC_EXPORT_PERSONAL", parseSwitch),
    reportPath,
    keep: assembleKeep(take),
    metricsPath,
    heartbeat: {
      sync: take("METER_SYNC_HEARTBEAT_URL", parsePingUrl) ?? null,
      deliver: take("METER_SYNC_DELIVER_HEARTBEAT_URL", parsePingUrl) ?? null,
    },
    volue: assembleVolue(take, settings, problems),
  };
}

function assembleKeep(take: Take): { [K in keyof Config["keep"]]: unknown } {
  return {
    eventsMs: take("METER_SYNC_KEEP_EVENTS", parseKeepMsOrOff),
    revisionsMs: take("METER_SYNC_KEEP_REVISIONS", parseKeepMsOrOff),
    historyMs: take("METER_SYNC_KEEP_HISTORY", parseKeepMsOrOff),
    runsMs: take("METER_SYNC_KEEP_RUNS", parseKeepMsOrOff),
  };
}

function assembleHold(take: Take): { [K in keyof Config["hold"]]: unknown } {
  return {
    empty: take("METER_SYNC_HOLD_EMPTY", parseSwitch),
    absent: take("METER_SYNC_HOLD_ABSENT", parseShareOrOff),
    region: take("METER_SYNC_HOLD_REGION", parseShareOrOff),
    program: take("METER_SYNC_HOLD_PROGRAM", parseShareOrOff),
    loss: take("METER_SYNC_HOLD_LOSS", parseShareOrOff),
    group: take("METER_SYNC_HOLD_GROUP", parseShareOrOff),
    account: take("METER_SYNC_HOLD_ACCOUNT", parseShareOrOff),
  };
}

function takeValue<T>(
  name: VariableName,
  parse: ParseValue<T>,
  settings: Settings,
  problems: string[],
): T | undefined {
  const variable = variables.find((one) => one.name === name);
  const raw = settings.texts.get(name) ?? variable?.default ?? undefined;
  if (variable === undefined || raw === undefined) return undefined;
  const value = parse(variable.isSecret ? raw : raw.trim());
  if (value === undefined)
    problems.push(`${name}${toShown(variable, raw)} is not usable; it accepts ${variable.accepts}`);
  return value;
}

/** The value as it was given, except where it may be, or hold, a secret put in the wrong place (I9). */
function toShown({ name, isSecret }: Variable, raw: string): string {
  const isShown = !isSecret && (name.startsWith("METER_SYNC_") || shownNames.includes(name));
  return isShown ? ` ${JSON.stringify(raw.length > 60 ? `${raw.slice(0, 60)}…` : raw)}` : "";
}

/** Of the accounts' variables those in which no address and no secret can be. */
const shownNames: readonly string[] = ["LEAP_API_VERSION", "VOLUE_ACKNOWLEDGEMENT_TYPES"];

function assembleLeap(
  take: Take,
  settings: Settings,
  problems: string[],
): { [K in keyof Config["leap"]]: unknown } {
  const apiVersion = take("LEAP_API_VERSION", (text) => (text === "v1" || text === "v2" ? text : undefined));
  const accountId = take("LEAP_ACCOUNT_ID", parseAccountId);
  if (apiVersion === "v1" && !settings.texts.has("LEAP_ACCOUNT_ID")) {
    const account = variables.find((variable) => variable.name === "LEAP_ACCOUNT_ID");
    problems.push(`LEAP_ACCOUNT_ID is required with LEAP_API_VERSION v1; it accepts ${account?.accepts}`);
  }
  return {
    baseUrl: take("LEAP_BASE_URL", parseBaseUrl),
    apiVersion,
    accountId: accountId ?? null,
    credentials: assembleCredentials(take, settings, problems),
  };
}

const loginNames = ["LEAP_EMAIL", "LEAP_PASSWORD", "LEAP_LOGIN_URL"] as const;

/** One kind of credentials, whole, or none at all: only commands that talk to Leap need one. */
function assembleCredentials(take: Take, settings: Settings, problems: string[]): Credentials | null {
  const isSet = (name: VariableName) => settings.texts.has(name) || settings.unreadable.has(name);
  const key = take("LEAP_API_KEY", parseKey);
  const email = take("LEAP_EMAIL", parseEmail);
  const password = take("LEAP_PASSWORD", parsePassword);
  const loginUrl = take("LEAP_LOGIN_URL", parseLoginUrl);
  const given = loginNames.filter(isSet);
  if (isSet("LEAP_API_KEY") && given.length > 0) {
    problems.push(`LEAP_API_KEY and ${given.join(", ")} are both set; set either the key or the whole login`);
  } else if (given.length > 0 && given.length < loginNames.length) {
    const left = loginNames.filter((name) => !isSet(name)).join(" and ");
    problems.push(`${left} must be set as well; the login takes ${loginNames.join(", ")} together`);
  }
  if (key !== undefined) return { kind: "key", key };
  if (email === undefined || password === undefined || loginUrl === undefined) return null;
  return { kind: "login", email, password, loginUrl };
}

/** A client and its secret, or neither: only commands that talk to Volue need them. */
function assembleVolue(
  take: Take,
  settings: Settings,
  problems: string[],
): { [K in keyof Config["volue"]]: unknown } {
  const isSet = (name: VariableName) => settings.texts.has(name) || settings.unreadable.has(name);
  const clientId = take("VOLUE_CLIENT_ID", parseKey);
  const clientSecret = take("VOLUE_CLIENT_SECRET", parsePassword);
  const [given, ...others] = clientNames.filter(isSet);
  if (given !== undefined && others.length === 0) {
    const left = clientNames.filter((name) => !isSet(name)).join("");
    problems.push(`${left} must be set as well; VOLUE_CLIENT_ID and VOLUE_CLIENT_SECRET go together`);
  }
  const isWhole = clientId !== undefined && clientSecret !== undefined;
  return {
    baseUrl: take("VOLUE_BASE_URL", parseApiUrl),
    tokenUrl: take("VOLUE_TOKEN_URL", parseLoginUrl),
    credentials: isWhole ? { clientId, clientSecret } : null,
    scope: take("VOLUE_SCOPE", parseScope) ?? null,
    acknowledgementTypes: take("VOLUE_ACKNOWLEDGEMENT_TYPES", parseAcknowledgementTypes),
  };
}

const clientNames = ["VOLUE_CLIENT_ID", "VOLUE_CLIENT_SECRET"] as const;

/** The result has no prototype: a region may be called anything. */
function parseZones(
  zones: Readonly<Record<string, unknown>>,
  problems: string[],
): Readonly<Record<string, string>> {
  const parsed: Record<string, string> = Object.create(null);
  for (const [region, value] of Object.entries(zones)) {
    const zone = typeof value === "string" ? parseZone(value.trim()) : undefined;
    if (zone !== undefined && /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(region)) parsed[region] = zone;
    else {
      const shown = JSON.stringify(region.slice(0, 60));
      problems.push(`zones in METER_SYNC_CONFIG: ${shown} accepts an IANA time zone such as America/Chicago`);
    }
  }
  return parsed;
}

function freezeDeep<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === "object" && member !== null) freezeDeep(member);
  }
  return Object.freeze(value);
}
