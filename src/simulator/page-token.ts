/** A token is opaque to the client: a position and what filter it belongs to. */
export function toPageToken(position: number, digest: string): string {
  return Buffer.from(`${digest}.${position}`, "utf8").toString("base64url");
}

/** The position, or undefined where the token is not one of ours for this filter. */
export function parsePageToken(token: string, digest: string): number | undefined {
  const match = /^([0-9a-f]+)\.(\d{1,15})$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  return match === null || match[1] !== digest ? undefined : Number(match[2]);
}
