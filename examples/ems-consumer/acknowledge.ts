/** Says of each remap that it is applied, once it is: being told is not having acted. */
import { forever, type Store } from "./store.ts";

/** The part of the `data` of `meter.group.remapped` that we use. */
export type Remap = {
  readonly meter_id: string;
  readonly program: string | null;
  readonly from_market_group_ids: readonly string[];
  readonly to_market_group_ids: readonly string[];
  readonly effective_from: string;
  /** Inclusive; null for ever. */
  readonly effective_to: string | null;
};

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
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`the reports were answered with ${response.status}`);
      }
      const { unknown = [] } = (await response.json()) as { readonly unknown?: readonly string[] };
      // Sending them again would help nobody; that somebody told us of them, a person should know.
      if (unknown.length > 0) log({ message: "meter-sync does not know these remaps", unknown });
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

/** Owes a report for a remap, in the caller's transaction. Sequence 0: we hold already what it says. */
export function saveOwed(store: Store, eventId: string, sequence: number, remap: Remap): void {
  const { meter_id: meterId, effective_from: from } = remap;
  const program = remap.program ?? "";
  const to = remap.effective_to ?? forever;
  // What it says replaces what earlier ones said: of them the dates after it are left, or none (null). One
  // without a program speaks for all of them.
  store
    .prepare(
      `UPDATE acknowledgement SET from_date = date(nullif(@to, '${forever}'), '+1 day')
       WHERE meter_id = @meterId AND @program IN (program, '') AND sequence < @sequence
         AND from_date BETWEEN @from AND @to`,
    )
    .run({ meterId, program, sequence, from, to });
  const groups = [remap.from_market_group_ids, remap.to_market_group_ids].map((ids) => JSON.stringify(ids));
  store
    .prepare("INSERT OR IGNORE INTO acknowledgement VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    .run(eventId, sequence, meterId, program, ...groups, from, to);
  const addProgram = store.prepare("INSERT OR IGNORE INTO meter_program VALUES (?, ?, ?)");
  for (const group of remap.to_market_group_ids) addProgram.run(meterId, group, program);
}

/** In the membership we hold, the meter of remap `a` is in `group_id` on the first date it is about. */
const isMember = (groupId: string) => `EXISTS (SELECT 1 FROM membership m
  WHERE m.market_group_id = ${groupId} AND m.meter_id = a.meter_id
    AND a.from_date BETWEEN m.from_date AND m.to_date)`;

/** All groups it leads to have the meter; those it leads away from do not, unless by another program. */
const isHeld = `NOT EXISTS (SELECT 1 FROM json_each(a.to_groups) t WHERE NOT ${isMember("t.value")})
  AND NOT EXISTS (SELECT 1 FROM json_each(a.from_groups) f WHERE ${isMember("f.value")}
    AND f.value NOT IN (SELECT value FROM json_each(a.to_groups))
    AND NOT EXISTS (SELECT 1 FROM meter_program p WHERE p.meter_id = a.meter_id
      AND p.market_group_id = f.value AND p.program <> a.program))`;

/**
 * Remaps are due once the run that told them has come to its end, and our groups hold what they say: they
 * came with the snapshot, later ones have replaced them, or our membership shows it. An update that is still
 * to come (set aside, say) leaves its remaps waiting: they become overdue, and a person learns of it.
 */
export function loadDueReports(store: Store, countMax: number): readonly Report[] {
  return store
    .prepare(
      `SELECT event_id FROM acknowledgement a JOIN place ON a.sequence <= published_sequence
       WHERE a.sequence <= snapshot_sequence OR a.from_date IS NULL OR a.from_date > a.to_date OR (${isHeld})
       ORDER BY a.sequence, event_id LIMIT ?`,
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
