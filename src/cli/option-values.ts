import { InvalidArgumentError } from "commander";
import { Failure } from "../failure/index.ts";
import { parseDuration, parseInstant } from "../time/index.ts";
import type { AskedDate } from "./trade-date.ts";
import { parseWhen, type When } from "./when.ts";

export function parseInstantOption(text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined)
    throw new InvalidArgumentError("It takes an instant such as 2026-11-01T06:17:00Z.");
  return instant;
}

export function parseDurationOption(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw new InvalidArgumentError("It takes a duration such as 90m, 26h or 7d.");
  return duration;
}

/** A time that the clock may be needed for: it is known only once all options are. */
export function parseWhenOption(text: string): When {
  const when = parseWhen(text);
  if (when !== undefined) return when;
  throw new InvalidArgumentError(
    "It takes an instant such as 2026-11-01T06:17:00Z, a day, a duration such as 24h, today or yesterday.",
  );
}

export function parseDateOption(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || parseInstant(`${text}T00:00Z`) === undefined) {
    throw new InvalidArgumentError("It takes a day such as 2026-11-01.");
  }
  return text;
}

/** A day, or the word for one that depends on the clock and on the region. */
export function parseTradeDateOption(text: string): AskedDate {
  if (text === "today" || text === "tomorrow") return text;
  try {
    return parseDateOption(text);
  } catch {
    throw new InvalidArgumentError("It takes a day such as 2026-11-01, today or tomorrow.");
  }
}

/** A whole number, of at least `min`. */
export function toCountParser(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = /^\d{1,19}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= min && number <= max)) {
      const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
      throw new InvalidArgumentError(`It takes a whole number ${range}.`);
    }
    return number;
  };
}

/** A factor of 0 or more. */
export function parseRateOption(text: string): number {
  if (!/^\d*\.?\d+$/.test(text))
    throw new InvalidArgumentError("It takes a number of 0 or more, such as 0.5.");
  return Number(text);
}

/** For an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Names of columns, as in `meter_id,enrollment_status`, each once. */
export function parseColumnsOption(text: string): readonly string[] {
  const columns = text.split(",").map((column) => column.trim().toLowerCase());
  if (!columns.includes("") && new Set(columns).size === columns.length) return columns;
  throw new InvalidArgumentError("It takes names of columns, each once, such as meter_id,partner_reference.");
}

const listings = [
  "sinks",
  "dead-letters",
  "meters",
  "actions",
  "groups",
  "group",
  "events",
  "runs",
  "dispatch check",
  "dispatch score",
  "volue list",
  "doctor",
];

type ColumnsAsked = { readonly columns?: readonly string[]; readonly list?: boolean };

/** Only what lists rows has columns to choose from; a command that acts is refused before it has. */
export function assertColumnsTaken(command: string, options: ColumnsAsked): void {
  if (options.columns === undefined || (command === "ack" && options.list === true)) return;
  if (listings.some((listing) => listing.split(" ").at(-1) === command)) return;
  throw new Failure(
    "usage",
    `--columns chooses columns of a listing (${listings.join(", ")}, ack --list), and ${command} is ` +
      "none: leave it out; --format json has every value by its name",
  );
}
