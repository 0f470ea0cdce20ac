import { describe, expect, it } from "vitest";
import { startSimulator } from "../../src/simulator/index.ts";
import { addDays } from "../support/calendar.ts";
import { openDays } from "../support/run-days.ts";
import { lastSequence, readChanges, readHorizons, readMembers } from "../support/views.ts";

/** Who is in which group on which day, programs set aside. */
function readMemberships(database: Parameters<typeof readMembers>[0]): string[] {
  const rows = readMembers(database).map((row) => JSON.parse(row) as string[]);
  return [...new Set(rows.map(([date, group, , meterId]) => `${date} ${group} ${meterId}`))].sort();
}

describe("one portfolio through v1 and v2 (§1, §4)", () => {
  for (const seed of [21]) {
    it(`has the same members per group and day, every day for thirty days, seed ${seed}`, async () => {
      const startDate = "2026-10-10";
      const leap = await startSimulator({
        seed,
        meterCount: 60,
        startDate,
        nowMs: Date.parse(`${startDate}T00:00:00Z`),
      });
      const [one, two] = [openDays(leap, { apiVersion: "v1" }), openDays(leap, { apiVersion: "v2" })];
      try {
        for (let day = 1; day <= 30; day += 1) {
          const nowMs = Date.parse(`${addDays(startDate, day)}T00:00:00Z`) + ((day * 7) % 24) * 3_600_000;
          leap.setNow(nowMs);
          const reports = [await one.run(nowMs), await two.run(nowMs)];
          const where = `seed ${seed}, ${new Date(nowMs).toISOString()}`;
          expect(
            reports.map(({ exit_code }) => exit_code),
            where,
          ).toEqual([0, 0]);
          expect(readHorizons(one.database), where).toEqual(readHorizons(two.database));
          expect(readMemberships(one.database), where).toEqual(readMemberships(two.database));
        }
        expect(readMemberships(one.database).length).toBeGreaterThan(50);
      } finally {
        one.close();
        two.close();
        await leap.close();
      }
    });
  }

  it("tells nothing where a database goes from v1 to v2 and back in a frozen portfolio", async () => {
    const leap = await startSimulator({
      seed: 31,
      meterCount: 60,
      startDate: "2026-09-01",
      changeRate: 0,
      nowMs: Date.parse("2026-10-12T18:00:00Z"),
    });
    const days = openDays(leap);
    try {
      const versions = ["v1", "v2", "v1", "v1", "v2", "v2", "v1"] as const;
      let day = 0;
      for (const apiVersion of versions) {
        const nowMs = Date.parse("2026-10-12T18:00:00Z") + day * 86_400_000;
        leap.setNow(nowMs);
        const report = await days.run(nowMs, { apiVersion });
        const about = `${apiVersion} on day ${day}`;
        expect(report.exit_code, about).toBe(0);
        expect(
          readChanges(days.database).map(({ type, event }) => [type, event.data]),
          about,
        ).toEqual([]);
        expect(readMembers(days.database).length, about).toBeGreaterThan(50);
        expect(report.warnings.length, about).toBe(apiVersion === "v1" ? 1 : 0);
        day += 1;
      }
    } finally {
      days.close();
      await leap.close();
    }
  });

  it("tells real moves alone where they come with the switch", async () => {
    const options = { seed: 32, meterCount: 60, startDate: "2026-09-01", changeRate: 3 };
    const start = Date.parse("2026-10-12T18:00:00Z");
    const leap = await startSimulator({ ...options, nowMs: start });
    const days = openDays(leap);
    try {
      let moves = 0;
      for (const [day, apiVersion] of (["v2", "v1", "v2", "v1", "v2", "v2", "v1", "v1"] as const).entries()) {
        const nowMs = start + day * 86_400_000;
        leap.setNow(nowMs);
        const [before, shown] = [lastSequence(days.database), new Set(readMemberships(days.database))];
        await days.run(nowMs, { apiVersion });
        const now = new Set(readMemberships(days.database));
        const today = new Date(nowMs).toISOString().slice(0, 10);
        // Of the dates both show, those told as changed are those that changed.
        const dates = [today, addDays(today, 1)];
        const changed = [...shown, ...now].filter(
          (row) => shown.has(row) !== now.has(row) && dates.includes(row.slice(0, 10)),
        );
        const told = readChanges(days.database, before).flatMap(({ type, event: { data } }) => {
          if (type !== "meter.enrollment.group.updated") return [];
          const on = dates.filter(
            (date) => data.effective_from <= date && (data.effective_to ?? "9") >= date,
          );
          return [...data.added_meter_ids, ...data.removed_meter_ids].flatMap((id) =>
            on.map((date) => `${date} ${data.market_group_id} ${id}`),
          );
        });
        if (day === 0) continue;
        expect(told.sort(), `day ${day}, ${apiVersion}`).toEqual(changed.sort());
        const remapped = readChanges(days.database, before).filter(
          ({ type }) => type === "meter.group.remapped",
        );
        for (const { event } of remapped) {
          const { data } = event;
          expect(data.from_market_group_ids).not.toEqual(data.to_market_group_ids);
          if (day < 5 || apiVersion === "v1") expect(data.program, `day ${day}`).toBeNull();
        }
        moves += remapped.length;
      }
      expect(moves).toBeGreaterThan(5);
    } finally {
      days.close();
      await leap.close();
    }
  });
});
