import { afterEach, describe, expect, it } from "vitest";
import { meterId } from "../support/documents.ts";
import { countRows, readEvents, readMembers } from "../support/views.ts";
import {
  fillPublished,
  forty,
  insertEvent,
  openUpgradedDays,
  toMeters,
  toOldMeters,
  type UpgradedDays,
} from "./previous-release.ts";
import { insert, insertRevision, insertRun, insertStream, insertWindows, toSeen } from "./previous-schema.ts";
import { hourMs, noon } from "./small-portfolio.ts";

let days: UpgradedDays;
afterEach(() => days.close());

/** A sweep that broke down after three of five windows; what they held is staged. */
function failAfterThreeWindows({ old, source }: UpgradedDays, runKey: number, group: string, atMs: number) {
  const meters = toOldMeters(source.version, group, atMs);
  insertRun(old, source, runKey, "failed", atMs);
  insertWindows(old, runKey, meters, 3, { keepsSeen: true, readAtMs: atMs });
  const staged = [0, 1, 2].flatMap((ordinal) => toSeen(meters, ordinal).map((key) => ({ ordinal, key })));
  staged.forEach(({ ordinal, key }, place) => {
    const revisionId = 1000 * runKey + key;
    insertRevision(old, source.version, revisionId, key, meters[key - 1]!);
    insert(old, "staged_revision", {
      run_key: runKey,
      meter_key: key,
      window_ordinal: ordinal,
      staged_order: place + 1,
      revision_id: revisionId,
    });
  });
  return staged.map(({ key }) => key);
}

/** Where a value says null, however deep: in JSON that is what a count shows as that is no number. */
function readNulls(value: unknown, path = ""): string[] {
  if (value === null) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value as object).flatMap(([key, item]) => readNulls(item, `${path}.${key}`));
}

describe.each(["v2", "v1"] as const)(
  "a first sweep of %s that failed under the release before",
  (version) => {
    it("is gone on with: its windows stand, and every count is a number", async () => {
      days = await openUpgradedDays(version);
      const { old } = days;
      insertStream(old, null);
      const keys = failAfterThreeWindows(days, 1, "north", noon);
      expect(keys.length).toBe(26);
      for (const key of keys) insert(old, "meter", { meter_key: key, meter_id: meterId(key) });
      insertEvent(old, "sync.failed");
      const database = days.upgrade();
      const { report } = await days.run(1);
      expect([report.status, report.is_baseline]).toEqual(["published", true]);
      expect(report.windows).toEqual({ total: 5, read: 2, resumed: 3, split: 0, restarted: 0 });
      expect(report.meters).toMatchObject({ returned: 40, created: 40, repeated: 0, moved: 0 });
      expect(report.certificate).toMatchObject({ documents: 40, repeated: 0, moved: 0, is_certified: true });
      const { type, event } = readEvents(database).at(-1)!;
      const stored = database.prepare("SELECT report FROM run ORDER BY run_key DESC LIMIT 1").get();
      expect(type).toBe("sync.published");
      for (const shown of [event.data.after, JSON.parse(String(stored!.report))]) {
        expect([shown.meters.moved, shown.certificate.moved]).toEqual([0, 0]);
        expect(readNulls(shown.meters)).toEqual([]);
      }
      expect(readMembers(database).length).toBe(120);
      expect((await days.run(2)).told).toEqual([]);
    });
  },
);

describe.each(["v2", "v1"] as const)("a later sweep of %s that failed under it", (version) => {
  it("is read anew: what it had read and never published is dropped, and changes are told once", async () => {
    days = await openUpgradedDays(version);
    fillPublished(days);
    failAfterThreeWindows(days, 2, "south", noon + hourMs);
    const database = days.upgrade();
    expect(countRows(database)).toMatchObject({ revision: 66, staged_revision: 26 });
    // Leap is back to what it was, but for one meter.
    const { report, told } = await days.run(2, [...toMeters("south").slice(0, 1), ...forty.slice(1)]);
    expect([report.status, report.windows.resumed, report.meters.changed]).toEqual(["published", 0, 1]);
    expect(told).toEqual([
      "remapped 1: north → south, 2026-11-10…, revised",
      "group north: +0 -1, 2026-11-10…",
      "group south: +1 -0, 2026-11-10…",
    ]);
    await days.run(3, [...toMeters("south").slice(0, 1), ...forty.slice(1)]);
    expect(countRows(database)).toMatchObject({ revision: 41, staged_revision: 0 });
  });
});
