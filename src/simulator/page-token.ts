/** Where a search goes on. */
export type PageMark = {
  /** For the source, as the page before gave it. */
  readonly position: number;
  /** The number of the page that begins there, counted from 1. */
  readonly page: number;
  /** The number of the request that was answered with the token, where it can grow old; else `null`. */
  readonly issuedAt: number | null;
};

/** A token is opaque to the client: a mark and what filter it belongs to. */
export function toPageToken({ position, page, issuedAt }: PageMark, digest: string): string {
  const parts = [digest, position, page, ...(issuedAt === null ? [] : [issuedAt])];
  return Buffer.from(parts.join("."), "utf8").toString("base64url");
}

/** The mark, or undefined where the token is not one of ours for this filter. */
export function parsePageToken(token: string, digest: string): PageMark | undefined {
  const text = Buffer.from(token, "base64url").toString("utf8");
  const [, prefix, position, page, issuedAt] =
    /^([0-9a-f]+)\.(\d{1,15})\.(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? [];
  if (prefix !== digest) return undefined;
  return {
    position: Number(position),
    page: Number(page),
    issuedAt: issuedAt === undefined ? null : Number(issuedAt),
  };
}
