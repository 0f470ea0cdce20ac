import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { documentV2, meterId, toEntry } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { dayMs, noon, refuse, six, sketch, types } from "../support/six-meters.ts";
import { readChanges, readEvents, readMembers } from "../support/views.ts";

let leap: ScriptedLeap;
let days: Days;
beforeEach(async () => {
  leap = await openScriptedLeap();
  days = openDays(leap);
});
afterEach(async () => {
  days.close();
  await leap.close();
});

describe("answers that cannot be accepted", () => {
  for (const period of [1, 2, 3, 7]) {
    it(`end the run with exit 4 where page tokens go round with a period of ${period}`, async () => {
      leap.entries = six.map(toEntry);
      await days.run(noon);
      let count = 0;
      leap.rewrite = (_, { status, body }) => {
        count += 1;
        return count > 60
          ? { status: 500, body: "enough" }
          : { status, body: { ...(body as object), next_page_token: `p-${count % period}` } };
      };
      expect((await refuse(days, noon + dayMs)).kind).toBe("contract");
      expect(count).toBeLessThanOrEqual(period + 2);
      leap.rewrite = null;
      expect((await days.run(noon + dayMs)).exit_code).toBe(0);
    });
  }

  it("count a meter without an id, publish the others, and are not certified", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    const { meter_id: _, ...nameless } = documentV2(sketch(2, "south"));
    leap.entries = [
      toEntry(sketch(1, "south")),
      { addedMs: noon - dayMs, document: nameless },
      { addedMs: noon - dayMs, document: 7 },
    ];
    const report = await days.run(noon + dayMs);
    expect([report.exit_code, report.is_certified, report.meters.rejected, report.meters.absent]).toEqual([
      7,
      false,
      2,
      5,
    ]);
    expect(readChanges(days.database).filter(({ type }) => type === "meter.group.remapped").length).toBe(1);
    expect(readMembers(days.database).length).toBe(18);
  });

  it("leave a meter with unreadable period dates in its last known state", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    const odd = documentV2(sketch(2, "south", { reference: "other" }));
    (odd.program_enrollment[0] as Record<string, unknown>).delivery_period_start_date_time = "tomorrow";
    leap.entries = [
      ...six.filter(({ number }) => number !== 2).map(toEntry),
      { addedMs: noon - dayMs, document: odd },
    ];
    const report = await days.run(noon + dayMs);
    expect([report.exit_code, report.is_certified, report.meters.unreadable, report.meters.absent]).toEqual([
      7,
      true,
      1,
      0,
    ]);
    expect(readChanges(days.database)).toEqual([]);
    expect(readMembers(days.database).filter((row) => row.includes(meterId(2))).length).toBe(3);
    leap.entries = [toEntry(sketch(2, "south")), ...six.filter(({ number }) => number !== 2).map(toEntry)];
    expect((await days.run(noon + dayMs)).exit_code).toBe(0);
    expect(readChanges(days.database).length).toBe(3);
  });

  it("give a period of one day that day, although its end lies some minutes before its start", async () => {
    const document = documentV2({
      number: 1,
      stays: [{ group: "north", from: "2026-11-10", to: "2026-11-10" }],
    });
    Object.assign(document.program_enrollment[0]!, {
      delivery_period_start_date_time: "2026-11-10T08:30:00Z",
      delivery_period_end_date_time: "2026-11-10T07:30:00Z",
    });
    leap.entries = [{ addedMs: noon - dayMs, document }];
    await days.run(noon);
    expect(readMembers(days.database).map((row) => JSON.parse(row)[0])).toEqual(["2026-11-10"]);
  });
});

describe("answers that mean nothing new", () => {
  it("keep the groups of absent meters as they are, tell them missing, and count them", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    leap.entries = six.slice(2).map(toEntry);
    const report = await days.run(noon + 3_600_000);
    expect([report.exit_code, report.meters.absent, report.meters.returned]).toEqual([0, 2, 4]);
    expect(readMembers(days.database).length).toBe(18);
    expect(readChanges(days.database).map(({ type, subject }) => [type, subject])).toEqual([
      ["meter.missing", meterId(1)],
      ["meter.missing", meterId(2)],
    ]);
  });

  it("count a meter once that comes on two pages, and believe the later one", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    leap.entries = [...six.map(toEntry), toEntry(sketch(1, "south")), toEntry(sketch(2))];
    const report = await days.run(noon + dayMs, { pageSize: 3 });
    expect([report.meters.returned, report.meters.repeated, report.meters.changed]).toEqual([6, 2, 1]);
    expect(types(readChanges(days.database)).filter((type) => type === "meter.group.remapped").length).toBe(
      1,
    );
    leap.entries = [toEntry(sketch(1, "west")), ...six.slice(1).map(toEntry), toEntry(sketch(1, "south"))];
    const back = await days.run(noon + dayMs, { pageSize: 3 });
    expect([back.meters.returned, back.meters.repeated, back.meters.changed]).toEqual([6, 1, 0]);
    expect(readChanges(days.database).length).toBe(3);
  });

  it("count a meter once that comes in two windows", async () => {
    const early = toEntry(sketch(1, "north", { addedAt: "2026-01-05T00:00:00Z" }));
    const late = { ...early, addedMs: Date.parse("2026-10-05T00:00:00Z") };
    leap.entries = [early, late, ...six.slice(1).map(toEntry)];
    const report = await days.run(noon);
    expect(report.windows.total).toBeGreaterThan(3);
    expect([report.meters.returned, report.meters.repeated, report.meters.created]).toEqual([6, 1, 6]);
    expect(readMembers(days.database).length).toBe(18);
  });

  it("tell nothing of upper-case ids, other orders of keys, lists and pages", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    leap.entries = [...six].reverse().map((one) => {
      const { addedMs, document } = toEntry(one);
      const { meter_id, ...rest } = document as ReturnType<typeof documentV2>;
      const turned = Object.fromEntries(Object.entries(rest).reverse());
      return {
        addedMs,
        document: { ...turned, tags: [...rest.tags].reverse(), meter_id: meter_id.toUpperCase() },
      };
    });
    const report = await days.run(noon, { pageSize: 2 });
    expect(report.meters.returned).toBe(6);
    expect(types(readEvents(days.database))).toEqual(["sync.published", "sync.published"]);
  });

  it("tell unknown fields, values and regions once as discovered, and nothing else", async () => {
    leap.entries = six.map(toEntry);
    await days.run(noon);
    const strange = six.map((one) => sketch(one.number, "north", { extra: { grid_hint: { zone: "Z1" } } }));
    leap.entries = strange.map(toEntry);
    await days.run(noon + dayMs);
    const told = readEvents(days.database).filter(({ type }) => !type.startsWith("sync."));
    expect(types(told)).toEqual(["portfolio.field.discovered", "portfolio.field.discovered"]);
    expect(told.map(({ event: { data } }) => data.path)).toEqual(["grid_hint", "grid_hint.zone"]);
    leap.entries = [...strange, sketch(7, null, { region: "MOONBASE", status: "DREAMING" })].map(toEntry);
    const report = await days.run(noon + dayMs);
    expect([report.exit_code, report.drift.unknown_region]).toEqual([0, 1]);
    const after = readEvents(days.database, told.at(-1)!.sequence + 1).filter(
      ({ type }) => !type.startsWith("sync."),
    );
    expect(after.map(({ type, event: { data } }) => [type, data.path, data.value]).sort()).toEqual([
      ["meter.created", undefined, undefined],
      ["portfolio.field.discovered", "global_enrollment_status", "DREAMING"],
      ["portfolio.field.discovered", "program_enrollment[].enrollment_status", "DREAMING"],
      ["portfolio.field.discovered", "transmission_region", "MOONBASE"],
    ]);
    await days.run(noon + dayMs);
    expect(readEvents(days.database, after.at(-1)!.sequence).map(({ type }) => type)).toEqual([
      "sync.published",
      "sync.published",
    ]);
  });
});
