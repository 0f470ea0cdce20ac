import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { extractionVersion, toMeter } from "../../src/leap/index.ts";
import type { Extractor } from "../../src/sync/index.ts";
import { type MeterSketch, toEntry } from "../support/documents.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { openScriptedLeap, type ScriptedLeap } from "../support/scripted-leap.ts";
import { lastSequence, readEvents } from "../support/views.ts";

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

const noon = Date.parse("2026-11-10T20:00:00Z");
const dayMs = 86_400_000;

/** A later release: it takes the reference from another field, and one more status from the documents. */
const later: Extractor = {
  version: extractionVersion + 1,
  toMeter: (document, apiVersion) => {
    const extraction = toMeter(document, apiVersion);
    if (extraction.meter === null) return extraction;
    const depot = typeof document.depot === "string" ? document.depot : null;
    const programStatuses = [
      ...extraction.meter.programStatuses,
      { program: "DEPOT", deliveryPeriod: null, statuses: [depot ?? "none"] },
    ];
    return {
      ...extraction,
      meter: { ...extraction.meter, meterType: depot, partnerReference: depot, programStatuses },
    };
  },
};

const sketches: MeterSketch[] = [1, 2, 3, 4].map((number) => ({
  number,
  stays: [{ group: "north", from: "2026-11-01" }],
  extra: { depot: `DEPOT ${number}` },
}));

describe("a release that extracts more from a meter (I10)", () => {
  it("tells nothing of it on its first run, and the views show it", async () => {
    leap.entries = sketches.map(toEntry);
    await days.run(noon);
    const before = lastSequence(days.database);
    await days.run(noon + dayMs, { extractor: later });
    expect(readEvents(days.database, before).map(({ type }) => type)).toEqual(["sync.published"]);
    const rows = days.database
      .prepare("SELECT meter_type, partner_reference FROM snapshot_meters ORDER BY meter_id")
      .all();
    expect(rows).toEqual(
      [1, 2, 3, 4].map((n) => ({ meter_type: `DEPOT ${n}`, partner_reference: `DEPOT ${n}` })),
    );
    await days.run(noon + 2 * dayMs, { extractor: later });
    expect(readEvents(days.database, before).map(({ type }) => type)).toEqual([
      "sync.published",
      "sync.published",
    ]);
  });

  it("tells the real changes of that day", async () => {
    leap.entries = sketches.map(toEntry);
    await days.run(noon);
    const before = lastSequence(days.database);
    leap.entries = [
      toEntry({ ...sketches[0]!, extra: { depot: "DEPOT 9" } }),
      toEntry({ ...sketches[1]!, stays: [{ group: "south", from: "2026-11-01" }] }),
      ...sketches.slice(2, 3).map(toEntry),
    ];
    await days.run(noon + dayMs, { extractor: later });
    const told = readEvents(days.database, before).map(({ type, event: { data } }) => [
      type,
      data.before,
      data.from_market_group_ids?.length ?? data.changes?.length,
    ]);
    expect(told.map(([type]) => type)).toEqual([
      "meter.enrollment.program-status.updated",
      "meter.partner-reference.updated",
      "meter.group.remapped",
      "meter.missing",
      "meter.enrollment.group.updated",
      "meter.enrollment.group.updated",
      "sync.published",
    ]);
    expect(told[1]![1]).toBe("DEPOT 1");
    const row = days.database
      .prepare("SELECT count(*) AS n FROM snapshot_meters WHERE meter_type LIKE 'DEPOT _'")
      .get();
    expect(row?.n).toBe(4);
  });
});
