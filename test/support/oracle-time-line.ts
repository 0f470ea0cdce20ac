import { loadTimeLine, type TimeLine, toReader } from "../../src/reader/index.ts";
import { addDays } from "./calendar.ts";
import { openChance } from "./chance.ts";
import { usualRules } from "./oracle-breaker.ts";
import { type Days, openDays } from "./run-days.ts";
import { openScriptedLeap } from "./scripted-leap.ts";
import { type Face, inspectBeginning, inspectInstant, type Shown, toAction } from "./time-line-check.ts";
import { openTimeLinePortfolio } from "./time-line-portfolio.ts";
import { readHistory } from "./views.ts";

export type TimeLineWalk = {
  readonly seed: number;
  readonly days: number;
  /** The first half of the days is read by v1. */
  readonly isSwitched?: boolean;
  /** Events below some sequence are removed, but one. */
  readonly isPruned?: boolean;
  /** So many events are looked at. */
  readonly eventCountMax?: number;
};

/**
 * Lives through a history, notes what was shown of each meter at each publication, and then holds every time
 * line against it, instant after instant. Returns how much was compared.
 */
export async function walkTimeLines(walk: TimeLineWalk) {
  const leap = await openScriptedLeap();
  const days = openDays(leap, { concurrency: 1 });
  try {
    const { shown, releases } = await live(walk, leap, days);
    if (walk.isPruned === true) prune(days, shown);
    const lines = toTimeLines(days, shown, walk.eventCountMax);
    let comparisons = 0;
    for (const at of toInstants(shown)) {
      const then = shown.findLast((one) => one.at <= at);
      for (const [id, line] of lines) {
        if (line.begins_at !== null && at < line.begins_at) continue;
        inspectInstant(`${JSON.stringify(walk)}, ${id} at ${at}`, then, id, line, at, shown);
        comparisons += 1;
      }
    }
    const rows = [...lines.values()].flatMap((line) => line.rows);
    for (const line of lines.values()) inspectBeginning(JSON.stringify(walk), line);
    return {
      publications: shown.length,
      releases,
      comparisons,
      kinds: new Set(rows.map(({ what }) => what)),
    };
  } finally {
    days.close();
    await leap.close();
  }
}

async function live(
  walk: TimeLineWalk,
  leap: Awaited<ReturnType<typeof openScriptedLeap>>,
  days: Days,
): Promise<{ readonly shown: Shown[]; readonly releases: number }> {
  const chance = openChance(walk.seed);
  const start = Date.parse(`${addDays("2026-10-01", chance.below(60))}T00:00:00Z`) + chance.below(86_400_000);
  const portfolio = openTimeLinePortfolio(chance, 3 + chance.below(3));
  // The absence of a single meter holds a run back, so that some are published later than they were planned.
  const rules = { ...usualRules, absent: { percent: 0, count: 0 } };
  const shown: Shown[] = [];
  let releases = 0;
  let lastVersion = walk.isSwitched === true ? "v1" : "v2";
  let nowMs = start;
  for (let run = 0; run < walk.days; run += 1) {
    const apiVersion = walk.isSwitched === true && run < walk.days / 2 ? ("v1" as const) : ("v2" as const);
    if (run === 0 || chance.hits(0.7)) portfolio.change(nowMs);
    leap.entries = portfolio.entries(apiVersion, nowMs);
    // Whether a meter whose absence was released at a switch has been read is known to nobody.
    const isStrict = chance.hits(0.4) && apiVersion === lastVersion;
    const report = await days.run(nowMs, { apiVersion, rules: isStrict ? rules : usualRules });
    const plannedMs = nowMs;
    let isPublished = report.status === "published";
    if (report.status === "held" && chance.hits(0.8)) {
      nowMs += 3_600_000 * (1 + chance.below(3));
      days.release(nowMs, report);
      releases += 1;
      isPublished = true;
    }
    if (isPublished) {
      shown.push(readShown(days, portfolio.read(apiVersion, plannedMs), shown.at(-1)));
      lastVersion = apiVersion;
    }
    nowMs += 3_600_000 * chance.pick([0, 3, 20, 24, 24, 24, 26, 70]);
  }
  return { shown, releases };
}

function readShown(
  { database }: Days,
  read: ReadonlyMap<string, Pick<Face, "programs" | "window" | "isSparse">>,
  before: Shown | undefined,
): Shown {
  const faces = new Map<string, Face>();
  for (const row of database.prepare("SELECT * FROM snapshot_meters").all()) {
    const id = String(row.meter_id);
    // Of one that did not come what was said last stands.
    const last = before?.faces.get(id);
    const stands = { programs: last?.programs ?? null, window: null, isSparse: last?.isSparse ?? false };
    const said = read.get(id) ?? stands;
    faces.set(id, {
      status: row.enrollment_status as string | null,
      isDispatchable: row.dispatchable === 1,
      reference: row.partner_reference as string | null,
      isArchived: row.is_archived === 1,
      isMissing: row.is_missing === 1,
      preference: row.participation_preference as string | null,
      actions: (JSON.parse(String(row.required_actions)) as Record<string, unknown>[]).map(toAction).sort(),
      ...said,
    });
  }
  const at = String(database.prepare("SELECT published_at FROM snapshot_info").get()?.published_at);
  return { at, faces, history: readHistory(database) };
}

/** As retention does, in the midst of a run's events: all below a sequence go, but for one still needed. */
function prune({ database }: Days, shown: readonly Shown[]): void {
  const middle = shown[Math.floor(shown.length / 2)]!.at;
  const row = database
    .prepare("SELECT min(sequence) + 1 AS first FROM snapshot_events WHERE time >= ?")
    .get(middle);
  const first = Number(row?.first);
  const kept = database
    .prepare("SELECT min(sequence) AS sequence FROM event WHERE type LIKE 'meter.enrollment.global-status%'")
    .get()?.sequence;
  database.prepare("DELETE FROM event WHERE sequence < ? AND sequence <> ?").run(first, kept);
  database.prepare("UPDATE stream SET pruned_sequence = ?").run(first - 1);
}

function toTimeLines({ database }: Days, shown: readonly Shown[], eventCountMax = -1): Map<string, TimeLine> {
  const ids = [...shown.at(-1)!.faces.keys()];
  return new Map(
    ids.map((id) => [id, loadTimeLine(toReader(database), id.toUpperCase(), eventCountMax)!] as const),
  );
}

/** Just before, at and after each publication, and long before and after all. */
function toInstants(shown: readonly Shown[]): string[] {
  const near = shown.flatMap(({ at }) => [-1, 0, 1].map((ms) => Date.parse(at) + ms));
  const far = [near[0]! - 86_400_000, near.at(-1)! + 86_400_000];
  return [...new Set([...near, ...far])].map((atMs) => new Date(atMs).toISOString());
}
