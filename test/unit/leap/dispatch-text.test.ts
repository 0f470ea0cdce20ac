import { expect, test } from "vitest";
import { parseDispatchText } from "../../../src/leap/index.ts";
import { eventId, toGroup, toMeter, toSlot } from "./dispatch-documents.ts";

const idsOf = (text: string) => parseDispatchText(text).dispatches.map((each) => each.eventId);

test.each([
  ["one document", JSON.stringify(toGroup())],
  ["one document over many lines", JSON.stringify({ results: [toGroup()] }, null, 2)],
  ["a list", JSON.stringify([toGroup()])],
  ["a byte order mark before it", `\uFEFF${JSON.stringify(toGroup(), null, 2)}`],
])("%s is read as JSON", (_, text) => {
  expect(parseDispatchText(text)).toMatchObject({ dispatches: [{ eventId }], problems: [] });
});

test("a document a line is read line by line, whatever shapes they are", () => {
  const lines = [
    toGroup(),
    { results: [toMeter()] },
    { received_at: "2026-07-01T22:00:00Z", body: toGroup() },
  ];
  const text = lines.map((line) => JSON.stringify(line)).join("\r\n");
  expect(idsOf(`${text}\n\n`)).toEqual([eventId, eventId, eventId]);
});

test("problems say in which line, counted with the empty ones, and the others are given", () => {
  const odd = toGroup({ timeslots: [toSlot({ start_time: null })] });
  const text = [JSON.stringify(toGroup()), "", JSON.stringify(odd), '{"cut', "7"].join("\n");
  const { dispatches, problems } = parseDispatchText(text);
  expect(dispatches).toHaveLength(1);
  expect(problems).toEqual([
    "line 3: timeslots[0]: its start_time is no instant",
    "line 4: it is not JSON",
    "line 5: it is not an object",
  ]);
});

test.each(["", " \n\t\n", "\uFEFF"])(
  "a text without anything (%j) has no dispatches and no problem",
  (text) => {
    expect(parseDispatchText(text)).toEqual({ dispatches: [], problems: [] });
  },
);

test.each(["not json", '{"results": [\n', "a,b\n1,2\n"])("%j is neither JSON nor JSON a line", (text) => {
  const { dispatches, problems } = parseDispatchText(text);
  expect(dispatches).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^it is neither JSON nor JSON a line/)]);
});

test("more timeslots than one text may hold are refused together, and none is given (I8)", () => {
  const line = JSON.stringify(toGroup({ timeslots: [toSlot(), toSlot()] }));
  const most = parseDispatchText(`${line}\n`.repeat(3), 6);
  expect([most.dispatches.length, most.problems]).toEqual([6, []]);
  const more = parseDispatchText(`${line}\n`.repeat(4), 6);
  expect(more.dispatches).toEqual([]);
  expect(more.problems).toEqual(["there are more than 6 timeslots in it: hand in fewer at once"]);
});
