/** Leap says nothing of its replication lag, so the next poll looks back further than any we would expect. */
const overlapMs = 10 * 60_000;

/** Where the next poll starts: the server's `Date` of the first response, less the overlap (I3). */
export function planCursor(serverDateMs: number | null): number | null {
  return serverDateMs === null ? null : serverDateMs - overlapMs;
}
