import { Failure } from "../failure/index.ts";
import {
  everyFault,
  type FaultKind,
  type FaultOption,
  faultKinds,
  type SettledFault,
} from "./fault-kinds.ts";

const faultCountMax = 100;

/**
 * Faults as they are asked for → with all their options. Names of options may be spelled as in code, with
 * hyphens or with underscores. Fails with kind `usage`, with every problem in one sentence.
 */
export function parseFaults(faults: unknown): readonly SettledFault[] {
  if (!Array.isArray(faults) || faults.length > faultCountMax)
    throw new Failure("usage", `The simulator takes a list of at most ${faultCountMax} faults.`);
  const problems: string[] = [];
  const settled = faults.flatMap((fault) => parseFault(fault, problems) ?? []);
  if (problems.length === 0) return settled;
  throw new Failure("usage", `The simulator's faults make no sense: ${problems.join("; ")}.`);
}

/** A number from 0 to 2^31. Fails with kind `usage`. */
export function parseFaultSeed(seed: unknown): number {
  if (typeof seed === "number" && Number.isInteger(seed) && seed >= 0 && seed <= 2 ** 31) return seed;
  throw new Failure("usage", "The simulator's fault seed must be a whole number from 0 to 2^31.");
}

/** `retryAfterSeconds` → `retry_after_seconds`, or with another separator. */
export function toOptionSpelling(name: string, separator: string): string {
  return name.replace(/[A-Z]/g, (letter) => `${separator}${letter.toLowerCase()}`);
}

function parseFault(fault: unknown, problems: string[]): SettledFault | null {
  const given = typeof fault === "object" && fault !== null ? new Map(Object.entries(fault)) : new Map();
  const kind: unknown = given.get("kind");
  if (!isKind(kind)) {
    const said = typeof kind === "string" ? `"${kind.slice(0, 40)}"` : "a fault without a kind";
    problems.push(`${said} is none of ${Object.keys(faultKinds).join(", ")}`);
    return null;
  }
  given.delete("kind");
  const options: Readonly<Record<string, FaultOption>> = { ...everyFault, ...faultKinds[kind].options };
  const settled = new Map<string, unknown>(
    Object.entries(options).map(([name, option]) => [name, toUsual(option)]),
  );
  for (const [spelled, value] of given) {
    const name = spelled.replace(/[-_]([a-z])/g, (_: string, letter: string) => letter.toUpperCase());
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined) {
      const known = Object.keys(options).map((other) => toOptionSpelling(other, "-"));
      problems.push(`${kind} has no "${spelled.slice(0, 40)}", only ${known.join(", ")}`);
    } else if (isAllowed(option, value)) settled.set(name, value);
    else problems.push(`${kind} takes ${toOptionSpelling(name, "-")} ${toRange(option)}`);
  }
  return { kind, ...Object.fromEntries(settled) } as SettledFault;
}

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === "string" && Object.hasOwn(faultKinds, kind);
}

function toUsual(option: FaultOption): unknown {
  return "words" in option ? option.words[0] : option.otherwise;
}

function isAllowed(option: FaultOption, value: unknown): boolean {
  if ("words" in option) return typeof value === "string" && option.words.includes(value);
  if (typeof value !== "number" || !(value >= option.from && value <= option.to)) return false;
  return !option.isWhole || Number.isInteger(value);
}

function toRange(option: FaultOption): string {
  if ("words" in option) return option.words.join(" or ");
  return `${option.isWhole ? "as a whole number " : ""}from ${option.from} to ${option.to}`;
}
