import { writeSync } from "node:fs";
import { Failure } from "../failure/index.ts";

/** SIGTERM and SIGINT as an abort signal. */
export type Stop = { readonly signal: AbortSignal; readonly close: () => void };

/**
 * From here on the first SIGTERM or SIGINT aborts; further ones change nothing, so that they cannot cut a
 * publication short. Work that has not come to an end after five seconds (or as given) waits for someone else
 * and is left.
 * A publication is one synchronous transaction: no timer can fall into it.
 */
export function openStop(words: string | (() => string), exitCode = 3, graceMs = 5000): Stop {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onSignal = (): void => {
    if (controller.signal.aborted) return;
    const message = typeof words === "string" ? words : words();
    timer = setTimeout(() => endNow(message, exitCode), graceMs).unref();
    controller.abort(new Failure("environment", message));
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return {
    signal: controller.signal,
    close: () => {
      clearTimeout(timer);
      process.off("SIGTERM", onSignal);
      process.off("SIGINT", onSignal);
    },
  };
}

function endNow(message: string, exitCode: number): void {
  try {
    writeSync(2, `meter-sync: ${message}\n`);
  } catch {}
  process.exit(exitCode);
}
