import { describe, expect, onTestFinished, test } from "vitest";
import type { VolueEvent } from "../../src/simulator/index.ts";
import { curvesOf, openVolueLife, reportWords, toPayload, type VolueLife } from "../support/volue-life.ts";

type Usage = {
  readonly resourceId: string;
  readonly points: readonly { readonly timestamp: string; readonly kiloWattHours: number }[];
};

async function open(now: string): Promise<VolueLife> {
  const life = await openVolueLife(now);
  onTestFinished(life.close);
  return life;
}

const format = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Oslo",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  timeZoneName: "longOffset",
});

/** The hours of a day as a meter in Oslo writes them, by the calendar of this machine. */
function osloHours(day: string): readonly { readonly text: string; readonly atMs: number }[] {
  const around = Array.from({ length: 72 }, (_, hour) => Date.parse(day) + (hour - 24) * 3_600_000);
  return around.flatMap((atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const read = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? "";
    const date = `${read("year")}-${read("month")}-${read("day")}`;
    const offset = read("timeZoneName").replace("GMT", "");
    return date === day ? [{ text: `${date}T${read("hour")}:00:00${offset}`, atMs }] : [];
  });
}

function toCsv(event: VolueEvent, hours: readonly string[]): string {
  const lines = ["event_id,payload_type,resource_id,location_id,resolution,timestamp,kilowatt_hours"];
  for (const [number, { resourceId, locationId }] of toPayload(event).targets.entries()) {
    for (const [index, text] of hours.entries()) {
      const kiloWattHours = (number * 100 + index) / 10;
      lines.push(
        [event.id, "EnergyUsage", resourceId, locationId, "01:00:00", text, kiloWattHours].join(","),
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

describe("a day in Oslo, from CSV to Volue", () => {
  test.each([
    ["2026-03-29", 23, "2026-03-30T10:00:00Z"],
    ["2026-10-25", 25, "2026-10-26T10:00:00Z"],
  ])("%s has %i hours, each told once, with what was used in it", async (day, count, now) => {
    const life = await open(now);
    const [event] = curvesOf(life, day).filter((one) => toPayload(one).targets.length > 1);
    const hours = osloHours(day);
    expect(hours).toHaveLength(count);
    // Metered values come in any order, and in any offset.
    const texts = hours.map(({ text, atMs }, hour) => (hour % 3 === 0 ? new Date(atMs).toISOString() : text));
    const file = life.write("usage.csv", toCsv(event!, texts));
    const { exitCode, stdout } = await life.run(reportWords(file));
    expect(exitCode, stdout).toBe(0);
    const { reports } = life.simulator.volue;
    expect(reports.map(({ eventId }) => eventId)).toEqual([event!.id]);
    const { payloads } = reports[0]!.body as { readonly payloads: readonly Usage[] };
    const { targets } = toPayload(event!);
    expect(payloads.map(({ resourceId }) => resourceId)).toEqual(targets.map(({ resourceId }) => resourceId));
    for (const [number, { points }] of payloads.entries()) {
      const told = points.map(({ timestamp, kiloWattHours }) => [Date.parse(timestamp), kiloWattHours]);
      expect(told).toEqual(hours.map(({ atMs }, index) => [atMs, (number * 100 + index) / 10]));
    }
    // The same hours with other offsets, and the lines the other way round, are the same report.
    const [header, ...lines] = toCsv(
      event!,
      hours.map(({ text }) => text),
    )
      .trim()
      .split("\n");
    const again = life.write("again.csv", `${[header, ...lines.reverse()].join("\n")}\n`);
    expect((await life.run(reportWords(again))).exitCode).toBe(0);
    expect(reports).toHaveLength(1);
  });

  test.each([
    ["the second 02:00 is left out", (hours: string[]) => hours.toSpliced(3, 1), /2026-10-25T01:00:00Z/],
    ["02:00 is there twice with one offset", (hours: string[]) => hours.with(3, hours[2]!), /same instant/],
  ])("is not sent where %s", async (_, change, words) => {
    const life = await open("2026-10-26T10:00:00Z");
    const event = curvesOf(life, "2026-10-25")[0]!;
    const texts = change(osloHours("2026-10-25").map(({ text }) => text));
    const file = life.write("usage.csv", toCsv(event, texts));
    const { exitCode, stdout } = await life.run(reportWords(file));
    expect(exitCode).not.toBe(0);
    expect(stdout).toMatch(words);
    expect(life.simulator.volue.reports).toEqual([]);
  });
});
