/** What a ping says: a job has begun, was broken off, or ended with this exit code. */
export type Ping = "start" | "fail" | number;

/**
 * Where a ping goes: the check's own URL for success, and beneath it for anything else. The id of the run
 * ties its end to its start, however many are under way.
 */
export function toPingUrl(checkUrl: string, ping: Ping, runId: string): string {
  const url = new URL(checkUrl);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = ping === 0 ? path : `${path}/${ping}`;
  // A check named by slug may have a query of its own.
  url.searchParams.set("rid", runId);
  return url.href;
}
