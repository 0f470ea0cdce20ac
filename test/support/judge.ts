import { expect } from "vitest";
import type { RunReport } from "../../src/sync/index.ts";
import { BrokenOffError, openBreakingPoints } from "./breaking-points.ts";
import { runKilledChild } from "./killed-child.ts";
import { type Fault, isById } from "./leap-faults.ts";
import { openOracle, type Weighed } from "./oracle.ts";
import type { Reading } from "./oracle-absence.ts";
import type { Rules } from "./oracle-breaker.ts";
import type { Says } from "./oracle-views.ts";
import { type Inspector, openInspector } from "./publication-check.ts";
import { toSays } from "./resident-portfolio.ts";
import type { DayOptions, Days } from "./run-days.ts";
import type { Returned, ScriptedLeap } from "./scripted-leap.ts";

type Asking = DayOptions & {
  readonly nowMs: number;
  readonly fault?: Fault | null;
  /** The step at which the process dies; it is started again at the same instant. */
  readonly diesAt?: number;
  /** Runs first in a process of its own, which is killed at this request. */
  readonly killedAt?: number;
};

export type Judged = "published" | "held" | "failed" | "empty";

/** Walks with one database from run to run, and holds each against the oracle. */
export type Judge = {
  readonly run: (where: string, asking: Asking) => Promise<Judged>;
  /** What a person does about the run that is held. */
  readonly decide: (where: string, nowMs: number, decision: "release" | "discard") => void;
  readonly isHeld: () => boolean;
  /** Whether the last run that came to an end was a poll. */
  readonly wasPoll: () => boolean;
  /** The rules that held the last run back. */
  readonly trips: () => readonly string[];
  readonly inspector: Inspector;
};

type Held = { readonly report: RunReport; readonly weighed: Weighed; readonly plannedAtMs: number };

export function openJudge(leap: ScriptedLeap, days: Days, rules: Rules): Judge {
  const oracle = openOracle();
  const inspector = openInspector(days.database);
  let held: Held | null = null;
  let trips: readonly string[] = [];
  let mode: "sweep" | "poll" = "sweep";
  let cursorMaxMs = Number.POSITIVE_INFINITY;

  async function run(where: string, asking: Asking): Promise<Judged> {
    const { nowMs } = asking;
    leap.forgetAsked();
    leap.dateMs = nowMs;
    const outcome = await runUntilItEnds(where, asking);
    // What a run gave up when it failed may arrive later: the next one never sees the answer.
    await leap.beAlone();
    if (!("run_id" in outcome)) {
      expect(mustFail(leap, asking.fault ?? null), `${where}: ${outcome.message}`).toBe(true);
      inspector.inspectUnpublished(where, ["sync.failed"]);
      return "failed";
    }
    expect(asking.fault?.outcome === "fails" && asking.fault.strikes() > 0, `${where}: must fail`).toBe(
      false,
    );
    assertCursor(where, cursorMaxMs);
    const weighed = oracle.weigh(toReading(asking, outcome), rules);
    trips = weighed.trips;
    mode = outcome.mode;
    expect([...new Set(outcome.trips.map(({ rule }) => rule))].sort(), `${where}: trips`).toEqual(trips);
    const wasHeld = held;
    if (trips.length > 0) {
      expect([outcome.status, outcome.exit_code], where).toEqual(["held", 6]);
      inspector.inspectUnpublished(where, ["sync.held"]);
      held = { report: outcome, weighed, plannedAtMs: nowMs };
    } else {
      expect(outcome.status, where).toBe("published");
      if (weighed.isEmptyStart) inspector.inspectUnpublished(where, []);
      else inspector.inspect(where, outcome, weighed.publish());
      cursorMaxMs = nowMs - 10 * 60_000;
      held = null;
    }
    if (wasHeld !== null) expect(readStatus(wasHeld), where).toBe("superseded");
    return trips.length > 0 ? "held" : weighed.isEmptyStart ? "empty" : "published";
  }

  /** Runs until the run has come to its end, be it an error. */
  async function runUntilItEnds(where: string, asking: Asking): Promise<RunReport | Error> {
    const { nowMs, diesAt, killedAt } = asking;
    const before = readLastRun().run_key;
    if (diesAt !== undefined) {
      const ended = await days
        .run(nowMs, { ...asking, rules, ...openBreakingPoints(diesAt, { isDead: true }) })
        .catch((error: Error) => error);
      if ("run_id" in ended) return ended;
      expect(ended, where).toBeInstanceOf(BrokenOffError);
    }
    if (killedAt !== undefined) {
      const environment = days.toEnvironment({ ...asking, rules });
      await runKilledChild(leap, environment, nowMs, killedAt);
    }
    const { run_key, report, status } = readLastRun();
    if (run_key !== before && (status === "published" || status === "held"))
      return JSON.parse(String(report)) as RunReport;
    if (run_key !== before) inspector.inspectUnpublished(`${where}, dead`, []);
    return days.run(nowMs, { ...asking, rules }).catch((error: Error) => error);
  }

  function readLastRun(): Record<string, unknown> {
    return days.database.prepare("SELECT * FROM run ORDER BY run_key DESC LIMIT 1").get() ?? {};
  }

  function toReading(asking: Asking, { mode, warnings }: RunReport): Partial<Reading> & { nowMs: number } {
    const { nowMs, apiVersion = "v2", horizonDays = 3, fault } = asking;
    const isPoll = mode === "poll";
    if (asking.mode === "poll" && !isPoll) expect(warnings.join()).toContain("swept instead");
    const documents = new Map<string, object>();
    let rejected = 0;
    // Where everything was read as one chain, what else is asked for is not part of the sweep.
    const wholeBy = (wanted: Returned["by"]) => toWhole(leap.returned.filter(({ by }) => by === wanted));
    const chain = isPoll ? [] : wholeBy("nothing");
    const read = chain.length > 0 ? chain : wholeBy(isPoll ? "modified" : "added");
    for (const document of read.flatMap(({ documents }) => documents)) {
      const id = (document as { meter_id?: string }).meter_id?.toLowerCase();
      if (id === undefined) rejected += 1;
      else documents.set(id, document);
    }
    const says = [...documents.values()].flatMap((document) => toSays(document) ?? []);
    const readable = new Set(says.map(({ meterId }) => meterId));
    const unreadable = [...documents.keys()].filter((id) => !readable.has(id));
    const byId = new Map<string, Says | null>();
    for (const document of leap.entries.map((entry) => entry.document as { readonly meter_id?: string })) {
      if (document.meter_id !== undefined) byId.set(document.meter_id.toLowerCase(), toSays(document));
    }
    const isBlind = fault?.name === "blind to ids";
    return { nowMs, apiVersion, horizonDays, mode, says, unreadable, rejected, byId, isBlind };
  }

  /** I3: polls begin where the last publication's first answer was given, less an overlap. */
  function assertCursor(where: string, maxMs: number): void {
    for (const { body } of leap.asked) {
      const since = body.last_modified_date_time ?? body.date_last_modified;
      if (since !== undefined) expect(Date.parse(String(since)), where).toBeLessThanOrEqual(maxMs);
    }
  }

  function readStatus({ report }: Held): string {
    const row = days.database.prepare("SELECT status FROM snapshot_runs WHERE run_id = ?").get(report.run_id);
    return String(row?.status);
  }

  function decide(where: string, nowMs: number, decision: "release" | "discard"): void {
    const { report, weighed, plannedAtMs } = held!;
    held = null;
    if (decision === "discard") {
      days.discard(nowMs, report);
      inspector.inspectUnpublished(where, []);
      expect(readStatus({ report, weighed, plannedAtMs }), where).toBe("discarded");
      return;
    }
    const released = days.release(nowMs, report);
    cursorMaxMs = plannedAtMs - 10 * 60_000;
    if (!weighed.isEmptyStart) inspector.inspect(where, released, weighed.publish(nowMs));
  }

  const isHeld = () => held !== null;
  return { run, decide, isHeld, wasPoll: () => mode === "poll", trips: () => trips, inspector };
}

/**
 * The pages of searches that were read to their last, each from where it was last begun: what was given up,
 * to be read in parts, anew, or in another way, has told nothing (I2).
 */
function toWhole(pages: readonly Returned[]): Returned[] {
  const reads = new Map<string, Returned[]>();
  for (const page of pages) {
    const before = page.isFirst ? [] : (reads.get(page.search) ?? []);
    reads.set(page.search, [...before, page]);
  }
  return [...reads.values()].filter((read) => read.some(({ isLast }) => isLast)).flat();
}

/** Whether what struck leaves nothing to publish. */
function mustFail(leap: ScriptedLeap, fault: Fault | null): boolean {
  if (fault === null) return false;
  if (fault.name === "no answer by id") return leap.asked.some(isById);
  return fault.outcome === "fails" && fault.strikes() > 0;
}
