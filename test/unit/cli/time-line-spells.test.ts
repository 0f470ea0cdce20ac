import { expect, it } from "vitest";
import { type Bounds, toCutSpells, toSpells } from "../../../src/reader/time-line-spells.ts";

const [first, second, third, fourth] = ["2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"].map(
  (day) => `${day}T06:17:00.000Z`,
) as [string, string, string, string];
const plain: Bounds = { beginsAt: first, publishedAt: fourth, readAnewAt: [], switchedAt: [] };

it("what no event was ever about has been so since the first publication", () => {
  expect(toSpells([], { value: "A" }, plain)).toEqual([spell("A", first, null, null)]);
});

it("since when is left open where earlier events are not kept", () => {
  const bounds = { ...plain, beginsAt: null };
  expect(toSpells([told(third, 7, "A", "B")], { value: "B" }, bounds)).toEqual([
    spell("A", null, third, null),
    spell("B", third, null, 7),
  ]);
});

it("a value that comes back is known twice", () => {
  const events = [told(second, 1, "A", "B"), told(third, 2, "B", "A")];
  expect(toSpells(events, { value: "A" }, plain)).toEqual([
    spell("A", first, second, null),
    spell("B", second, third, 1),
    spell("A", third, null, 2),
  ]);
});

it("what was created had nothing before", () => {
  expect(toSpells([{ at: second, sequence: 1, after: "A" }], { value: "A" }, plain)).toEqual([
    spell("A", second, null, 1),
  ]);
});

it("what was told and taken back at one instant was never known", () => {
  const events = [told(second, 1, "A", "B"), told(second, 2, "B", "C")];
  expect(toSpells(events, { value: "C" }, plain)).toEqual([
    spell("A", first, second, null),
    spell("C", second, null, 2),
  ]);
});

it("what reads differently since all meters were read anew is so from then on, untold", () => {
  const bounds = { ...plain, readAnewAt: [third] };
  expect(toSpells([told(second, 1, "A", "B")], { value: "b" }, bounds)).toEqual([
    spell("A", first, second, null),
    spell("B", second, third, 1),
    spell("b", third, null, null),
  ]);
});

it("what was told at the instant of a reading anew, and reads differently since, was never known", () => {
  const bounds = { ...plain, readAnewAt: [second] };
  expect(toSpells([told(second, 1, "A", "B")], { value: "b" }, bounds)).toEqual([
    spell("A", first, second, null),
    spell("b", second, null, null),
  ]);
});

it("what held before earlier events were removed may have ended by a reading anew, too", () => {
  const bounds = { ...plain, beginsAt: null, readAnewAt: [second] };
  const events = [told(third, 1, "A", "A"), told(fourth, 2, "B", "C")];
  expect(toSpells(events, { value: "C" }, bounds)).toEqual([
    spell("A", null, second, null),
    spell("B", second, fourth, null),
    spell("C", fourth, null, 2),
  ]);
});

it("what changed untold for no known cause is so from where it shows first", () => {
  const events = [told(second, 1, "A", "B"), told(third, 2, "C", "D")];
  expect(toSpells(events, { value: "E" }, plain)).toEqual([
    spell("A", first, second, null),
    spell("B", second, third, 1),
    spell("D", third, fourth, 2),
    spell("E", fourth, null, null),
  ]);
});

it("of what was not told before another version of the API was read, nothing is said", () => {
  const bounds = { ...plain, readAnewAt: [second], switchedAt: [second] };
  expect(toSpells([told(third, 1, "A", "B")], { value: "B" }, bounds)).toEqual([
    spell("A", second, third, null),
    spell("B", third, null, 1),
  ]);
});

it("what only one version of the API tells ends where another is read", () => {
  const spells = [spell("A", first, null, 1), spell("B", first, second, 2), spell("C", third, null, 3)];
  expect(toCutSpells(spells, [third])).toEqual([
    spell("A", first, third, 1),
    spell("B", first, second, 2),
    spell("C", third, null, 3),
  ]);
});

function told(at: string, sequence: number, before: string, after: string) {
  return { at, sequence, before, after };
}

function spell(value: string, from: string | null, to: string | null, sequence: number | null) {
  return { value, from, to, sequence };
}
