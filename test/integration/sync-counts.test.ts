import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { documentV2, type MeterSketch, meterId, toEntry } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { type Entry, openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { lastSequence, readEvents, readMembers } from "../support/views.ts";
import { dayMs, noon, toEntryV1 } from "./small-portfolio.ts";

let leap: ScriptedLeap;
let days: Days;
beforeEach(async () => {
  leap = await openScriptedLeap(three.map(toEntry));
  days = openDays(leap);
  await days.run(noon);
});
afterEach(async () => {
  days.close();
  await leap.close();
});

const sketch = (number: number, extra: Record<string, unknown> = {}): MeterSketch => ({
  number,
  stays: [{ group: "north", from: "2026-11-01" }],
  extra,
});
const three = [1, 2, 3].map((number) => sketch(number));

function toLateEntry(one: MeterSketch): Entry {
  return { addedMs: noon - 3 * dayMs, document: documentV2(one) };
}

describe("a meter that cannot be read", () => {
  it("is not counted as repeated where it is new, on any of its days", async () => {
    leap.entries = [...three, sketch(9, { program_enrollment: 7 })].map(toEntry);
    for (const day of [1, 2]) {
      const report = await days.run(noon + day * dayMs);
      expect(report.exit_code).toBe(7);
      expect(report.meters).toMatchObject({
        returned: 3,
        created: 0,
        unchanged: 3,
        unreadable: 1,
        repeated: 0,
      });
    }
  });

  it("is counted as unreadable alone, and not as unchanged, where it is known", async () => {
    leap.entries = [...three.slice(1), sketch(1, { program_enrollment: 7 })].map(toEntry);
    const report = await days.run(noon + dayMs);
    expect(report.exit_code).toBe(7);
    expect(report.meters).toEqual({
      returned: 3,
      created: 0,
      changed: 0,
      unchanged: 2,
      absent: 0,
      rejected: 0,
      unreadable: 1,
      repeated: 0,
      moved: 0,
    });
  });
});

describe("a document nested 4,000 levels deep", () => {
  it("is counted as rejected, and all others are published", async () => {
    let deep: unknown = {};
    for (let level = 0; level < 4000; level += 1) deep = level % 2 === 0 ? { a: deep } : [deep];
    leap.entries = [...three.map(toEntry), toLateEntry(sketch(5, { weird: deep })), toLateEntry(sketch(4))];
    for (const day of [1, 2]) {
      const report = await days.run(noon + day * dayMs);
      expect([report.status, report.exit_code, report.is_certified]).toEqual(["published", 7, false]);
      expect(report.meters).toMatchObject({ returned: 4, rejected: 1, created: day === 1 ? 1 : 0 });
    }
    const members = new Set(readMembers(days.database).map((row) => JSON.parse(row)[3]));
    expect(members).toEqual(new Set([1, 2, 3, 4].map(meterId)));
  });
});

describe("more new fields than one run tells", () => {
  const told = (from: number) =>
    readEvents(days.database, from)
      .filter(({ type }) => type === "portfolio.field.discovered")
      .map(({ event: { data } }) => String(data.path));

  it("are told fifty at a time by the runs after it, each once", async () => {
    const names = Array.from({ length: 120 }, (_, place) => `new_${String(place).padStart(3, "0")}`);
    const extra = Object.fromEntries(names.map((name) => [name, 1]));
    leap.entries = [sketch(1, extra), ...three.slice(1)].map(toEntry);
    const perRun: number[] = [];
    const start = lastSequence(days.database);
    for (const day of [1, 2, 3, 4, 5]) {
      const before = lastSequence(days.database);
      await days.run(noon + day * dayMs);
      perRun.push(told(before).length);
    }
    expect(perRun).toEqual([50, 50, 20, 0, 0]);
    expect(told(start).sort()).toEqual(names);
  });

  it("are not forgotten when the API's version changes in between, which is silent", async () => {
    const names = Array.from({ length: 60 }, (_, place) => `new_${String(place).padStart(3, "0")}`);
    const extra = Object.fromEntries(names.map((name) => [name, "x"]));
    const start = lastSequence(days.database);
    leap.entries = [sketch(1, extra), ...three.slice(1)].map(toEntry);
    await days.run(noon + dayMs);
    const paths = () => new Set(told(start));
    const before = paths().size;
    leap.entries = three.map((one) => toEntryV1(one, "2026-11-12"));
    await days.run(noon + 2 * dayMs, { apiVersion: "v1" });
    expect(paths().size).toBe(before);
    leap.entries = three.map((one) => toEntryV1(one, "2026-11-13"));
    for (const day of [3, 4]) await days.run(noon + day * dayMs, { apiVersion: "v1" });
    expect([...paths()].sort()).toEqual(names);
  });

  it("are told after a failed run as if it had not been", async () => {
    const names = Array.from({ length: 60 }, (_, place) => `new_${String(place).padStart(3, "0")}`);
    leap.entries = [sketch(1, Object.fromEntries(names.map((name) => [name, true]))), ...three.slice(1)].map(
      toEntry,
    );
    const start = lastSequence(days.database);
    await days.run(noon + dayMs);
    leap.rewrite = () => ({ status: 401, body: { title: "no" } });
    await expect(days.run(noon + 2 * dayMs)).rejects.toThrow();
    leap.rewrite = null;
    expect(told(start).length).toBe(50);
    await days.run(noon + 2 * dayMs);
    expect(told(start).sort()).toEqual(names);
  });
});
