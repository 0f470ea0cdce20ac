import type { Dispatch } from "../leap/index.ts";
import { toContentSha256 } from "./content.ts";

/**
 * Where it is known from when a dispatch was sent: its line says so, the caller does, it was looked at before
 * its start, or it has started, so that it cannot have been sent later.
 */
export type SentBasis = "received" | "asked" | "seen" | "started";

export type Sent = { readonly sentAtMs: number; readonly sentBasis: SentBasis };

/** What is kept of the same timeslot. */
export type KeptSent = Sent & { readonly contentSha256: string };

/**
 * When this version of a dispatch was sent: the earliest that is known of it. `null` where it is an older
 * version than the one kept.
 */
export function decideSent(
  dispatch: Pick<Dispatch, "receivedAtMs" | "startMs">,
  contentSha256: string,
  kept: KeptSent | null,
  { askedMs, nowMs }: { readonly askedMs: number | null; readonly nowMs: number },
): Sent | null {
  const sent = toSent(dispatch, askedMs, nowMs);
  if (kept === null) return sent;
  if (kept.contentSha256 !== contentSha256) {
    return sent.sentBasis === "received" && sent.sentAtMs < kept.sentAtMs ? null : sent;
  }
  const { sentAtMs, sentBasis } = kept;
  // That it had started is no evidence of when it was sent: anything else is.
  if (sentBasis === "started" && sent.sentBasis !== "started") return sent;
  if (sent.sentBasis === "started" && sentBasis !== "started") return { sentAtMs, sentBasis };
  return sent.sentAtMs < sentAtMs ? sent : { sentAtMs, sentBasis };
}

function toSent(
  { receivedAtMs, startMs }: Pick<Dispatch, "receivedAtMs" | "startMs">,
  askedMs: number | null,
  nowMs: number,
): Sent {
  // Nobody received yet what is still to come: a clock that is ahead would hide each later version.
  if (receivedAtMs !== null) return { sentAtMs: Math.min(receivedAtMs, nowMs), sentBasis: "received" };
  if (askedMs !== null) return { sentAtMs: Math.min(askedMs, nowMs), sentBasis: "asked" };
  if (nowMs < startMs) return { sentAtMs: nowMs, sentBasis: "seen" };
  return { sentAtMs: startMs, sentBasis: "started" };
}

/**
 * Of several versions of a timeslot the last: the one received last, or that stands last where one of them
 * does not say when it was received. What is said again and again is received when it is received first.
 */
export function toLatestVersions(dispatches: readonly Dispatch[]): readonly Dispatch[] {
  const slots = Map.groupBy(dispatches, ({ level, eventId }) => `${level} ${eventId}`);
  return [...slots.values()].map((versions) => toOrder(versions).reduce(toLater));
}

function toOrder(versions: readonly Dispatch[]): readonly Dispatch[] {
  if (versions.some(({ receivedAtMs }) => receivedAtMs === null)) return versions;
  return versions.toSorted((one, other) => Number(one.receivedAtMs) - Number(other.receivedAtMs));
}

function toLater(one: Dispatch, other: Dispatch): Dispatch {
  if (toContentSha256(one) !== toContentSha256(other)) return other;
  return { ...one, receivedAtMs: one.receivedAtMs ?? other.receivedAtMs };
}
