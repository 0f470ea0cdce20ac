import { describe, expect, it } from "vitest";
import { toPlanLines, toPlanReport } from "../../../src/cli/plan-lines.ts";
import type { PlanFacts } from "../../../src/reader/index.ts";
import type { RunReport } from "../../../src/sync/index.ts";
import { toFacts, toGroup } from "./plan-facts.ts";

describe("a plan group by group", () => {
  it("says who comes from where and goes where, and which groups appear or are emptied", () => {
    const lines = toLines(
      toFacts({
        groups: [
          toGroup({ market_group_name: "DEC", members_before: 0, members_after: 192, added: 192 }, [
            flow("g-nov", "NOV", 180),
            { ...flow(null, null, 12), is_new: true },
          ]),
          toGroup(
            { market_group_name: "NOV", members_before: 182, members_after: 0, removed: 182 },
            [],
            [flow("g-dec", "DEC", 180), flow(null, null, 2)],
          ),
          toGroup({ market_group_id: "0123456789abcdef", members_before: 5, members_after: 9, added: 4 }, [
            ...["a", "b", "c", "d"].map((id) => flow(id, null, 1)),
          ]),
        ],
      }),
    );
    expect(lines).toContain("Group by group");
    expect(lines).toContain("DEC        from 2026-12-01 on  0 → 192  +192 −0  appears; from NOV 180, new 12");
    expect(lines).toContain(
      "NOV        from 2026-12-01 on  182 → 0  +0 −182  is emptied; to DEC 180, no other group 2",
    );
    expect(lines).toContain("01234567…  from 2026-12-01 on  5 → 9    +4 −0    from a 1, b 1, c 1, others");
  });

  it.each([
    [{ groups: 1, updates: 1 }, "… and 1 more group (+3 −4)"],
    [{ groups: 13, updates: 16 }, "… and 16 more changes, 13 more groups among them (+3 −4)"],
    [{ groups: 0, updates: 2 }, "… and 2 more changes of these groups (+3 −4)"],
  ])("says what it leaves out: %j", (left, line) => {
    const others = { ...left, added: 3, removed: 4 };
    expect(toLines({ ...toFacts({ groups: [toGroup({})] }), groups_left_out: others })).toContain(line);
  });

  it("shows each other kind of change with its number and its first few, those of groups first", () => {
    const lines = toPlanLines(
      toFacts({}),
      [
        {
          type: "meter.created",
          events: 40,
          first: [1, 2].map((id) => event("meter.created", `SITE-${id}`)),
        },
        { type: "meter.enrollment.group.updated", events: 7, first: [event("x", "hidden")] },
        { type: "meter.group.remapped", events: 1, first: [event("meter.group.remapped", "SITE-3")] },
        { type: "something.unheard.of", events: 1, first: [event("something.unheard.of", "SITE-4")] },
      ],
      new Map([["g-1", "WEST"]]),
    ).split("\n");
    expect(lines.slice(2)).toEqual([
      "EVENTS  CHANGE                ABOUT   WHAT",
      "1       remaps                SITE-3  joins WEST from 2026-12-01 on (announced)",
      "40      new meters            SITE-1  new meter in CAISO, status ACTIVE",
      "                              SITE-2  new meter in CAISO, status ACTIVE",
      "1       something.unheard.of  SITE-4  something.unheard.of",
      "",
    ]);
  });

  it("cuts a meter's id on a narrow terminal alone", () => {
    const id = "02136135-08a6-4719-a234-0123456789ab";
    const created = { type: "meter.created", subject: id, data: { meter_id: id, after: {} } };
    const changes = [{ type: "meter.created", events: 1, first: [created] }];
    expect(toPlanLines(toFacts({}), changes, new Map(), 80)).toContain(" 02136135…  new meter");
    expect(toPlanLines(toFacts({}), changes, new Map(), 120)).toContain(` ${id}  new meter`);
    expect(toPlanLines(toFacts({}), changes, new Map())).toContain(` ${id}  new meter`);
  });

  it("cannot be steered by a name or a reference from outside, and fits the terminal", () => {
    const evil = `\u001b[2J\u202e${"long ".repeat(40)}`;
    const facts = toFacts({ groups: [toGroup({ market_group_name: evil }, [flow("g-2", evil, 1)])] });
    const changes = [{ type: "meter.created", events: 1, first: [event("meter.created", evil)] }];
    const text = toPlanLines(facts, changes, new Map(), 80);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("a plan that is not published", () => {
  const trips = [{ rule: "lost_meters", explanation: "Many would be lost.", numbers: { losing: 3 } }];

  it("leads with its numbers, then says what changes, why it is held, what to mind, how it was read", () => {
    const text = toPlanReport(
      { ...report, status: "held", is_dry_run: true, trips, warnings: ["mind the gap"] },
      toFacts({ events: 1, unassigned: [["2026-12-01", 3]], groups: [toGroup({})] }),
      [],
      new Map(),
    );
    const places = [
      "Dry run: this would be held back: 3 meters would lose a group on 2026-12-01; 1 event in all\n",
      "\nGroup by group\n",
      "\nWhy it is held back\n",
      "\nwarning: mind the gap\n",
      "\nThe run\nrun ",
    ].map((part) => text.indexOf(part));
    expect(places[0]).toBe(0);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("needs one line where nothing would change, whose word comes first", () => {
    const text = toPlanReport(
      { ...report, is_dry_run: true, is_rehearsal: true },
      toFacts({}),
      [],
      new Map(),
    );
    expect(text).toMatch(/^Dry run, a rehearsal: nothing would change\n\nThe run\n/);
    expect(toPlanReport({ ...report, status: "held" }, toFacts({}), [], new Map())).toMatch(
      /^HELD BACK for a person to look at: nothing would change\n/,
    );
  });

  it("shows of a first publication its meters, its days and its groups", () => {
    const baseline = {
      meters: 70,
      standings: [{ transmission_region: "CAISO", enrollment_status: "ACTIVE", meters: 60 }],
      dates: [{ trade_date: "2026-12-01", groups: 1, members: 50 }],
    };
    const group = toGroup({ market_group_name: "WEST", members_before: 0, members_after: 50, added: 50 });
    const text = toPlanLines({ ...toFacts({ groups: [group] }), baseline }, [], new Map());
    expect(text).toMatch(/^CAISO +ACTIVE +60\n… and 10 more meters\n/m);
    expect(text).toMatch(/^2026-12-01 +1 +50$/m);
    expect(text).toMatch(/^WEST +from 2026-12-01 on +50$/m);
    expect(text).not.toContain("appears");
  });
});

function flow(id: string | null, name: string | null, meters: number) {
  return { market_group_id: id, market_group_name: name, is_new: false, meters };
}

function toLines(facts: PlanFacts): string[] {
  return toPlanLines(facts, [], new Map()).split("\n");
}

function event(type: string, reference: string) {
  const after = { transmission_region: "CAISO", enrollment_status: "ACTIVE" };
  const groups = { from_market_group_ids: [], to_market_group_ids: ["g-1"] };
  const remap = { kind: "assigned", basis: "announced", effective_from: "2026-12-01", effective_to: null };
  return {
    type,
    subject: "m",
    data: { meter_id: "m", partner_reference: reference, after, ...groups, ...remap },
  };
}

const report = {
  run_id: "run-1",
  mode: "sweep",
  reading: "windows",
  status: "planned",
  is_dry_run: false,
  is_rehearsal: false,
  is_released: false,
  trips: [],
  warnings: [],
  error: null,
  checksum: null,
  windows: { total: 1, resumed: 0, split: 0, restarted: 0 },
  pages: 1,
  meters: {},
  absence: {},
  changes: {},
  horizons: {},
  drift: {},
} as unknown as RunReport;
