import type { Writable } from "node:stream";
import { Failure } from "../failure/index.ts";
import type { AppendSink, DueEvent } from "./delivery.ts";

/**
 * Events as NDJSON on standard output. A batch is settled once the reader's end of the pipe has taken all of
 * it.
 */
export function openStdoutSink(name: string, stdout: Writable): AppendSink {
  // A broken pipe is also told as an event, later than to the callback: unheard, it would end the process.
  stdout.on("error", () => undefined);
  return {
    kind: "append",
    name,
    deliver: (batch, signal) => writeBatch(stdout, batch, signal),
    lastHeld: () => null,
    close: () => undefined,
  };
}

/** The write's callback comes when the whole batch is out, so after any drain that was needed. */
async function writeBatch(stdout: Writable, batch: readonly DueEvent[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // A reader that has stopped reading must not keep us from stopping.
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    stdout.write(batch.map(({ event }) => `${event}\n`).join(""), (error) => {
      if (error === null || error === undefined) resolve();
      else reject(toStdoutFailure(error));
    });
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function toStdoutFailure(error: Error): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? error.name;
  const isClosed = ["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"].includes(code);
  const advice = isClosed
    ? "its reader has closed it; run again with a reader that reads to the end"
    : `${code}; check where it leads to, then run again`;
  return new Failure("environment", `cannot write events to standard output: ${advice}`, {
    cause: error,
    fields: { code },
  });
}
