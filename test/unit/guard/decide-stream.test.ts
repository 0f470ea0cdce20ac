import { describe, expect, it } from "vitest";
import { decideStream, parseToldMark, type ToldMark, toMarkText } from "../../../src/guard/index.ts";

const told: ToldMark = { streamId: "s", sequence: 20, id: "twenty", mark: "m" };

type Case = {
  readonly name: string;
  readonly told: ToldMark | null;
  readonly file: {
    readonly streamId: string;
    readonly mark: string | null;
    readonly lastSequence: number;
    readonly idAtMark: string | null;
  };
};

/** Every combination of what the mark, the file and its outbox may say. */
function toCases(): Case[] {
  const cases: Case[] = [];
  for (const beside of [told, { ...told, id: null }, null]) {
    for (const streamId of ["s", "another"]) {
      for (const mark of ["m", "another", null]) {
        for (const lastSequence of [0, 19, 20, 21]) {
          for (const idAtMark of ["twenty", "another", null]) {
            const file = { streamId, mark, lastSequence, idAtMark };
            cases.push({ name: JSON.stringify({ told: beside, file }), told: beside, file });
          }
        }
      }
    }
  }
  return cases;
}

/** What makes a copy, one reason a line, whatever else is so. */
function findReasons({ told: beside, file }: Case): string[] {
  const reasons: string[] = [];
  if (beside === null) return file.mark === null ? [] : ["gone"];
  if (file.streamId !== beside.streamId) reasons.push("of another stream");
  if (file.mark !== null && file.mark !== beside.mark) reasons.push("of another file");
  if (beside.sequence > file.lastSequence) reasons.push("may have been told, and it ends at");
  if (file.idAtMark !== null && beside.id !== null && file.idAtMark !== beside.id)
    reasons.push("another id than it has here");
  return reasons;
}

describe("whether a file is the database whose events were told", () => {
  it("is decided alike for every combination of what the mark, the file and its outbox say", () => {
    const cases = toCases();
    expect(cases).toHaveLength(3 * 2 * 3 * 4 * 3);
    for (const one of cases) {
      const verdict = decideStream(one.told, one.file);
      const reasons = findReasons(one);
      const same = one.file.mark === null ? "unconfirmed" : "same";
      if (reasons.length === 0) {
        expect(verdict, one.name).toEqual({ kind: one.told === null ? "unmarked" : same });
        continue;
      }
      const because = verdict.kind === "copy" ? verdict.because : `none, it is ${verdict.kind}`;
      expect(because, one.name).toMatch(new RegExp(reasons.join("|")));
    }
  });

  it("is told to people with both sequences", () => {
    const file = { streamId: "s", mark: "m", lastSequence: 9, idAtMark: null };
    expect(decideStream(told, file)).toEqual({
      kind: "copy",
      because: "events up to 20 may have been told, and it ends at 9",
    });
  });
});

describe("the mark on the disk", () => {
  it.each([told, { ...told, sequence: 0, id: null }])("reads as it was written: %j", (mark) => {
    expect(parseToldMark(toMarkText(mark))).toEqual(mark);
    expect(Object.keys(JSON.parse(toMarkText(mark)))).toEqual(["stream_id", "sequence", "id", "mark"]);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '"text"',
    toMarkText(told).slice(0, 30),
    toMarkText({ ...told, streamId: "" }),
    toMarkText({ ...told, mark: "" }),
    toMarkText({ ...told, sequence: -1 }),
    toMarkText({ ...told, sequence: 1.5 }),
    toMarkText({ ...told, sequence: 2 ** 53 }),
    toMarkText(told).replace("20", '"20"'),
    toMarkText(told).replace('"twenty"', "20"),
    "\0".repeat(64),
  ])("is none of ours where it says %j", (text) => {
    expect(parseToldMark(text)).toBeNull();
  });
});
