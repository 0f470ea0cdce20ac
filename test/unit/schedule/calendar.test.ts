import fc from "fast-check";
import { createTask, validate } from "node-cron";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/failure/index.ts";
import { openCalendar } from "../../../src/schedule/calendar.ts";

const newYork = "America/New_York";

/**
 * The slots after an instant, as many as asked for; each must be the last one at itself, and until the next.
 */
function slotsAfter(cron: string, timezone: string, after: string | number, count: number): string[] {
  const calendar = openCalendar(cron, timezone);
  const slots: number[] = [];
  let atMs = new Date(after).getTime();
  while (slots.length < count) {
    const slotMs = calendar.nextSlotMs(atMs);
    if (slotMs === null) break;
    expect(slotMs).toBeGreaterThan(atMs);
    if (slots.length > 0) expect(calendar.lastSlotMs(slotMs - 1)).toBe(atMs);
    expect(calendar.lastSlotMs(slotMs)).toBe(slotMs);
    expect(calendar.lastSlotMs(slotMs + 1)).toBe(slotMs);
    slots.push(slotMs);
    atMs = slotMs;
  }
  return slots.map((slotMs) => new Date(slotMs).toISOString().replace(/:00\.000Z$|\.000Z$/, ""));
}

describe("where the clock is set forward, at 2026-03-08 07:00 UTC in New York", () => {
  test.each([
    ["30 2 * * *", ["03-07T07:30", "03-08T07:00", "03-09T06:30"]],
    ["0,30 2 * * *", ["03-07T07:00", "03-07T07:30", "03-08T07:00", "03-09T06:00", "03-09T06:30"]],
    ["30 2,14 * * *", ["03-07T07:30", "03-07T19:30", "03-08T07:00", "03-08T18:30"]],
    ["15 30 2 * * *", ["03-07T07:30:15", "03-08T07:00", "03-09T06:30:15"]],
    ["0 3 * * *", ["03-07T08:00", "03-08T07:00", "03-09T07:00"]],
    ["30 2,3 * * *", ["03-07T07:30", "03-07T08:30", "03-08T07:00", "03-08T07:30", "03-09T06:30"]],
    ["*/30 2 * * *", ["03-07T07:00", "03-07T07:30", "03-09T06:00", "03-09T06:30"]],
  ])("%s", (cron, expected) => {
    const slots = slotsAfter(cron, newYork, "2026-03-07T05:00Z", expected.length);
    expect(slots).toEqual(expected.map((slot) => `2026-${slot}`));
  });
});

describe("where the clock is set back, at 2026-11-01 06:00 UTC in New York", () => {
  test.each([
    ["30 1 * * *", ["10-31T05:30", "11-01T05:30", "11-02T06:30"]],
    ["0,30 1 * * *", ["10-31T05:00", "10-31T05:30", "11-01T05:00", "11-01T05:30", "11-02T06:00"]],
    ["7 30 1 * * *", ["10-31T05:30:07", "11-01T05:30:07", "11-02T06:30:07"]],
    ["*/30 1 * * *", ["10-31T05:00", "10-31T05:30", "11-01T05:00", "11-01T05:30", "11-01T06:00"]],
    ["45 */1 * * *", ["10-31T04:45", "10-31T05:45", "10-31T06:45"]],
  ])("%s", (cron, expected) => {
    const slots = slotsAfter(cron, newYork, "2026-10-31T04:00Z", expected.length);
    expect(slots).toEqual(expected.map((slot) => `2026-${slot}`));
  });

  test("what comes every quarter of an hour comes in both hours", () => {
    const slots = slotsAfter("*/15 * * * *", newYork, "2026-11-01T03:59Z", 16);
    const expected = Array.from({ length: 16 }, (_, index) => Date.UTC(2026, 10, 1, 4, index * 15));
    expect(slots).toEqual(expected.map((at) => new Date(at).toISOString().replace(":00.000Z", "")));
  });
});

test("in UTC every time is there once a day", () => {
  expect(slotsAfter("30 2 * * *", "UTC", "2026-03-07T05:00Z", 2)).toEqual([
    "2026-03-08T02:30",
    "2026-03-09T02:30",
  ]);
});

const range = (min: number, max: number) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`);

/** A field of numbers and, where there are such, names. */
function field(min: number, max: number, names: readonly string[] = []) {
  const number = fc.integer({ min, max }).map(String);
  const step = fc.integer({ min: 1, max: Math.min(max, 20) });
  const item = fc.oneof(number, range(min, max), ...(names.length === 0 ? [] : [fc.constantFrom(...names)]));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant("*") },
    { weight: 2, arbitrary: number },
    { weight: 2, arbitrary: step.map((size) => `*/${size}`) },
    fc.tuple(range(min, max), step).map(([span, size]) => `${span}/${size}`),
    fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(",")),
    ...(names.length < 2 ? [] : [fc.constant(`${names[0]}-${names.at(-1)}`)]),
  );
}

const weekday = field(0, 7, ["MON", "wed", "FRI"]);
const days = fc.oneof(
  fc.tuple(field(1, 31), fc.constant("*")),
  fc.tuple(fc.constantFrom("L", "15W", "1W", "LW", "?", "1,L"), fc.constantFrom("*", "?")),
  fc.tuple(fc.constantFrom("*", "?"), fc.oneof(weekday, fc.constantFrom("5L", "2#2", "FRI#1", "1,3L"))),
  // Both: seldom enough, a search for both takes long.
  fc.tuple(fc.oneof(range(1, 31), fc.constantFrom("*/2", "1,15", "13")), weekday),
);
const expression = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant("") }, field(0, 59)),
    field(0, 59),
    field(0, 23),
    days,
    field(1, 12, ["JAN", "feb", "Dec"]),
  )
  .map(([second, minute, hour, [day, weekday], month]) =>
    [second, minute, hour, day, month, weekday].join(" ").trim(),
  )
  .filter(validate);

test("node-cron wakes us at the slots of the calendar, outside of the days on which clocks are set", () => {
  const nicknames = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"];
  const noteworthy = [
    "17 6 * * *",
    "0 0 13 * 5",
    "0 0 */2 * MON",
    "0 0 1,15 * 1-5",
    "0 0 29 2 *",
    ...nicknames,
  ];
  fc.assert(
    fc.property(expression, fc.constantFrom("UTC", newYork, "Asia/Kolkata"), (cron, timezone) => {
      const task = createTask(cron, () => undefined, { timezone });
      if (isNever(cron, timezone)) {
        expect(() => task.getNextRuns(1)).toThrow();
        return;
      }
      const theirs = task.getNextRuns(3).map((date) => date.getTime());
      void task.destroy();
      const ours: number[] = [];
      const calendar = openCalendar(cron, timezone);
      let atMs = Date.now();
      while (ours.length < theirs.length) {
        atMs = calendar.nextSlotMs(atMs) ?? Number.NaN;
        ours.push(atMs);
      }
      if (![...theirs, ...ours].some(isNearSetting)) expect(ours).toEqual(theirs);
    }),
    {
      numRuns: 60,
      examples: noteworthy.flatMap((cron) => [
        [cron, "UTC"],
        [cron, newYork],
      ]) as never,
    },
  );
});

function isNever(cron: string, timezone: string): boolean {
  try {
    openCalendar(cron, timezone);
    return false;
  } catch (error) {
    return /no day/.test(String(error));
  }
}

/** Within two days of an instant at which New York sets its clocks. */
function isNearSetting(atMs: number): boolean {
  const offsetAt = (ms: number) =>
    new Intl.DateTimeFormat("en", { timeZone: newYork, timeZoneName: "longOffset" })
      .formatToParts(ms)
      .find(({ type }) => type === "timeZoneName")?.value;
  const twoDaysMs = 2 * 24 * 3_600_000;
  return offsetAt(atMs - twoDaysMs) !== offsetAt(atMs + twoDaysMs);
}

test.each([
  "0 22-2 * * *",
  "0 0 * January *",
  "0 0 * * Monday",
  "*/70 * * * *",
  "0 0 L-3 * *",
  "2026-01-01T00:00:00",
  "0 0 0 1 1 * 2027",
  "* * * *",
  "",
  "0 0 1 1 1#2",
])("%j is refused in words, whatever node-cron makes of it", (cron) => {
  expect(() => openCalendar(cron, "UTC")).toThrow(Failure);
  expect(() => openCalendar(cron, "UTC")).toThrow(/cannot be used: (write|it is|there is no day)/);
});
