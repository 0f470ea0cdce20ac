import { Failure } from "../failure/index.ts";
import type { TerminalStream } from "./surroundings.ts";

const bufferLengthMax = 64 * 1024;

/** Results on their way to stdout. */
export type Output = {
  /**
   * Resolves once the text is out or held in a small buffer: a slow reader slows us down, and memory stays
   * small.
   */
  readonly write: (text: string) => Promise<void>;
  readonly flush: () => Promise<void>;
  /** The reader has closed its end (`| head`): nothing that follows is read by anyone. */
  readonly isGone: () => boolean;
  readonly isTerminal: boolean;
};

export function openOutput(stream: TerminalStream): Output {
  let buffer = "";
  let isGone = false;
  // A closed pipe is also told as an event, which would end the process unheard.
  stream.on("error", (error) => {
    if (isClosedPipe(error)) isGone = true;
  });
  const flush = async (): Promise<void> => {
    const text = buffer;
    buffer = "";
    if (text === "" || isGone) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    stream.write(text, (error) => (error === null || error === undefined ? resolve() : reject(error)));
    try {
      await promise;
    } catch (error) {
      if (!isClosedPipe(error)) throw toOutputFailure(error);
      isGone = true;
    }
  };
  return {
    flush,
    write: async (text) => {
      buffer += text;
      if (buffer.length >= bufferLengthMax) await flush();
    },
    isGone: () => isGone,
    isTerminal: stream.isTTY === true,
  };
}

function isClosedPipe(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"].includes(code);
}

function toOutputFailure(error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  const advice =
    code === "ENOSPC" ? "the disk is full; free some space and run again" : `${code}; check where it leads`;
  return new Failure("environment", `cannot write the result to standard output: ${advice}`, {
    cause: error,
  });
}
