import { resolve } from "node:path";
import { suggestName } from "./suggestion.ts";
import { type VariableName, variables } from "./variables.ts";

export type ConfigInput = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws where the file cannot be read. */
  readonly readFile: (path: string) => string;
  /** Where relative paths start. */
  readonly cwd: string;
  /** The database was named for this one command: it may be the export, to be read. */
  readonly isDatabaseAsked?: boolean;
};

/** What was set, from wherever: texts that are not checked yet. */
export type Settings = {
  readonly texts: ReadonlyMap<VariableName, string>;
  readonly zones: Readonly<Record<string, unknown>>;
  /** Descriptions by name. */
  readonly webhooks: Readonly<Record<string, unknown>>;
  /** Set, but could not be had: already told as a problem, not to be taken for unset. */
  readonly unreadable: ReadonlySet<VariableName>;
};

type Layer = ReadonlyMap<string, string>;

const names = variables.map((variable) => variable.name);
const fileNames = variables
  .filter((variable) => variable.isSecret)
  .map((variable) => `${variable.name}_FILE`);
const knownNames: ReadonlySet<string> = new Set([...names, ...fileNames]);
// Read by the tests alone.
const foreignNames: ReadonlySet<string> = new Set(["LEAP_OPENAPI_DIR"]);
// Kubernetes puts the address of every service of the namespace into each pod, ours among them.
const servicePattern = new RegExp(
  "^(METER_SYNC|LEAP|VOLUE)_([A-Z0-9_]+_)?" +
    "(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP)(_[A-Z]+)?)$",
);

/** The environment first, the file beneath it; secrets read from their own files. Adds to the problems. */
export function gatherSettings(input: ConfigInput, problems: string[]): Settings {
  const environment = readEnvironment(input, problems);
  const file = readConfigFile(environment.get("METER_SYNC_CONFIG"), input, problems);
  const texts = new Map<VariableName, string>();
  const unreadable = new Set<VariableName>();
  for (const { name, isSecret } of variables) {
    const layer = [environment, file.layer].find((one) => one.has(name) || one.has(`${name}_FILE`));
    const text = layer === undefined ? undefined : readText(name, layer, isSecret, input, problems);
    if (layer !== undefined && text === undefined) unreadable.add(name);
    if (text !== undefined) texts.set(name, text);
  }
  return { texts, zones: file.zones, webhooks: file.webhooks, unreadable };
}

function readEnvironment(input: ConfigInput, problems: string[]): Layer {
  const layer = new Map<string, string>();
  for (const [name, raw] of Object.entries(input.environment)) {
    const value = raw ?? "";
    if (!/^(METER_SYNC|LEAP|VOLUE)_/.test(name) || value === "" || foreignNames.has(name)) continue;
    if (knownNames.has(name)) layer.set(name, value);
    else if (!isServiceVariable(name, value) && !isElsewhere(name))
      problems.push(toUnknownProblem(name, "", names));
  }
  return layer;
}

/** Who works with Volue has other programs that do: their variables must not stop a sync. A slip is told. */
function isElsewhere(name: string): boolean {
  return name.startsWith("VOLUE_") && suggestName(name, [...names, ...fileNames]) === null;
}

function isServiceVariable(name: string, value: string): boolean {
  return servicePattern.test(name) || (name.endsWith("_PORT") && /^(tcp|udp|sctp):\/\//.test(value));
}

function toUnknownProblem(name: string, where: string, candidates: readonly string[]): string {
  const suggestion = suggestName(name, [...candidates, ...fileNames]);
  const hint =
    suggestion === null ? "see `meter-sync help` for those there are" : `did you mean ${suggestion}?`;
  return `${JSON.stringify(name).slice(1, -1)}${where} is not a variable of meter-sync; ${hint}`;
}

/** The text of one variable: its own, or that of the file named by `…_FILE`. */
function readText(
  name: VariableName,
  layer: Layer,
  isSecret: boolean,
  input: ConfigInput,
  problems: string[],
): string | undefined {
  const own = layer.get(name);
  const path = isSecret ? layer.get(`${name}_FILE`) : undefined;
  if (own !== undefined && path !== undefined) {
    problems.push(`${name} and ${name}_FILE are both set; set only one of them`);
    return undefined;
  }
  if (path === undefined) return own;
  const text = readFileOrNull(path, input)?.replace(/(\r?\n)+$/, "") ?? null;
  if (text === null)
    problems.push(`${name}_FILE names a file that cannot be read; it accepts the path of a text file`);
  else if (text === "")
    problems.push(`${name}_FILE names an empty file; the file must hold the value of ${name}`);
  return text === null || text === "" ? undefined : text;
}

/** The text of a file whose path may be relative; `null` where it cannot be read. */
export function readFileOrNull(path: string, input: ConfigInput): string | null {
  try {
    return input.readFile(resolve(input.cwd, path));
  } catch {
    return null;
  }
}

const noFile = { layer: new Map<string, string>(), zones: {}, webhooks: {} };

function readConfigFile(path: string | undefined, input: ConfigInput, problems: string[]) {
  if (path === undefined) return noFile;
  const text = readFileOrNull(path, input);
  if (text === null) {
    problems.push("METER_SYNC_CONFIG names a file that cannot be read; it accepts the path of a JSON file");
    return noFile;
  }
  const content = parseObject(text);
  if (content === null) {
    problems.push(
      "METER_SYNC_CONFIG names a file that is not one JSON object; its keys are the variables' names",
    );
    return noFile;
  }
  const { zones = null, webhooks = null, ...rest } = content;
  if (zones !== null && !isRecord(zones)) {
    problems.push("zones in METER_SYNC_CONFIG accepts an object of regions and IANA time zones");
  }
  if (webhooks !== null && !isRecord(webhooks)) {
    problems.push("webhooks in METER_SYNC_CONFIG accepts an object of names and what describes each webhook");
  }
  return {
    layer: readFileLayer(rest, problems),
    zones: isRecord(zones) ? zones : {},
    webhooks: isRecord(webhooks) ? webhooks : {},
  };
}

function readFileLayer(content: Readonly<Record<string, unknown>>, problems: string[]): Layer {
  const layer = new Map<string, string>();
  for (const [name, value] of Object.entries(content)) {
    if (!knownNames.has(name))
      problems.push(toUnknownProblem(name, " in METER_SYNC_CONFIG", [...names, "zones", "webhooks"]));
    else if (name === "METER_SYNC_CONFIG")
      problems.push("METER_SYNC_CONFIG cannot be set in the file it names");
    else if (typeof value === "string" || typeof value === "number") {
      if (value !== "") layer.set(name, String(value));
    } else if (value !== null) problems.push(`${name} in METER_SYNC_CONFIG must be text or a number`);
  }
  return layer;
}

/** The parser's own message is dropped: it quotes the file, which may hold secrets (I9). */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isRecord(content) ? content : null;
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
