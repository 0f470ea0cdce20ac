import { Failure } from "../failure/index.ts";
import { type ReadWindow, readMeterId } from "../leap/index.ts";
import type { SyncContext } from "./context.ts";

/** More pages than the changes since the last run ever fill (I8). */
const pagesMax = 10_000;

/**
 * Reads a chain of pages for its meter ids alone, and hands them over page by page. Throws a `Failure` of
 * kind `contract` where the chain does not end: a token that comes twice, or too many pages (I8).
 */
export async function readIds(
  { leap, signal }: SyncContext,
  window: ReadWindow,
  onIds: (meterIds: readonly string[]) => void,
): Promise<void> {
  const tokens = new Set<string>();
  let token: string | null = null;
  do {
    const page = await leap.readPage(window, token, signal);
    onIds(page.documents.flatMap((document) => readMeterId(document) ?? []));
    token = page.nextPageToken;
    if (token === null) return;
    if (tokens.has(token) || tokens.size >= pagesMax) {
      throw new Failure("contract", `Leap did not end a search (after ${tokens.size + 1} pages)`);
    }
    tokens.add(token);
  } while (token !== null);
}
