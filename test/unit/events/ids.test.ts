import { describe, expect, test } from "vitest";
import { toFieldEvent, toMeterEvents, toRunEvent } from "../../../src/events/index.ts";
import { meterV2 } from "../diff/meters.ts";
import { context, type MeterChange, makeRemap, nothingTold } from "./read-events.ts";

const meter = meterV2([]);

function ids(changes: readonly MeterChange[], more: Partial<typeof context> = {}, told = nothingTold) {
  return toMeterEvents({ ...context, ...more }, meter, changes, told).map(({ id }) => id);
}

function idOf(change: MeterChange, told = 0): string {
  return ids([change], {}, () => told)[0]!;
}

/** A reader that keeps count of what was told, as the database does. */
function openCounts() {
  const counts = new Map<string, number>();
  return (changes: readonly MeterChange[]): string[] => {
    const events = toMeterEvents(
      context,
      meter,
      changes,
      (type, program) => counts.get(`${type} ${program}`) ?? 0,
    );
    for (const { type, program } of events) {
      counts.set(`${type} ${program}`, (counts.get(`${type} ${program}`) ?? 0) + 1);
    }
    return events.map(({ id }) => id);
  };
}

describe("the id of an event", () => {
  test("is 64 hexadecimal digits", () => {
    expect(idOf(makeRemap())).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is the same for the same change, whatever the clock, the run and the lead time", () => {
    const first = idOf(makeRemap());
    expect(ids([makeRemap({ leadTimeHours: -3 })], { nowMs: context.nowMs + 1, runId: "run-2" })).toEqual([
      first,
    ]);
  });

  test("is the same whatever the meter's reference, region and the basis it is told on", () => {
    const renamed = { ...meter, partnerReference: "other" };
    const [event] = toMeterEvents(context, renamed, [makeRemap({ basis: "revised" })], nothingTold);
    expect(event?.id).toBe(idOf(makeRemap()));
  });

  test.each([
    ["effective date", { effectiveFrom: "2026-11-02" }],
    ["last date", { effectiveTo: "2026-11-30" }],
    ["groups before", { fromMarketGroupIds: ["c"] }],
    ["groups after", { toMarketGroupIds: ["c"] }],
    ["number of groups", { toMarketGroupIds: ["b", "c"] }],
    ["program", { program: "DSGS" }],
  ])("differs with the %s", (_, change) => {
    expect(idOf(makeRemap(change))).not.toBe(idOf(makeRemap()));
  });

  test("differs with the stream, the meter and the count of what was told", () => {
    const first = idOf(makeRemap());
    expect(ids([makeRemap()], { streamId: "another" })).not.toEqual([first]);
    expect(toMeterEvents(context, { ...meter, meterId: "n" }, [makeRemap()], nothingTold)[0]?.id).not.toBe(
      first,
    );
    expect(idOf(makeRemap(), 1)).not.toBe(first);
  });

  test("lists of groups that run into one another are not mixed up", () => {
    const one = makeRemap({ fromMarketGroupIds: ["a", "b"], toMarketGroupIds: ["c"] });
    const other = makeRemap({ fromMarketGroupIds: ["a"], toMarketGroupIds: ["b", "c"] });
    const joined = makeRemap({ fromMarketGroupIds: ["a,b"], toMarketGroupIds: ["c"] });
    expect(new Set([idOf(one), idOf(other), idOf(joined)]).size).toBe(3);
  });

  test("program null, a program without a name and one named `null` differ, in id and in count", () => {
    const programs = [null, "", "null", "unknown"];
    expect(new Set(programs.map((program) => idOf(makeRemap({ program })))).size).toBe(4);
    const asked: string[] = [];
    for (const program of programs) {
      toMeterEvents(context, meter, [makeRemap({ program })], (_, key) => asked.push(key));
    }
    expect(new Set(asked).size).toBe(4);
  });

  test("A→B→A→B has four, over four runs", () => {
    const tell = openCounts();
    const there = makeRemap({ fromMarketGroupIds: ["a"], toMarketGroupIds: ["b"] });
    const back = makeRemap({ fromMarketGroupIds: ["b"], toMarketGroupIds: ["a"] });
    const told = [there, back, there, back].flatMap((change) => tell([change]));
    expect(new Set(told).size).toBe(4);
  });

  test("the count goes on within a run: the same change twice has two ids", () => {
    const off: MeterChange = { type: "meter.archived" };
    expect(new Set(ids([off, off])).size).toBe(2);
    const tell = openCounts();
    expect(new Set([...tell([off, off]), ...tell([off])]).size).toBe(3);
  });

  test("the remaps of one program are counted without those of another", () => {
    const alone = ids([makeRemap({ program: "DSGS" })]);
    expect(ids([makeRemap(), makeRemap({ program: "DSGS" })]).slice(1)).toEqual(alone);
  });

  test("a run repeated on the same published state gives all its events the same ids", () => {
    const changes: MeterChange[] = [
      { type: "meter.created", meter, preference: null },
      { type: "meter.archived" },
      makeRemap(),
      makeRemap({ effectiveFrom: "2026-12-01" }),
    ];
    const first = ids(changes);
    expect(new Set(first).size).toBe(4);
    expect(ids(changes, { nowMs: context.nowMs + 3_600_000, runId: "run-2" })).toEqual(first);
  });

  test("of a run's end or a discovered field repeats with the run, differs with count or field", () => {
    const report = {
      run_id: "r",
      mode: "sweep",
      status: "published",
      exit_code: 0,
      checksum: null,
      trips: [],
    };
    const end = (runId: string, told: number) =>
      toRunEvent({ ...context, runId }, "sync.published", report, told).id;
    expect(end("run-2", 1)).toBe(end("run-1", 1));
    expect(end("run-1", 2)).not.toBe(end("run-1", 1));
    const field = { apiVersion: "v2", path: "a.b", type: "string", value: null } as const;
    const later = { ...context, runId: "run-2", nowMs: 0 };
    expect(toFieldEvent(later, field).id).toBe(toFieldEvent(context, field).id);
    expect(toFieldEvent(context, { ...field, apiVersion: "v1" }).id).not.toBe(
      toFieldEvent(context, field).id,
    );
    expect(toFieldEvent(context, { ...field, type: "number" }).id).not.toBe(toFieldEvent(context, field).id);
  });
});
