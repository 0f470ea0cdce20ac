import { describe, expect, it } from "vitest";
import { parseReports } from "../../../src/acknowledgement/index.ts";

const applied = { eventId: "e-1", payloads: [{ payloadType: "GroupRemapApplied" }] };
const rejected = {
  eventId: "e-2",
  payloads: [{ payloadType: "GroupRemapRejected", reason: "no such charger" }],
};
const read = [
  { eventId: "e-1", outcome: "applied", reason: null },
  { eventId: "e-2", outcome: "rejected", reason: "no such charger" },
];
const parse = (value: unknown) => parseReports(JSON.stringify(value));

describe("reports", () => {
  it.each([
    ["a list", JSON.stringify([applied, rejected])],
    ["a list over many lines", JSON.stringify([applied, rejected], null, 2)],
    ["one a line", `${JSON.stringify(applied)}\n${JSON.stringify(rejected)}`],
    ["one a line, as Windows ends them", `${JSON.stringify(applied)}\r\n\r\n${JSON.stringify(rejected)}\r\n`],
    ["with a mark of byte order", `\uFEFF${JSON.stringify([applied, rejected])}`],
  ])("are read as %s", (_, text) => {
    expect(parseReports(text)).toEqual({ reports: read, problems: [] });
  });

  it("are read one by one, too, and an empty list is none", () => {
    expect(parse(applied)).toEqual({ reports: [read[0]], problems: [] });
    expect(parseReports(JSON.stringify(rejected, null, 2))).toEqual({ reports: [read[1]], problems: [] });
    expect(parse([])).toEqual({ reports: [], problems: [] });
  });

  it.each([
    ["in the payload", { reason: "why" }, {}, "why"],
    ["beside the payloads", {}, { reason: "why" }, "why"],
    ["in the payload first", { reason: "here" }, { reason: "there" }, "here"],
    ["as the payload's values", { values: ["why", 3, "so"] }, {}, "why; so"],
    ["nowhere", {}, {}, null],
    ["as null", { reason: null }, { reason: null }, null],
    ["as blanks", { reason: "  " }, {}, null],
    ["of 2000 characters", { reason: "x".repeat(2000) }, {}, "x".repeat(2000)],
  ])("have the reason of a rejection %s", (_, inside, beside, reason) => {
    const payloads = [{ payloadType: "GroupRemapRejected", ...inside }];
    expect(parse({ eventId: "e", payloads, ...beside }).reports).toEqual([
      { eventId: "e", outcome: "rejected", reason },
    ]);
  });

  it("may have more fields than we know, and ids in any case", () => {
    const more = { id: "r-1", createdAt: "2026-11-01T00:00:00Z", ...applied, eventId: " 3F0A " };
    const payloads = [{ payloadType: "GroupRemapApplied", locationId: "loc-1", values: [1] }];
    expect(parse({ ...more, payloads })).toEqual({
      reports: [{ eventId: "3f0a", outcome: "applied", reason: null }],
      problems: [],
    });
  });

  it("may say the same in several payloads", () => {
    const payloads = [...rejected.payloads, { payloadType: "GroupRemapRejected" }];
    expect(parse({ ...rejected, payloads })).toEqual({ reports: [read[1]], problems: [] });
  });

  it.each([
    ["no object", 5, /^report 1: it is not an object/],
    ["null", null, /^report 1: it is not an object/],
    ["without an event id", { payloads: applied.payloads }, /^report 1: it has no eventId/],
    ["with a number for an event id", { ...applied, eventId: 4 }, /^report 1: it has no eventId/],
    ["with an empty event id", { ...applied, eventId: "" }, /^report 1: its eventId is empty$/],
    [
      "with an endless event id",
      { ...applied, eventId: "e".repeat(201) },
      /^report 1: its eventId is longer/,
    ],
    ["without payloads", { eventId: "e" }, /^report 1: it has no payloads/],
    ["with no payload", { eventId: "e", payloads: [] }, /^report 1: its payloads are empty$/],
    [
      "with a payload that is none",
      { eventId: "e", payloads: [7] },
      /^report 1: a payload of it is not an obj/,
    ],
    [
      "without a payload type",
      { eventId: "e", payloads: [{}] },
      /^report 1: a payload of it has no payloadType$/,
    ],
    [
      "of another type",
      { eventId: "e", payloads: [...applied.payloads, { payloadType: "EnergyUsage" }] },
      /^report 1: its payloadType "EnergyUsage" is not GroupRemapApplied or GroupRemapRejected$/,
    ],
    [
      "of a type like a member of every object",
      { eventId: "e", payloads: [{ payloadType: "toString" }] },
      /"toString" is not/,
    ],
    [
      "that contradicts itself",
      { eventId: "e", payloads: [...applied.payloads, ...rejected.payloads] },
      /^report 1: it says both that it was applied and rejected$/,
    ],
    [
      "with a reason too long",
      { ...rejected, reason: "x".repeat(2001) },
      /^report 1: its reason is longer than 2000/,
    ],
    [
      "with values too long",
      { eventId: "e", payloads: [{ payloadType: "GroupRemapRejected", values: "x".repeat(2001) }] },
      /^report 1: its reason is longer than 2000/,
    ],
    ["with a reason that is no text", { ...rejected, reason: 4 }, /^report 1: its reason is not a text$/],
  ])("%s are a problem in words", (_, value, problem) => {
    expect(parse(value)).toEqual({ reports: [], problems: [expect.stringMatching(problem)] });
  });

  it("that cannot be read are told by their numbers, each once, beside those that can", () => {
    const text = [JSON.stringify(applied), '{"eventId": "e', "", "{}", JSON.stringify(rejected)].join("\n");
    expect(parseReports(text)).toEqual({
      reports: read,
      problems: [
        "report 2: it is not JSON",
        "report 3: it has no eventId, the id of the meter.group.remapped it is about, and it has no " +
          "payloads, a list of at least one",
      ],
    });
  });

  it.each(["", " \n\t", "\uFEFF", "\uFEFF\r\n", "[]"])(
    "are none in %j, and nothing is wrong with it",
    (text) => {
      expect(parseReports(text)).toEqual({ reports: [], problems: [] });
    },
  );

  it.each(["not json", '[\n  {"eventId": "e",\n  "payloads": [', "{'eventId': 'e'}", "<html>"])(
    "are not to be told apart in %j",
    (text) => {
      expect(parseReports(text)).toEqual({
        reports: [],
        problems: [expect.stringContaining("neither JSON")],
      });
    },
  );

  it("are at most 10,000, and of many problems the first 50 are told", () => {
    const many = (count: number, value: unknown) => parse(Array.from({ length: count }, () => value));
    expect(many(10_000, applied).reports).toHaveLength(10_000);
    expect(many(10_001, applied)).toEqual({
      reports: [],
      problems: ["there are 10001 reports: send at most 10000 at once"],
    });
    const { problems } = many(60, {});
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe("and 10 more like these");
  });
});
