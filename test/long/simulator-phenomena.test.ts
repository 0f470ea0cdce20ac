import { describe, expect, test } from "vitest";
import { createPortfolio, type MeterTruth, type Portfolio } from "../../src/simulator/index.ts";
import { localDate, nextDate, type V2Meter, v2GroupsOn } from "../unit/simulator/reading.ts";

const dayMs = 86_400_000;
const startDate = "2026-09-12";
const firstMs = Date.parse("2026-09-12T16:00:00Z");

type Counts = Map<string, number>;

/** Looks at the whole portfolio once a day and counts what happened from each day to the next. */
function countChanges(portfolio: Portfolio, dayCount: number): Counts {
  const counts: Counts = new Map();
  for (let day = 0; day < dayCount; day++) {
    const before = firstMs + day * dayMs;
    const meterCount = portfolio.meterCountAt(before);
    add(counts, "new meter", portfolio.meterCountAt(before + dayMs) - meterCount);
    for (let index = 0; index < meterCount; index++) {
      const old = portfolio.truthOf(index, before);
      const now = portfolio.truthOf(index, before + dayMs);
      if (old !== undefined && now !== undefined) countOne(counts, old, now, before);
    }
  }
  return counts;
}

function countOne(counts: Counts, old: MeterTruth, now: MeterTruth, beforeMs: number): void {
  if (old.status !== now.status) add(counts, `status ${old.status} to ${now.status}`);
  if (old.isArchived !== now.isArchived) add(counts, now.isArchived ? "archived" : "restored");
  if (old.partnerReference !== now.partnerReference) add(counts, "partner reference");
  if (old.preference !== now.preference) add(counts, `preference ${now.preference}`);
  countActions(counts, old, now);
  if (statusesOf(old) !== statusesOf(now) && old.status === now.status) add(counts, "program status alone");
  const today = localDate(old.zone, beforeMs);
  for (const name of new Set([...old.rows, ...now.rows].map((row) => row.program))) {
    const differing = Array.from({ length: 12 }, (_, ahead) => nextDate(today, ahead + 1)).find(
      (date) => groupsOf(old, name, date) !== groupsOf(now, name, date),
    );
    if (differing === undefined) continue;
    const isPeriodBegun = old.rows.some(
      (row) => row.program === name && row.firstDate <= today && (row.lastDate ?? "9") >= differing,
    );
    const to = groupsOf(now, name, differing);
    add(counts, differing > nextDate(today, 2) ? "announced" : "revised");
    if (groupsOf(old, name, differing) === "")
      add(counts, isPeriodBegun ? "assigned late or anew" : "period assigned");
    if (to === "") add(counts, "withdrawn");
  }
}

function countActions(counts: Counts, old: MeterTruth, now: MeterTruth): void {
  for (const party of ["partner", "leap"] as const) {
    const key = (action: (typeof old.requiredActions.partner)[number]): string =>
      [action.program_identifier, action.delivery_period, action.action_type, action.action_code].join(" ");
    const earlier = new Map(old.requiredActions[party].map((action) => [key(action), action]));
    const later = new Map(now.requiredActions[party].map((action) => [key(action), action]));
    for (const [id, action] of later) {
      const known = earlier.get(id);
      if (known === undefined) add(counts, `action of ${party} appeared`);
      else if (known.enrollment_deadline_date_time !== action.enrollment_deadline_date_time)
        add(counts, "deadline moved");
    }
    for (const id of earlier.keys()) if (!later.has(id)) add(counts, `action of ${party} resolved`);
  }
}

function groupsOf(meter: MeterTruth, program: string, date: string): string {
  const own = meter.groupsOn(date).filter((group) => group.program === program);
  return own.map((group) => group.marketGroupId).join();
}

function statusesOf(meter: MeterTruth): string {
  return [...new Set(meter.rows.map((row) => `${row.program} ${row.deliveryPeriod} ${row.status}`))]
    .sort()
    .join();
}

function add(counts: Counts, name: string, more = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}

const promisedChanges = [
  "new meter",
  "status PENDING to ELIGIBLE",
  "status ELIGIBLE to ACTIVE",
  "program status alone",
  "action of partner appeared",
  "action of leap appeared",
  "action of partner resolved",
  "deadline moved",
  "partner reference",
  "preference IDLE",
  "announced",
  "revised",
  "period assigned",
  "withdrawn",
  "archived",
];

describe("what happens in a simulated portfolio", () => {
  test.each([40, 200])("within 60 days all that was promised happens among %d meters", (meterCount) => {
    const counts = countChanges(createPortfolio({ seed: 21, meterCount, startDate }), 60);
    const missing = promisedChanges.filter((name) => (counts.get(name) ?? 0) === 0);
    expect(missing).toEqual([]);
  });

  test.each([40, 120, 200])("any five days show a bit of everything among %d meters", (meterCount) => {
    const counts = countChanges(createPortfolio({ seed: 4, meterCount, startDate }), 5);
    const sum = (prefix: string): number =>
      [...counts].reduce((total, [name, count]) => (name.startsWith(prefix) ? total + count : total), 0);
    for (const prefix of ["new meter", "announced", "revised", "status", "action"])
      expect([prefix, sum(prefix) > 0]).toEqual([prefix, true]);
  });

  test("about one in a hundred changes a day in a large portfolio, month rolls set aside", () => {
    const portfolio = createPortfolio({ seed: 9, meterCount: 200_000, startDate });
    let changed = 0;
    for (let index = 0; index < 200_000; index += 40) {
      const counts: Counts = new Map();
      const old = portfolio.truthOf(index, firstMs);
      const now = portfolio.truthOf(index, firstMs + dayMs);
      if (old !== undefined && now !== undefined) countOne(counts, old, now, firstMs);
      if (counts.size > 0) changed++;
    }
    expect(changed).toBeGreaterThan(25);
    expect(changed).toBeLessThan(125);
  });

  test.each([40, 200])("the odd things of Leap's answers are all to be met among %d meters", (meterCount) => {
    const portfolio = createPortfolio({ seed: 21, meterCount, startDate });
    const odd = new Set<string>();
    for (let day = 0; day < 60; day += 3) {
      const nowMs = firstMs + day * dayMs;
      const references = new Map<string, number>();
      for (let index = 0; index < portfolio.meterCountAt(nowMs); index++) {
        const meter = portfolio.documentOf(portfolio.stateOf(index, nowMs), nowMs, "v2") as V2Meter;
        noteOdd(odd, meter, nowMs);
        const reference = meter.partner_reference ?? "";
        references.set(reference, (references.get(reference) ?? 0) + 1);
        if (reference !== "" && references.get(reference) === 2) odd.add("shared reference");
      }
    }
    expect([...odd].sort()).toEqual([...oddities].sort());
  });

  test("four to nine groups for forty meters, fifty to five hundred members in large ones", () => {
    const small = createPortfolio({ seed: 1, meterCount: 40, startDate }).membersOn(
      "2026-11-05",
      firstMs + 54 * dayMs,
    );
    expect(small.size).toBeGreaterThanOrEqual(4);
    expect(small.size).toBeLessThanOrEqual(9);
    const large = createPortfolio({ seed: 1, meterCount: 20_000, startDate }).membersOn(
      "2026-09-12",
      firstMs,
    );
    const sizes = [...large.values()].map((ids) => ids.length).sort((left, right) => left - right);
    expect(sizes[0]).toBeGreaterThan(40);
    expect(sizes.at(-1)).toBeLessThan(500);
  });

  test("all eight regions are there from a hundred meters on", () => {
    const portfolio = createPortfolio({ seed: 1, meterCount: 100, startDate });
    const regions = Array.from({ length: 100 }, (_, index) => portfolio.truthOf(index, firstMs)?.region);
    expect(new Set(regions).size).toBe(8);
  });
});

const oddities = [
  "ACTIVE and archived",
  "ACTIVE row without group",
  "ELIGIBLE row with group",
  "duplicate row",
  "empty customer group",
  "idle window",
  "new field",
  "new row field",
  "no end of preference",
  "no reference",
  "sentinel end of period",
  "sentinel end of preference",
  "shared reference",
  "split period",
  "two programs in one group",
];

function noteOdd(odd: Set<string>, meter: V2Meter, nowMs: number): void {
  if (meter.is_archived && meter.global_enrollment_status === "ACTIVE") odd.add("ACTIVE and archived");
  if (meter.partner_reference === undefined) odd.add("no reference");
  if (meter.customer_group === "") odd.add("empty customer group");
  if ("grid_zone_hint" in meter) odd.add("new field");
  if (meter.participation_preferences.length > 1) odd.add("idle window");
  const end = meter.participation_preferences[0]?.end_time;
  odd.add(end === undefined ? "no end of preference" : "sentinel end of preference");
  const rows = meter.program_enrollment;
  for (const row of rows) {
    if ("nomination_method" in row) odd.add("new row field");
    if (row.enrollment_status === "ACTIVE" && row.market_group_id === undefined)
      odd.add("ACTIVE row without group");
    if (row.enrollment_status === "ELIGIBLE" && row.market_group_id !== undefined)
      odd.add("ELIGIBLE row with group");
    if (/^(9000|2099)/.test(row.delivery_period_end_date_time)) odd.add("sentinel end of period");
  }
  const texts = rows.map((row) => JSON.stringify(row));
  if (new Set(texts).size < texts.length) odd.add("duplicate row");
  const starts = new Set(rows.map((row) => `${row.delivery_period} ${row.delivery_period_start_date_time}`));
  if (starts.size > new Set(rows.map((row) => row.delivery_period)).size) odd.add("split period");
  const groups = [...v2GroupsOn(meter, new Date(nowMs).toISOString().slice(0, 10)).values()].map((ids) =>
    [...ids].join(),
  );
  if (new Set(groups).size < groups.length) odd.add("two programs in one group");
}
