import type { HeldRun, ReportRun, SinkState } from "../../../src/reader/index.ts";
import { madeUpId } from "./made-up-parts.ts";

/** Mostly sweeps that were published; now and then a poll, a failed, a held and a superseded one. */
export function madeUpRun(place: number, dayMs: number): ReportRun {
  const startedMs = dayMs - 2 * 3_600_000;
  const status = { 4: "failed", 9: "superseded", 17: "discarded" }[place] ?? "published";
  const duration_ms = 180_000 + ((place * 37_123) % 240_000);
  const changes = {
    "meter.group.remapped": (place * 53) % 400,
    "meter.enrollment.global-status.updated": (place * 31) % 90,
    "meter.created": (place * 11) % 20,
  };
  return {
    run_id: madeUpId("b", place),
    mode: place % 5 === 1 ? "poll" : "sweep",
    status,
    started_at: new Date(startedMs).toISOString(),
    finished_at: new Date(startedMs + duration_ms).toISOString(),
    published_at: status === "published" ? new Date(startedMs + duration_ms).toISOString() : null,
    is_certified: status !== "failed",
    meters_returned: status === "failed" ? 3_500 : 9_842 - place * 9,
    change_count: status === "failed" ? null : Object.values(changes).reduce((sum, count) => sum + count, 0),
    error: status === "failed" ? "could not read window 14: Leap answered 503 after 5 attempts" : null,
    duration_ms,
    changes: status === "failed" ? {} : changes,
  };
}

export function madeUpHeldRun(nowMs: number): HeldRun {
  const { duration_ms, changes, ...run } = madeUpRun(0, nowMs);
  return {
    ...run,
    status: "held",
    published_at: null,
    trips: [
      {
        rule: "absent_meters",
        explanation: "612 of 9,842 known meters are absent, 6.2 %. Rule METER_SYNC_HOLD_ABSENT.",
        numbers: { known: 9_842, absent: 612 },
      },
    ],
  };
}

export function madeUpSink(name: string, over: Partial<SinkState> = {}): SinkState {
  const isDown = (over.failure_count ?? 0) > 0;
  return {
    name,
    settled_sequence: 41_207,
    start_sequence: 0,
    settled_at: "2026-10-07T06:22:10.000Z",
    undelivered: 0,
    set_aside: 0,
    oldest_undelivered_at: isDown ? "2026-10-07T06:21:44.000Z" : null,
    retry_at: isDown ? "2026-10-07T08:20:00.000Z" : null,
    disabled_at: null,
    failure_count: 0,
    error: isDown ? "could not deliver: the receiver answered 503" : null,
    error_at: isDown ? "2026-10-07T08:10:00.000Z" : null,
    ...over,
  };
}
