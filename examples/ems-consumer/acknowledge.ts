/** Says of each remap that it is applied: being told is not having acted. */
import type { Store } from "./store.ts";

export type Report = {
  readonly eventId: string;
  readonly payloads: readonly { readonly payloadType: "GroupRemapApplied" }[];
};

export type Reporter = {
  /** There may be something to report. */
  readonly wake: () => void;
  readonly close: () => void;
};

const batchCountMax = 100;
const retryFirstMs = 500;
const retryMaxMs = 60_000;

/** Reports what is due, in small batches, until all of it was taken. What was not taken is sent again. */
export function openReporter(
  store: Store,
  url: string,
  token: string,
  log: (facts: object) => void,
): Reporter {
  const stop = new AbortController();
  let isSending = false;
  let failureCount = 0;
  let timer: NodeJS.Timeout | undefined;

  async function sendDue(): Promise<void> {
    for (;;) {
      const reports = loadDueReports(store, batchCountMax);
      if (reports.length === 0) return;
      const response = await fetch(url, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(reports),
        redirect: "error",
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(30_000)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the reports were answered with ${response.status}`);
      // Killed before this line, we report the same again: harmless.
      removeReported(store, reports);
      failureCount = 0;
    }
  }

  function wake(): void {
    if (isSending || stop.signal.aborted) return;
    clearTimeout(timer);
    isSending = true;
    sendDue()
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        failureCount += 1;
        const waitMs = Math.min(retryMaxMs, retryFirstMs * 2 ** (failureCount - 1));
        log({
          message: "could not report what is applied; trying again",
          error: String(error),
          wait_ms: waitMs,
        });
        timer = setTimeout(wake, waitMs);
      })
      .finally(() => {
        isSending = false;
      });
  }

  return {
    wake,
    close: () => {
      stop.abort();
      clearTimeout(timer);
    },
  };
}

/** Remaps are due once the run that told them is applied to its end. */
export function loadDueReports(store: Store, countMax: number): readonly Report[] {
  return store
    .prepare(
      `SELECT event_id FROM acknowledgement WHERE sequence <= (SELECT published_sequence FROM place)
       ORDER BY sequence, event_id LIMIT ?`,
    )
    .pluck()
    .all(countMax)
    .map((eventId) => ({ eventId: String(eventId), payloads: [{ payloadType: "GroupRemapApplied" }] }));
}

/** Forgets what was taken. */
export function removeReported(store: Store, reports: readonly Report[]): void {
  const remove = store.prepare("DELETE FROM acknowledgement WHERE event_id = ?");
  store.transaction(() => {
    for (const { eventId } of reports) remove.run(eventId);
  })();
}
