import { Failure } from "../failure/index.ts";
import { readText } from "./input-text.ts";
import type { Invocation } from "./invocation.ts";
import type { DrillOptions } from "./run-drill.ts";

const words = {
  reader: "dispatch drill --slots - reads timeslots",
  other: "name a file",
  content: "timeslots",
  tooLarge: "a drill takes at most 1000 timeslots",
};

/** What the file would be at odds with: it says all of it for each timeslot. */
const others = [
  ["start", "--start"],
  ["duration", "--duration"],
  ["timeslots", "--timeslots"],
  ["energyKw", "--energy-kw"],
  ["nominationKw", "--nomination-kw"],
  ["cap", "--cap"],
  ["priority", "--priority"],
  ["voluntary", "--voluntary"],
  ["cancelled", "--cancelled"],
  ["type", "--type"],
  ["program", "--program"],
] as const;

/** The timeslots of `--slots`, a JSON list in Leap's own words; `null` where none is named. */
export async function readSlots(
  invocation: Invocation,
  options: DrillOptions,
): Promise<readonly unknown[] | null> {
  if (options.slots === undefined) return null;
  const given = others.filter(([name]) => options[name] !== undefined).map(([, option]) => option);
  if (given.length > 0) {
    const message = `--slots says all of its timeslots itself: leave out ${given.join(", ")}`;
    throw new Failure("usage", message);
  }
  const text = await readText(invocation, options.slots, words);
  const slots = parseList(text);
  if (slots !== null) return slots;
  const example = '[{ "start_time": "2026-11-01T23:00:00Z", "end_time": "2026-11-02T00:00:00Z" }]';
  throw new Failure("usage", `--slots takes a JSON list of timeslots, such as ${example}`);
}

function parseList(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
