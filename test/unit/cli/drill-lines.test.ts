import { describe, expect, it } from "vitest";
import {
  type Drilled,
  toDrillRecord,
  toPlanLines,
  toReportText,
  toShownHeaders,
} from "../../../src/cli/drill-lines.ts";
import { planDrill } from "../../../src/dispatch/index.ts";
import { openIds, slot, toGroup } from "../dispatch/drill-groups.ts";

const report = {
  sentTime: "2026-11-01T08:00:00.100Z",
  httpStatus: 200,
  receivedTime: "2026-11-01T08:00:00.350Z",
  headers: {},
  body: null,
  errorMessage: null,
};

function toPlanned(count: number) {
  const groups = [toGroup({ timeslots: Array(count).fill(slot) })];
  const plan = planDrill(groups, openIds());
  if (!("body" in plan)) throw new Error(plan.problems.join());
  return { url: "https://leap.example/test", receiver: null, groups, body: plan.body, endedCount: 0 };
}

describe("what is about to be sent", () => {
  it("is shown with every field; of many timeslots the first, and how many more there are", () => {
    const lines = toPlanLines(toPlanned(25));
    expect(lines).toMatch(
      /^A test notification for 1 group and 25 timeslots, through https:\/\/leap\.example/,
    );
    expect(lines.match(/2026-11-01T23:00:00\.000Z/g)).toHaveLength(20);
    expect(lines).toMatch(/… and 5 more: --format json shows all$/m);
    for (const word of ["as much as possible", "up-to-site-load", "standard", "CCA, ELRP"]) {
      expect(lines).toContain(word);
    }
  });

  it("names the receiver, and what has ended already", () => {
    const planned = { ...toPlanned(2), receiver: "https://ems.example\u001b[2J", endedCount: 2 };
    expect(toPlanLines(planned)).toMatch(
      /for group dispatches, https:\/\/ems\.example\\u001b\[2J\. It moves no/,
    );
    expect(toPlanLines(planned)).toMatch(/^2 timeslots ended already: your system may leave that aside$/m);
    expect(toPlanLines(toPlanned(2))).not.toMatch(/ended already/);
  });
});

describe("what became of it", () => {
  const textOf = (changes: Partial<Drilled["report"]>, echo: Drilled["echo"] = { kind: "no body" }) =>
    toReportText({ report: { ...report, ...changes }, echo });

  it("has the times and what lies between them", () => {
    expect(textOf({})).toMatch(/^round trip +250 ms$/m);
    expect(textOf({ receivedTime: null, httpStatus: null })).toMatch(/^round trip +-$/m);
    expect(textOf({ sentTime: "at noon" })).toMatch(/^sent +at noon$/m);
  });

  it("has the error, shortened and harmless", () => {
    const text = textOf({ errorMessage: `\u001b]0;x\u0007${"e".repeat(3000)}` });
    expect(text).toMatch(/^error +\\u001b\]0;x\\u0007e+…$/m);
    expect(text.length).toBeLessThan(2500);
  });

  it("has the first differences, and how many more there are", () => {
    const text = textOf({}, { kind: "different", differences: ["a: b", "c: d"], differenceCount: 9 });
    expect(text).toMatch(/^echo +differs from what was sent in 9 places$/m);
    expect(text).toMatch(/\nWhat differs\n {2}a: b\n {2}c: d\n {2}and 7 more\n$/);
  });

  it("is one object for programs, with a body of a bounded length", () => {
    const drilled: Drilled = { report: { ...report, body: "x".repeat(70_000) }, echo: { kind: "not JSON" } };
    const record = toDrillRecord(toPlanned(1), drilled);
    expect(record).toMatchObject({
      is_sent: true,
      report: { http_status: 200, round_trip_ms: 250, body_length: 70_000 },
      echo: { kind: "not_json", difference_count: 0, differences: [] },
    });
    expect(record.report?.body).toHaveLength(65_537);
  });
});

describe("headers of the receiver's", () => {
  it.each([
    "Authorization",
    "Proxy-Authorization",
    "WWW-Authenticate",
    "Cookie",
    "Set-Cookie",
    "X-Api-Key",
    "x-auth-token",
    "X-Amz-Security-Token",
    "X-Session-Id",
    "X-Signature",
    "Client-Secret",
    "X-Auth",
  ])("%s is named, and its value is not shown", (name) => {
    expect(toShownHeaders({ [name]: ["abc", "def"] })).toEqual({ [name]: ["(not shown)"] });
  });

  it("that lead elsewhere say where to, and neither who asks nor what for", () => {
    const location = ["https://u:p@sso.example/login?token=t#a", "/again?code=1"];
    expect(toShownHeaders({ location, server: ["ems?"] })).toEqual({
      location: ["https://sso.example/login?…", "/again?…"],
      server: ["ems?"],
    });
  });

  it("others are shown, of a bounded length and number", () => {
    expect(toShownHeaders({ server: ["ems"], date: ["x".repeat(300)] })).toEqual({
      server: ["ems"],
      date: [`${"x".repeat(200)}…`],
    });
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`h${index}`, ["v"]]));
    expect(Object.keys(toShownHeaders(many))).toHaveLength(50);
  });
});
