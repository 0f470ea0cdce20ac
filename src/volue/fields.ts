import { parseInstant } from "../time/index.ts";
import type { Finding } from "./report.ts";
import { parseResolution } from "./resolution.ts";

/** What was found while something was read. */
export type Findings = { readonly problems: Finding[]; readonly notes: Finding[] };

/** One object being read: its members, and where it stands. */
export type Place = {
  readonly values: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly findings: Findings;
};

const textLengthMax = 200;

export function openFindings(): Findings {
  return { problems: [], notes: [] };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a JSON text, undefined where it is none. The parser's own message quotes it (I9). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Members that nobody knows would be dropped in silence, or refused by Volue. */
export function tellUnknown({ values, path, findings }: Place, known: readonly string[]): void {
  for (const name of Object.keys(values)) {
    if (known.includes(name) || values[name] === null) continue;
    const shown = JSON.stringify(name.slice(0, 40)).slice(1, -1);
    const message = `is not a field of it; its fields are ${known.join(", ")}`;
    findings.problems.push({ path: `${path}.${shown}`, message });
  }
}

/** An id, as text. `null` where it is left out, or told as a problem. */
export function takeId(place: Place, name: string, isRequired: boolean): string | null {
  const value = place.values[name];
  if (value === undefined || value === null) {
    if (isRequired) tellProblem(place, name, "is missing");
    return null;
  }
  if (typeof value === "number") {
    tellProblem(
      place,
      name,
      "is a number: write ids as text in quotes, since long ones lose their last digits",
    );
  } else if (typeof value !== "string" || value.trim() === "") tellProblem(place, name, "is no text");
  else if (value.length > textLengthMax)
    tellProblem(place, name, `is longer than ${textLengthMax} characters`);
  else return value;
  return null;
}

export function takeResolution(place: Place): { readonly text: string; readonly ms: number } | null {
  const value = place.values.resolution;
  if (value === undefined || value === null) tellProblem(place, "resolution", "is missing");
  else {
    const ms = typeof value === "string" ? parseResolution(value) : undefined;
    if (ms !== undefined) return { text: value as string, ms };
    tellProblem(place, "resolution", "is no time span such as 01:00:00");
  }
  return null;
}

export function tellProblem({ path, findings }: Place, name: string, message: string): void {
  findings.problems.push({ path: `${path}.${name}`, message });
}

/** What is wrong with a text that should be an instant; `null` where it is one. */
export function explainTimestamp(text: string): string | null {
  if (parseInstant(text) !== undefined) return null;
  const shown = JSON.stringify(text.slice(0, 40));
  if (parseInstant(`${text}Z`) === undefined)
    return `${shown} is no instant such as 2026-01-10T17:00:00+01:00`;
  return (
    `${shown} has no offset: write it with one, as in ${text.slice(0, 40)}+01:00, or with Z; on the ` +
    "night the clocks go back a local time is two hours"
  );
}
