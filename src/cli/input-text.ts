import { createReadStream } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Readable } from "node:stream";
import { Failure } from "../failure/index.ts";
import type { Invocation } from "./invocation.ts";

/** What a command reads, in the words of its errors. */
export type InputWords = {
  /** As in "ack reads reports". */
  readonly reader: string;
  /** What to do instead of piping something in, as in "name event ids or --file". */
  readonly other: string;
  /** As in "name a file of reports". */
  readonly content: string;
  /** What to do about a text that is too large. */
  readonly tooLarge: string;
};

const textBytesMax = 64 * 1024 * 1024;

/**
 * The text of a file, or of stdin where none is named, of at most 64 MiB. Throws a `Failure` of kind `usage`
 * where it cannot be read or is no text, or where nobody pipes anything in.
 */
export async function readText(
  { surroundings }: Invocation,
  file: string | undefined,
  words: InputWords,
): Promise<string> {
  if (file !== undefined && file !== "-") {
    return collectText(createReadStream(isAbsolute(file) ? file : join(surroundings.cwd, file)), file, words);
  }
  const stdin = surroundings.openStdin();
  if (stdin.isTTY === true) {
    throw new Failure(
      "usage",
      `${words.reader} from stdin, and that is a terminal: pipe them in, or ${words.other}`,
    );
  }
  return collectText(stdin, "stdin", words);
}

async function collectText(stream: Readable, name: string, words: InputWords): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > textBytesMax) break;
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    const message = `cannot read ${name} (${code}): name a file of ${words.content} that can be read`;
    throw new Failure("usage", message, { cause: error });
  }
  if (bytes > textBytesMax) {
    throw new Failure("usage", `${name} is larger than 64 MiB: ${words.tooLarge}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    const message = `${name} is not UTF-8 text: send ${words.content} as JSON`;
    throw new Failure("usage", message, { cause: error });
  }
}
