import { type RequestFaults, remember } from "./fault-book.ts";
import type { Search } from "./filter.ts";
import type { ApiVersion, MeterSource } from "./meter-source.ts";
import { type PageMark, parsePageToken, toPageToken } from "./page-token.ts";

export type ChainPage =
  | { readonly documents: readonly unknown[]; readonly nextToken: string | null }
  | { readonly problem: string };

const firstMark: PageMark = { position: 0, page: 1, issuedAt: null };

/** One page of a search, and the token of the next: what the faults of a chain of pages leave of it. */
export async function readChainPage(
  source: MeterSource,
  faults: RequestFaults,
  asked: Search,
  nowMs: number,
  version: ApiVersion,
): Promise<ChainPage> {
  const mark = asked.pageToken === null ? firstMark : parsePageToken(asked.pageToken, asked.digest);
  if (mark === undefined) return { problem: "page_token is not one of this search" };
  if (isExpired(mark, faults)) return { problem: "page_token has expired" };
  if (asked.pageToken === null && faults.hit("empty-first-page") !== null)
    return { documents: [], nextToken: null };
  const cap = faults.hit("page-cap", ({ size }) => size < asked.pageSize);
  const search = cap === null ? asked : { ...asked, pageSize: cap.size };
  const page = await source.searchPage(search, mark.position, nowMs, version);
  const issuedAt = faults.has("token-expiry") ? faults.requestNumber : null;
  const next =
    page.nextPosition === null
      ? null
      : toPageToken({ position: page.nextPosition, page: mark.page + 1, issuedAt }, search.digest);
  return { documents: page.documents, nextToken: toNextToken(next, mark.page, search, faults) };
}

function isExpired({ issuedAt }: PageMark, faults: RequestFaults): boolean {
  if (issuedAt === null) return false;
  return faults.hit("token-expiry", ({ requests }) => faults.requestNumber - issuedAt > requests) !== null;
}

/** @param pageNumber of the page the token stands on */
function toNextToken(
  token: string | null,
  pageNumber: number,
  search: Search,
  faults: RequestFaults,
): string | null {
  const toKey = (page: number): string => `${search.digest} ${search.pageSize} ${page}`;
  const findEarlier = (period: number): string | undefined =>
    faults.chains.tokens.get(toKey(pageNumber - period));
  const isBare =
    token !== null &&
    faults.hit("missing-token", ({ page }) => page === null || page === pageNumber) !== null;
  if (isBare) return null;
  const repeated = faults.hit(
    "repeated-token",
    ({ page, period }) => pageNumber > page && findEarlier(period) !== undefined,
  );
  if (repeated !== null) return findEarlier(repeated.period) ?? null;
  if (token !== null && faults.has("repeated-token"))
    remember(faults.chains.tokens, toKey(pageNumber), token);
  return token;
}
