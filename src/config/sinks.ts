import type { SinkConfig } from "./config.ts";
import type { ConfigInput, Settings } from "./settings.ts";
import { suggestName } from "./suggestion.ts";
import { parseFilePath } from "./values.ts";
import { variables } from "./variables.ts";
import { parseWebhook } from "./webhooks.ts";

/** What one part of the list names; `webhook` may be described in the file, or not. */
type SinkName =
  | Exclude<SinkConfig, { readonly kind: "webhook" }>
  | { readonly kind: "webhook"; readonly name: string; readonly webhookName: string };

export type ParsedSinks = {
  readonly sinks: readonly SinkConfig[];
  /** Names of all that are listed, those that are not usable, too. */
  readonly names: readonly string[];
};

/** The sinks listed, each of them described as its kind needs it. Adds to the problems. */
export function parseSinks(settings: Settings, input: ConfigInput, problems: string[]): ParsedSinks {
  const sinks: SinkConfig[] = [];
  const names: string[] = [];
  const accepts = toAccepts("METER_SYNC_SINKS");
  for (const part of toParts(settings.texts.get("METER_SYNC_SINKS"))) {
    const named = parseSinkName(part, input.cwd);
    if (named === undefined) {
      problems.push(`METER_SYNC_SINKS: ${toShownPart(part)} is no sink; ${accepts}`);
    } else if (names.includes(named.name)) {
      problems.push(`METER_SYNC_SINKS names ${toShownPart(part)} twice; ${accepts}`);
    } else {
      names.push(named.name);
      const sink =
        named.kind === "webhook" ? findWebhook(named.webhookName, settings, input, problems) : named;
      if (sink !== undefined) sinks.push(sink);
    }
  }
  return { sinks, names };
}

/** The names of the sinks whose consumers report back: all webhooks, none, or those that are listed. */
export function parseAcknowledgedBy(
  text: string | undefined,
  { names }: ParsedSinks,
  cwd: string,
  problems: string[],
): readonly string[] {
  const word = text?.trim().toLowerCase() ?? "webhooks";
  if (word === "webhooks" || word === "") return names.filter((name) => name.startsWith("webhook:"));
  if (word === "none") return [];
  const acknowledging = new Set<string>();
  for (const part of toParts(text)) {
    const name = parseSinkName(part, cwd)?.name;
    if (name !== undefined && names.includes(name)) acknowledging.add(name);
    else {
      const accepts = toAccepts("METER_SYNC_ACKNOWLEDGED_BY");
      problems.push(
        `METER_SYNC_ACKNOWLEDGED_BY: ${toShownPart(part)} is no sink of METER_SYNC_SINKS; ${accepts}`,
      );
    }
  }
  return [...acknowledging];
}

function toParts(text: string | undefined): readonly string[] {
  return text === undefined || text.trim() === "" ? [] : text.split(",").map((part) => part.trim());
}

function parseSinkName(text: string, cwd: string): SinkName | undefined {
  if (text === "stdout") return { kind: "stdout", name: "stdout" };
  const [, webhookName] = /^webhook:([A-Za-z0-9_-]{1,64})$/.exec(text) ?? [];
  if (webhookName !== undefined) return { kind: "webhook", name: text, webhookName };
  const path = text.startsWith("file:") ? parseFilePath(cwd)(text.slice("file:".length)) : undefined;
  return path === undefined ? undefined : { kind: "file", name: `file:${path}`, path };
}

function findWebhook(
  webhookName: string,
  { webhooks }: Settings,
  input: ConfigInput,
  problems: string[],
): SinkConfig | undefined {
  // A webhook may be called as anything every object has.
  if (Object.hasOwn(webhooks, webhookName)) {
    return parseWebhook(webhookName, webhooks[webhookName], input, problems);
  }
  const suggestion = suggestName(webhookName, Object.keys(webhooks).slice(0, 1000));
  const hint = suggestion === null ? "" : `; did you mean webhook:${toShown(suggestion)}?`;
  problems.push(
    `METER_SYNC_SINKS names webhook:${webhookName}, but there is no webhooks.${webhookName} in ` +
      `METER_SYNC_CONFIG; webhook: accepts a name that is described there${hint}`,
  );
  return undefined;
}

function toAccepts(name: "METER_SYNC_SINKS" | "METER_SYNC_ACKNOWLEDGED_BY"): string {
  return `it accepts ${variables.find((variable) => variable.name === name)?.accepts}`;
}

/** A part as it was given; of what looks like a URL, which may hold a secret, only its beginning (I9). */
function toShownPart(part: string): string {
  return /:\/\/|[@?]/.test(part)
    ? `"${toShown(part.slice(0, part.indexOf(":") + 1))}…"`
    : `"${toShown(part)}"`;
}

function toShown(text: string): string {
  return JSON.stringify(text.slice(0, 60)).slice(1, -1);
}
