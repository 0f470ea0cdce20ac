import type { WebhookConfig } from "./config.ts";
import { type ConfigInput, isRecord, parseObject, readFileOrNull } from "./settings.ts";
import { suggestName } from "./suggestion.ts";
import {
  type ParseUnknown,
  parseBatchBytes,
  parseBatchEvents,
  parseBearer,
  parseFlag,
  parseHeaders,
  parsePath,
  parsePrograms,
  parseRegions,
  parseSecrets,
  parseStartAt,
  parseTimeoutMs,
  parseTypes,
  parseWebhookMode,
  parseWebhookUrl,
} from "./webhook-values.ts";

const list = "a list of 1 to 50";
const secret = "base64 of 24 to 64 bytes, with or without whsec_ before it";

/** The keys that describe a webhook, with what each accepts. */
const keys = {
  url: 'an https URL without credentials or fragment; plain http to this machine, or with "allow_http": true',
  allow_http: "true or false",
  secrets: `a list of 1 to 5 secrets, none twice, each ${secret}`,
  secrets_file: `the path of a text file of 1 to 5 secrets, one a line, none twice, each ${secret}`,
  unsigned: "true or false, and true only without secrets",
  bearer: "a token of printable ASCII characters, without the word Bearer and without spaces around it",
  bearer_file: "the path of a text file that holds the token alone",
  headers:
    "an object of at most 20 headers, names and printable ASCII values; not content-type, content-length, " +
    "host, webhook-…, or what the connection sets itself",
  headers_file: "the path of a JSON file, an object of such headers as `headers` accepts",
  mode: "batched or structured",
  batch_events: "a whole number from 1 to 500",
  batch_bytes: "a size from 1024 to 8388608 bytes, as a number or such as 512KiB or 1MiB",
  timeout: "a duration from 1s to 5m, such as 30s",
  types: `${list} event types, each of which may end in *`,
  regions: `${list} transmission regions such as CAISO`,
  programs: `${list} programs`,
  start_at: "now, or the sequence of the first event it is to get",
} as const;

type Key = keyof typeof keys;

/** One described webhook as it is read: its keys, and where problems are told. */
type Description = {
  readonly place: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly input: ConfigInput;
  readonly problems: string[];
};

/**
 * What the file describes under one name of `webhooks`; undefined where any of it is not usable. Adds to the
 * problems, which show no value: a URL, a header or what stands in the wrong place may be secret (I9).
 */
export function parseWebhook(
  webhookName: string,
  described: unknown,
  input: ConfigInput,
  problems: string[],
): WebhookConfig | undefined {
  const own: string[] = [];
  const place = `webhooks.${webhookName}`;
  if (!isRecord(described)) {
    problems.push(`${place} in METER_SYNC_CONFIG accepts an object with url, secrets and more`);
    return undefined;
  }
  const config = assembleWebhook(webhookName, { place, values: described, input, problems: own });
  problems.push(...own);
  // Complete where nothing was told: what could not be read is undefined, and told.
  return own.length > 0 ? undefined : (config as WebhookConfig);
}

function assembleWebhook(
  webhookName: string,
  description: Description,
): { [K in keyof WebhookConfig]: unknown } {
  tellUnknownKeys(description);
  const take = <T>(key: Key, parse: ParseUnknown<T>): T | undefined => takeKey(description, key, parse);
  const isHttpAllowed = take("allow_http", parseFlag) ?? false;
  if (!isSet(description, "url")) tellMissing(description, "url", "");
  return {
    kind: "webhook",
    name: `webhook:${webhookName}`,
    url: take("url", parseWebhookUrl(isHttpAllowed)),
    signingKeys: assembleSigningKeys(description, take("unsigned", parseFlag) ?? false),
    headers: assembleHeaders(description),
    mode: take("mode", parseWebhookMode) ?? "batched",
    batchEventCountMax: take("batch_events", parseBatchEvents) ?? 100,
    batchBytesMax: take("batch_bytes", parseBatchBytes) ?? 1024 * 1024,
    timeoutMs: take("timeout", parseTimeoutMs) ?? 30_000,
    types: take("types", parseTypes) ?? null,
    regions: take("regions", parseRegions) ?? null,
    programs: take("programs", parsePrograms) ?? null,
    startAt: take("start_at", parseStartAt) ?? "now",
  };
}

/** Unsigned only where that is said in words: a receiver that cannot tell us from others believes anyone. */
function assembleSigningKeys(description: Description, isUnsigned: boolean): readonly string[] {
  const isGiven = isSet(description, "secrets") || isSet(description, "secrets_file");
  if (!isGiven && !isUnsigned) {
    tellMissing(description, "secrets", '; without signatures, say so with "unsigned": true');
  } else if (isGiven && isUnsigned) {
    tell(description, "unsigned", "contradicts the secrets that are set; it", keys.unsigned);
  }
  return (
    takeOwnOrFile(description, "secrets", "secrets_file", parseSecrets, (text) =>
      parseSecrets(
        text
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
      ),
    ) ?? []
  );
}

function assembleHeaders(description: Description): Readonly<Record<string, string>> {
  const headers =
    takeOwnOrFile(description, "headers", "headers_file", parseHeaders, (text) =>
      parseHeaders(parseObject(text)),
    ) ?? {};
  const bearer = takeOwnOrFile(description, "bearer", "bearer_file", parseBearer, (text) =>
    parseBearer(text.replace(/(\r?\n)+$/, "")),
  );
  if (bearer === undefined) return headers;
  if (headers.authorization !== undefined)
    tell(description, "bearer", "and a header authorization are both set; only one of them", keys.bearer);
  return { ...headers, authorization: `Bearer ${bearer}` };
}

/** A secret, from the description or from a file of its own. */
function takeOwnOrFile<T>(
  description: Description,
  key: Key,
  fileKey: Key,
  parse: ParseUnknown<T>,
  parseText: (text: string) => T | undefined,
): T | undefined {
  if (isSet(description, key) && isSet(description, fileKey)) {
    tell(description, key, `and ${fileKey} are both set; only one of them`, keys[key]);
    return undefined;
  }
  const own = takeKey(description, key, parse);
  const path = takeKey(description, fileKey, parsePath);
  if (path === undefined) return own;
  const text = readFileOrNull(path, description.input);
  const value = text === null ? undefined : parseText(text);
  if (text === null) tell(description, fileKey, "names a file that cannot be read; it", keys[fileKey]);
  else if (value === undefined)
    tell(description, fileKey, "names a file whose content is not usable; it", keys[fileKey]);
  return value;
}

function takeKey<T>(description: Description, key: Key, parse: ParseUnknown<T>): T | undefined {
  if (!isSet(description, key)) return undefined;
  const value = parse(description.values[key]);
  if (value === undefined) tell(description, key, "", keys[key]);
  return value;
}

/** As everywhere in the file, null is as good as left out. */
function isSet({ values }: Description, key: Key): boolean {
  return Object.hasOwn(values, key) && values[key] !== null;
}

function tellUnknownKeys(description: Description): void {
  for (const name of Object.keys(description.values)) {
    if (Object.hasOwn(keys, name)) continue;
    const suggestion = suggestName(name, Object.keys(keys));
    const hint =
      suggestion === null
        ? `accepts are ${Object.keys(keys).join(", ")}`
        : `accepts; did you mean ${suggestion}?`;
    const shown = JSON.stringify(name.slice(0, 60)).slice(1, -1);
    description.problems.push(
      `${description.place}.${shown} in METER_SYNC_CONFIG is unknown; the keys a webhook ${hint}`,
    );
  }
}

function tellMissing(description: Description, key: Key, hint: string): void {
  tell(description, key, "is missing; it", `${keys[key]}${hint}`);
}

function tell({ place, problems }: Description, key: Key, what: string, accepts: string): void {
  problems.push(`${place}.${key} in METER_SYNC_CONFIG ${what === "" ? "" : `${what} `}accepts ${accepts}`);
}
