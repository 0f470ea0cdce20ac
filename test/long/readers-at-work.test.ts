import { expect, it } from "vitest";
import { openDatabaseReadOnly } from "../../src/database/index.ts";
import { openBreakingPoints } from "../support/breaking-points.ts";
import { openGroupConsumer } from "../support/consumer.ts";
import { type MeterSketch, toEntry } from "../support/documents.ts";
import { openDays } from "../support/run-days.ts";
import { openScriptedLeap } from "../support/scripted-leap.ts";
import {
  lastSequence,
  readEvents,
  readGroups,
  readHistory,
  readMembers,
  readSnapshot,
} from "../support/views.ts";
import { watchDays, whyNoMount } from "../support/watched-days.ts";

const noon = Date.parse("2026-11-10T20:00:00Z");
const dayMs = 86_400_000;

it("a reader beside a running sweep sees one publication or the next, never a half (I1)", async () => {
  const leap = await openScriptedLeap();
  const days = openDays(leap, { pageSize: 5, concurrency: 2 });
  const reader = openDatabaseReadOnly(days.path);
  const read = () =>
    reader.connection.transaction(() =>
      JSON.stringify([readSnapshot(reader), readEvents(reader).map(({ id }) => id), lastSequence(reader)]),
    )();
  try {
    let looks = 0;
    for (let day = 0; day < 4; day += 1) {
      const sketches: MeterSketch[] = Array.from({ length: 18 + day }, (_, index) => ({
        number: index + 1,
        status: (index + day) % 5 === 0 ? "ELIGIBLE" : "ACTIVE",
        stays: [{ group: (index + day) % 2 === 0 ? "north" : "south", from: "2026-11-01" }],
      }));
      leap.entries = sketches.map(toEntry);
      const before = read();
      const seen = new Set<string>();
      const look = () => {
        looks += 1;
        seen.add(read());
      };
      const points = openBreakingPoints(0, { isDead: false, onStep: look });
      await days.run(noon + day * dayMs, { ...points, onProgress: look });
      const after = read();
      expect(after).not.toBe(before);
      expect([...seen].filter((state) => state !== before && state !== after)).toEqual([]);
    }
    expect(looks).toBeGreaterThan(250);
  } finally {
    reader.close();
    days.close();
    await leap.close();
  }
}, 60_000);

it("a move of 5 500 meters is told in parts of one version, the digest holding after the last", async () => {
  const leap = await openScriptedLeap();
  const days = openDays(leap);
  const sketch = (number: number, group: string): MeterSketch => ({
    number,
    stays: [{ group, from: "2026-11-01" }],
  });
  const all = Array.from({ length: 5_600 }, (_, index) => index + 1);
  try {
    leap.entries = all.map((number) => toEntry(sketch(number, number <= 5_300 ? "north" : "south")));
    await days.run(noon);
    const consumer = openGroupConsumer(days.database);
    // South takes 5 200 from north and gives its own 300 back: added and removed in one update.
    leap.entries = all.map((number) => toEntry(sketch(number, number <= 5_200 ? "south" : "north")));
    const report = await days.run(noon + dayMs);
    expect(report.exit_code).toBe(0);
    const updates = readEvents(days.database).filter(({ type }) => type === "meter.enrollment.group.updated");
    expect(
      updates.map(({ event: { data } }) => [data.part, data.parts, data.before.version, data.after.version]),
    ).toEqual([
      [1, 2, 0, 1],
      [2, 2, 0, 1],
      [1, 2, 0, 1],
      [2, 2, 0, 1],
    ]);
    const sizes = updates.map(
      ({ event: { data } }) => data.added_meter_ids.length + data.removed_meter_ids.length,
    );
    expect(sizes).toEqual([5000, 500, 5000, 500]);
    consumer.follow("after the move");
    expect(readGroups(days.database).length).toBe(6);
    expect([readMembers(days.database).length, readHistory(days.database).length]).toEqual([16_800, 11_100]);
  } finally {
    days.close();
    await leap.close();
  }
}, 90_000);

const without = whyNoMount === "" ? "" : ` (the database alone: ${whyNoMount})`;

it(`another program, and another user by the export, see whole publications only${without}`, async () => {
  const { readers, publications } = await watchDays(12, (count) => count >= 5, { hasCommand: false });
  expect(publications).toBe(5);
  for (const [name, { looks, publications: seen }] of Object.entries(readers)) {
    expect(looks, name).toBeGreaterThan(1);
    // What is kept open of an export is that one for ever.
    expect(name.endsWith("kept-read-only") ? seen === 1 : seen > 1, `${name} saw ${seen}`).toBe(true);
  }
  expect(Object.keys(readers).length).toBe(whyNoMount === "" ? 3 : 1);
}, 60_000);
