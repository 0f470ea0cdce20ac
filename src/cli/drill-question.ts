import { createInterface } from "node:readline";
import type { Surroundings } from "./surroundings.ts";

/** Whether somebody sits there who can see the question and answer it. */
export function isAskable({ openStdin, stderr }: Surroundings): boolean {
  return stderr.isTTY === true && openStdin().isTTY === true;
}

/** True for a yes; anything else, and the end of the input, is a no. */
export async function askWhether(
  { openStdin, stderr }: Surroundings,
  question: string,
  signal: AbortSignal,
): Promise<boolean> {
  stderr.write(`${question} [y/N] `);
  const input = openStdin();
  const lines = createInterface({ input, signal });
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    return false;
  } finally {
    lines.close();
    // A terminal that is still read from keeps the program from ending.
    input.pause();
    signal.throwIfAborted();
  }
}
