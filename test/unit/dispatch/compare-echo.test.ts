import { describe, expect, it, test } from "vitest";
import { compareEcho } from "../../../src/dispatch/index.ts";
import { toMeterId } from "./drill-groups.ts";
import { type Anything, echoOf, otherId, sent } from "./echoes.ts";

function differencesOf(change: (echo: Anything) => void): readonly string[] {
  const echo = compareEcho(sent, echoOf(change));
  return echo.kind === "different" ? echo.differences : [echo.kind];
}

test.each([
  ["no body", null],
  ["no body", ""],
  ["no body", " \n"],
  ["not JSON", "<html>OK</html>"],
  ["not JSON", echoOf().slice(0, -1)],
  ["no echo", '{"ok":true}'],
  ["no echo", "[]"],
  ["no echo", "null"],
  ["no echo", '"received"'],
  ["no echo", '{"group_dispatches":5}'],
  ["same", echoOf()],
  ["same", JSON.stringify(sent)],
] as const)("%s is told apart: %j", (kind, body) => {
  expect(compareEcho(sent, body)).toEqual({ kind });
});

describe("an echo is the same", () => {
  it.each<[string, (echo: Anything) => void]>([
    [
      "with ids in upper case",
      (echo) => {
        for (const group of echo.group_dispatches) {
          group.market_group_id = group.market_group_id.toUpperCase();
          group.meter_ids = group.meter_ids.map((id: string) => id.toUpperCase());
        }
      },
    ],
    [
      "in another order",
      (echo) => {
        echo.group_dispatches.reverse();
        for (const group of echo.group_dispatches) {
          group.meter_ids.reverse();
          group.partner_references.reverse();
          group.timeslots.reverse();
          for (const each of group.timeslots) each.dispatch_event_types.reverse();
        }
      },
    ],
    [
      "with instants spelt otherwise",
      (echo) => {
        echo.group_dispatches[0].timeslots[0].start_time = "2026-11-01T15:00:00-08:00";
        echo.group_dispatches[0].timeslots[0].end_time = "2026-11-02T00:00:00.000000000Z";
      },
    ],
    [
      "with null for what was left out",
      (echo) => {
        echo.group_dispatches[1].timeslots[0].energy_kw = null;
      },
    ],
    [
      "with fields of the receiver's own",
      (echo) => {
        echo.status = "accepted";
        echo.group_dispatches[0].timeslots[0].seen = true;
      },
    ],
  ])("%s", (_, change) => {
    expect(compareEcho(sent, echoOf(change))).toEqual({ kind: "same" });
  });
});

describe("what differs is told by its path", () => {
  it.each<[string, (echo: Anything) => void]>([
    [
      "group_dispatches[0].timeslots[1].priority: sent 1, echoed 2",
      (echo) => {
        echo.group_dispatches[0].timeslots[1].priority = 2;
      },
    ],
    [
      'group_dispatches[0].timeslots[1].priority: sent 1, echoed "1"',
      (echo) => {
        echo.group_dispatches[0].timeslots[1].priority = "1";
      },
    ],
    [
      "group_dispatches[0].timeslots[0].energy_kw: sent 12.5, echoed null",
      (echo) => {
        delete echo.group_dispatches[0].timeslots[0].energy_kw;
      },
    ],
    [
      "group_dispatches[0].timeslots[1].energy_kw: sent null, echoed 0",
      (echo) => {
        echo.group_dispatches[0].timeslots[1].energy_kw = 0;
      },
    ],
    [
      'group_dispatches[1].timeslots[0].end_time: sent "2026-11-02T00:00:00.000Z", ' +
        'echoed "2026-11-02T00:00:00.001Z"',
      (echo) => {
        echo.group_dispatches[1].timeslots[0].end_time = "2026-11-02T00:00:00.001Z";
      },
    ],
    [
      "group_dispatches[0].timeslots[0].nomination_kw: sent null, echoed 3",
      (echo) => {
        echo.group_dispatches[0].timeslots[0].nomination_kw = 3;
      },
    ],
    [
      'group_dispatches[0].timeslots[0].performance_compensation_cap: sent "up-to-site-load", echoed null',
      (echo) => {
        echo.group_dispatches[0].timeslots[0].performance_compensation_cap = null;
      },
    ],
    [
      "group_dispatches[0].timeslots[0].cancelled: sent false, echoed true",
      (echo) => {
        echo.group_dispatches[0].timeslots[0].cancelled = true;
      },
    ],
    [
      "group_dispatches[0].timeslots[0].is_voluntary: sent false, echoed null",
      (echo) => {
        delete echo.group_dispatches[0].timeslots[0].is_voluntary;
      },
    ],
    [
      'group_dispatches[0].timeslots[0].programs: not echoed of 2: "ELRP"',
      (echo) => {
        echo.group_dispatches[0].timeslots[0].programs = ["CCA"];
      },
    ],
    [
      'group_dispatches[0].timeslots[0].dispatch_event_types: echoed and not sent: "day-ahead"',
      (echo) => {
        echo.group_dispatches[0].timeslots[0].dispatch_event_types.push("day-ahead");
      },
    ],
    [
      `group_dispatches[1].meter_ids: not echoed of 3: "${toMeterId(2)}"`,
      (echo) => {
        echo.group_dispatches[1].meter_ids.splice(1, 1);
      },
    ],
    [
      `group_dispatches[1].meter_ids: echoed and not sent: "${toMeterId(9)}"`,
      (echo) => {
        echo.group_dispatches[1].meter_ids.push(toMeterId(9));
      },
    ],
    [
      'group_dispatches[0].partner_references: echoed and not sent: "site-1"',
      (echo) => {
        echo.group_dispatches[0].partner_references.push("site-1");
      },
    ],
    [
      `group_dispatches[1]: market_group_id "${otherId}" is not echoed`,
      (echo) => {
        echo.group_dispatches.pop();
      },
    ],
    [
      `group_dispatches: market_group_id "${otherId}" is echoed twice`,
      (echo) => {
        echo.group_dispatches.push(echo.group_dispatches[1]);
      },
    ],
    [
      'group_dispatches: entry 2 of the echo, market_group_id "x", was not sent',
      (echo) => {
        echo.group_dispatches.push({ market_group_id: "x" });
      },
    ],
    [
      "group_dispatches: entry 2 of the echo, 7, was not sent",
      (echo) => {
        echo.group_dispatches.push(7);
      },
    ],
    [
      "integration_test_notification: it has to be true, echoed false",
      (echo) => {
        echo.integration_test_notification = false;
      },
    ],
    [
      "communication_test: a drill is none, echoed true",
      (echo) => {
        echo.communication_test = true;
      },
    ],
    [
      "group_dispatches[0].timeslots[0].is_communication_test: a drill is none, echoed true",
      (echo) => {
        echo.group_dispatches[0].timeslots[0].is_communication_test = true;
      },
    ],
  ])("%s", (difference, change) => {
    expect(differencesOf(change)).toEqual([difference]);
  });

  it("where a group has no timeslots any more, each of them", () => {
    expect(
      differencesOf((echo) => {
        echo.group_dispatches[0].timeslots = "none";
      }),
    ).toEqual([
      'group_dispatches[0].timeslots: echoed "none", which is no list',
      expect.stringMatching(/timeslots\[0\]: market_group_event_id "c1.*" is not echoed$/),
      expect.stringMatching(/timeslots\[1\]: market_group_event_id "c1.*" is not echoed$/),
    ]);
  });

  it("with a few values of many, and all of them counted", () => {
    const echo = compareEcho(
      sent,
      echoOf((one) => {
        one.group_dispatches[0].meter_ids = ["a", "b", "c", "d", "e"];
        one.group_dispatches.push(...Array(100).fill({}));
      }),
    );
    expect(echo).toMatchObject({ kind: "different", differenceCount: 102 });
    expect(echo.kind === "different" && echo.differences).toHaveLength(50);
    expect(echo.kind === "different" && echo.differences[1]).toBe(
      'group_dispatches[0].meter_ids: echoed and not sent: "a", "b", "c" and 2 more',
    );
  });
});

test("an echo nested deeper than can be written again differs, and is no end of the program (I8)", () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const line = "group_dispatches: entry 0 of the echo, what is nested too deep to be shown, was not sent";
  expect(compareEcho(sent, `{"group_dispatches":[${deep}]}`)).toMatchObject({
    kind: "different",
    differences: expect.arrayContaining([line]),
  });
});
