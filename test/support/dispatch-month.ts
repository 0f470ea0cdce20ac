import { writeFileSync } from "node:fs";
import { expect } from "vitest";
import { type DispatchTruth, startSimulator } from "../../src/simulator/index.ts";
import { runInProcess } from "../integration/cli-in-process.ts";
import { addDays, localDate } from "./calendar.ts";
import { type DispatchOracle, openDispatchOracle } from "./dispatch-oracle.ts";
import { type Days, openDays } from "./run-days.ts";

export type DispatchMonth = {
  readonly seed: number;
  readonly meterCount: number;
  readonly days: number;
  /** Days on which no sweep runs. */
  readonly missed: readonly number[];
  /** How much more is dispatched than usual. */
  readonly dispatchRate: number;
};

const firstDate = "2026-10-20";
const dayMs = 86_400_000;

/** What a check kept, or is expected to keep, of a timeslot on one date. */
type Row = Readonly<Record<string, unknown>>;

/** The version of a timeslot that was checked last, and since when it was there to see. */
type Slot = {
  readonly truth: DispatchTruth;
  readonly isCancelled: boolean;
  readonly sentAtMs: number;
  readonly basis: string;
  rows: readonly Row[];
};

/**
 * A month of sweeps, and after each of them a check by search; then all that was ever sent, from a file that
 * says when. Every row that is kept is held against the oracle's. Returns how often each verdict came.
 */
export async function walkDispatchMonth({ seed, meterCount, dispatchRate, ...more }: DispatchMonth) {
  const { days: dayCount, missed } = more;
  const startMs = Date.parse(`${firstDate}T06:17:00Z`);
  const leap = await startSimulator({ seed, meterCount, startDate: firstDate, nowMs: startMs, dispatchRate });
  const days = openDays(leap);
  try {
    const lastDate = addDays(firstDate, dayCount + 8);
    const oracle = openDispatchOracle(leap.portfolio, addDays(firstDate, -15), lastDate);
    const truths = leap.dispatches.truthsBetween(startMs - 14 * dayMs, startMs + (dayCount + 4) * dayMs);
    const slots = new Map<string, Slot>();
    const troubles = new Set<string>();
    for (let day = 0; day < dayCount; day++) {
      const atMs = startMs + day * dayMs;
      leap.setNow(atMs);
      if (!missed.includes(day)) {
        expect((await days.run(atMs)).status, `day ${day}`).toBe("published");
        oracle.sweep(atMs);
      }
      const checkMs = atMs + (day % 2 === 0 ? 1 : 15) * 3_600_000;
      leap.setNow(checkMs);
      await search(days, checkMs);
      search.note(truths, oracle, slots, checkMs);
      const expected = [...slots.values()].flatMap(({ rows }) => rows);
      expect(readRows(days), `seed ${seed}, day ${day}`).toEqual(sortRows(expected));
      for (const row of expected) if (isCountedTrouble(row)) troubles.add(toKey(row));
      expect(readTold(days), `seed ${seed}, day ${day}`).toEqual([...troubles].sort());
      const events = countEvents(days);
      if (day % 10 === 3) await search(days, checkMs + 1);
      expect(countEvents(days), "told when read again").toBe(events);
    }
    const searched = countVerdicts(readRows(days));
    const file = await checkFile(days, leap, truths, oracle, {
      fromMs: startMs - dayMs,
      nowMs: startMs + dayCount * dayMs,
    });
    return { searched, file, seen: [...slots.values()].filter(({ basis }) => basis === "seen").length };
  } finally {
    days.close();
    await leap.close();
  }
}

async function search(days: Days, nowMs: number): Promise<void> {
  const now = new Date(nowMs).toISOString();
  const words = ["dispatch", "check", "--search", "--level", "all", "--real-time", "--format", "ndjson"];
  const { exitCode } = await runInProcess([...words, "--now", now], days.toEnvironment());
  expect([0, 7]).toContain(exitCode);
}

/** What that search must have found and kept. */
search.note = (
  truths: readonly DispatchTruth[],
  oracle: DispatchOracle,
  slots: Map<string, Slot>,
  nowMs: number,
): void => {
  const found = truths.filter(
    ({ sentAtMs, replacedAtMs, startMs }) =>
      sentAtMs <= nowMs &&
      (replacedAtMs === null || replacedAtMs > nowMs) &&
      startMs >= nowMs - 7 * dayMs &&
      startMs < nowMs + 3 * dayMs,
  );
  for (const truth of found) {
    const isCancelled = truth.cancelledAtMs !== null && truth.cancelledAtMs <= nowMs;
    const before = slots.get(truth.eventId);
    const isSame = before !== undefined && toContent(before) === toContent({ truth, isCancelled });
    const isAhead = nowMs < truth.startMs;
    const first = isAhead
      ? { sentAtMs: nowMs, basis: "seen" }
      : { sentAtMs: truth.startMs, basis: "started" };
    const { sentAtMs, basis } = isSame && before.sentAtMs <= first.sentAtMs ? before : first;
    slots.set(truth.eventId, { truth, isCancelled, sentAtMs, basis, rows: [] });
  }
  const isFound = new Set(found.map(({ eventId }) => eventId));
  for (const [eventId, slot] of slots) {
    const settled = (row: Row) => ["agreed", "late", "not_judged"].includes(String(row.verdict));
    const fresh = toRows(slot, oracle);
    const again = slot.rows.map((row) =>
      settled(row) ? row : (fresh.find(({ trade_date: date }) => date === row.trade_date) ?? row),
    );
    slot.rows = isFound.has(eventId) ? fresh : again;
  }
};

/** What is said of who is dispatched, and when: another such thing is another version. */
function toContent({ truth, isCancelled }: Pick<Slot, "truth" | "isCancelled">): string {
  const { meterIds, startMs, endMs, programs, eventTypes, isVoluntary } = truth;
  return JSON.stringify([
    meterIds,
    startMs,
    endMs,
    [...programs].sort(),
    eventTypes,
    isVoluntary,
    isCancelled,
  ]);
}

function toRows({ truth, isCancelled, sentAtMs, basis }: Omit<Slot, "rows">, oracle: DispatchOracle): Row[] {
  const zone = oracle.isPlaced(truth) ? truth.zone : "America/Los_Angeles";
  const dates = new Set([localDate(truth.startMs, zone), localDate(truth.endMs - 1, zone)]);
  return [...dates].map((date) => {
    const { toldAtMs, ...judged } = oracle.judge(truth, date, sentAtMs);
    const isCounted = !isCancelled && truth.test === null && judged.verdict !== "not_judged";
    return {
      event_id: truth.eventId,
      trade_date: date,
      target_id: truth.targetId,
      verdict: judged.verdict,
      is_counted: Number(isCounted),
      sent_at_ms: sentAtMs,
      sent_basis: basis,
      dispatched_count: truth.meterIds.length,
      published_count: judged.publishedCount,
      missing_here: JSON.stringify(judged.missingHere),
      missing_there: JSON.stringify(judged.missingThere),
      told_at_ms: toldAtMs,
    };
  });
}

function readRows({ database }: Days): Row[] {
  return sortRows(
    database
      .prepare(
        `SELECT event_id, trade_date, target_id, verdict, is_counted, sent_at_ms, sent_basis,
           dispatched_count, published_count, missing_here, missing_there, told_at_ms FROM dispatch_check`,
      )
      .all(),
  );
}

function sortRows(rows: readonly Row[]): Row[] {
  return [...rows].sort((one, other) => (toKey(one) < toKey(other) ? -1 : 1));
}

function toKey({ event_id: eventId, trade_date: date }: Row): string {
  return `${String(eventId)} ${String(date)}`;
}

function isCountedTrouble({ is_counted: isCounted, verdict }: Row): boolean {
  return isCounted === 1 && verdict !== "agreed";
}

/** The timeslots and dates of which a drift was told. */
function readTold({ database }: Days): string[] {
  const rows = database
    .prepare(
      `SELECT DISTINCT json_extract(event, '$.data.dispatch_event_id') AS event_id,
         json_extract(event, '$.data.trade_date') AS trade_date
       FROM event WHERE type LIKE '%.drift.detected'`,
    )
    .all();
  return rows.map(toKey).sort();
}

function countEvents({ database }: Days): unknown {
  return database.prepare("SELECT count(*) AS n FROM event").get()?.n;
}

function countVerdicts(rows: readonly Row[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict } of rows) counts[String(verdict)] = (counts[String(verdict)] ?? 0) + 1;
  return counts;
}

type Simulator = Awaited<ReturnType<typeof startSimulator>>;

/** All that a webhook would have taken, each version and each cancellation with its instant, shuffled. */
async function checkFile(
  days: Days,
  { dispatches }: Simulator,
  truths: readonly DispatchTruth[],
  oracle: DispatchOracle,
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
) {
  const sent = truths
    .filter(({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs < nowMs)
    .flatMap((truth) => {
      const { cancelledAtMs } = truth;
      const isGone = cancelledAtMs !== null && cancelledAtMs < nowMs && truth.replacedAtMs === null;
      const first = { truth, isCancelled: false, sentAtMs: truth.sentAtMs, basis: "received" };
      return isGone ? [first, { ...first, isCancelled: true, sentAtMs: cancelledAtMs }] : [first];
    });
  const lines = sent.map(({ truth, isCancelled, sentAtMs }) => {
    const body = dispatches.notificationOf(truth, isCancelled);
    return JSON.stringify({ received_at: new Date(sentAtMs).toISOString(), body });
  });
  days.database.execute("DELETE FROM dispatch_check");
  const path = `${days.path}.ndjson`;
  writeFileSync(path, `${lines.sort().reverse().join("\n")}\n`);
  const now = new Date(nowMs).toISOString();
  const words = ["dispatch", "check", "--file", path, "--format", "ndjson", "--now", now];
  const { exitCode } = await runInProcess(words, days.toEnvironment());
  expect([0, 7]).toContain(exitCode);
  const latest = new Map<string, (typeof sent)[number]>();
  for (const one of sent.toSorted((a, b) => a.sentAtMs - b.sentAtMs)) {
    const before = latest.get(one.truth.eventId);
    // What is said again, but for its energy, is as old as when it was said first.
    const isSame = before !== undefined && toContent(before) === toContent(one);
    latest.set(one.truth.eventId, isSame ? before : one);
  }
  const expected = [...latest.values()].flatMap((slot) => toRows(slot, oracle));
  expect(readRows(days), "from the file").toEqual(sortRows(expected));
  const revised = [...latest.values()].filter(({ truth }) => truth.lateRevision !== null);
  return {
    verdicts: countVerdicts(expected),
    afterRevision: countVerdicts(revised.flatMap((slot) => toRows(slot, oracle))),
    overMidnight: expected.length - latest.size,
  };
}
