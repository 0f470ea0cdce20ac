import { createHash } from "node:crypto";
import type { Dispatch } from "../leap/index.ts";

/**
 * A digest of what of a dispatch is judged: who is dispatched, when, and whether it counts. What Leap may
 * leave out in one place and say in another, as energy and priority, makes no other version of it.
 */
export function toContentSha256(dispatch: Dispatch): string {
  const { level, eventId, targetId, meterIds, startMs, endMs, isCancelled, isVoluntary, test } = dispatch;
  const what = [level, eventId, targetId, startMs, endMs, isCancelled, isVoluntary, test];
  const kinds = [[...dispatch.eventTypes].sort(), [...dispatch.programs].sort()];
  return createHash("sha256")
    .update(JSON.stringify([what, kinds, meterIds]))
    .digest("hex");
}
