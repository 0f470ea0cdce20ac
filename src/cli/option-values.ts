import { InvalidArgumentError } from "commander";
import { parseDuration, parseInstant } from "../time/index.ts";

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

export function parseDateOption(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || parseInstant(`${text}T00:00Z`) === undefined) {
    throw new InvalidArgumentError("It takes a day such as 2026-11-01.");
  }
  return text;
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
