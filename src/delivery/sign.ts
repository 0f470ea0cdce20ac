import { createHash, createHmac } from "node:crypto";

/**
 * The header `webhook-signature` of Standard Webhooks: for every key, HMAC-SHA256 over id, timestamp and
 * body. With several keys a receiver may hold any one of them, so that keys can be changed without a gap.
 */
export function toSignatures(
  signingKeys: readonly string[],
  webhookId: string,
  timestampSeconds: number,
  body: string,
): string {
  const signed = `${webhookId}.${timestampSeconds}.${body}`;
  return signingKeys
    .map((key) => `v1,${createHmac("sha256", Buffer.from(key, "base64")).update(signed).digest("base64")}`)
    .join(" ");
}

/** The id of a request: its one event's own, or one made of the ids of all. */
export function toWebhookId(eventIds: readonly string[]): string {
  const [first, ...others] = eventIds;
  if (first !== undefined && others.length === 0) return first;
  const hash = createHash("sha256");
  for (const id of eventIds) hash.update(`${id}\n`);
  return `batch_${hash.digest("hex")}`;
}
