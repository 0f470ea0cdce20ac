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
  /** How many characters a line of the terminal holds, where there is one that says so. */
  readonly width?: number;
  /** Where columns were asked for: those, and the way to print what has them. */
  readonly asked?: { readonly columns: readonly string[]; readonly write: Output["write"] };
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
    ...(stream.isTTY === true && (stream.columns ?? 0) > 0 ? { width: stream.columns as number } : {}),
  };
}

/** Prints rows of these columns only: what is no row of a listing is refused, not printed as it were. */
export function toOutputOfColumns(output: Output, columns: readonly string[]): Output {
  return {
    ...output,
    asked: { columns, write: output.write },
    write: async () => {
      throw new Failure(
        "usage",
        "--columns cannot choose in this format, which is more than rows: add --format csv",
      );
    },
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
