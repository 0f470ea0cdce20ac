import { createHash } from "node:crypto";

/**
 * The digest of a group's members, in hex, by which a consumer checks its own: over the ids in lower case,
 * each once, in order, each followed by a newline.
 */
export function toMembersSha256(sortedMeterIds: readonly string[]): string {
  // In one piece: to hash id by id takes ten times as long.
  const text = sortedMeterIds.join("\n");
  return createHash("sha256")
    .update(text === "" ? "" : `${text}\n`)
    .digest("hex");
}
