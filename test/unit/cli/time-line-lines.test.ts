import { expect, it } from "vitest";
import { toMeterLines } from "../../../src/cli/meter-lines.ts";
import { toTimeLine } from "../../../src/reader/time-line.ts";

const publishedAt = "2026-10-28T06:17:00.000Z";
const words = "WAITS FOR SOMEBODY WHO HAS A LONG NAME AND ANSWERS SELDOM";
const id = "aaaaaaaa-0000-4000-8000-000000000001";

const meter = {
  meter_id: id,
  partner_reference: "SITE-1",
  transmission_region: "CAISO",
  meter_type: null,
  tags: [],
  enrollment_status: "ACTION_REQUIRED",
  dispatchable: false,
  participation_preference: null,
  action_required: true,
  required_actions: [{ party: "partner", program: "CCA", type: words, description: `${words} ${words}` }],
  is_archived: false,
  is_missing: false,
  added_at: null,
  last_changed_at: publishedAt,
  document: {},
};

it.each([80, 100, 120])("one meter fits a terminal of %i columns", (width) => {
  const text = toLines(width);
  const widest = Math.max(...text.split("\n").map((line) => line.length));
  expect(widest).toBeLessThanOrEqual(width);
  expect(text).toContain("Can it be dispatched on 2026-10-28? no");
  expect(text.includes("KNOWN TO")).toBe(width === 120);
});

it("where no width is given nothing is shortened or broken", () => {
  const text = toLines(undefined);
  expect(text).toContain(`  - its enrollment status is ${words}, and ${words}\n`);
  expect(text).toContain(`${words} ${words}`);
  expect(text).toContain(`partner: ${words} (CCA)`);
});

it("a broken sentence goes on under its beginning, and loses no word", () => {
  const [, first = "", second = ""] = toLines(80).split("\n");
  expect(first).toMatch(/^ {2}- its enrollment status is WAITS/);
  expect(second).toMatch(/^ {4}\S/);
  expect(toLines(80).split("\n\n")[0]?.replace(/\s+/g, " ")).toContain(`is ${words}, and ${words}`);
});

function toLines(width: number | undefined): string {
  const rows = toTimeLine({
    meter,
    assignments: [],
    events: [],
    beginsAt: publishedAt,
    publishedAt,
    readAnew: [],
  });
  const reason = {
    code: "status",
    speaks: "against",
    sentence: `its enrollment status is ${words}, and ${words}`,
  } as const;
  const shown = {
    meter,
    groups: [
      { trade_date: "2026-10-28", program: "CCA", market_group_id: id, market_group_name: words.repeat(2) },
    ],
    timeLine: { rows, begins_at: null },
    dispatch: {
      trade_date: "2026-10-28",
      can_be_dispatched: false,
      in_group_today: false,
      reasons: [reason],
    },
  };
  return toMeterLines(shown, width);
}
