import type { Dispatch } from "./dispatch.ts";
import { type Finding, findDispatches, parseJson, toRootContext, toSorted } from "./dispatch-contract.ts";

export type DispatchText = {
  readonly dispatches: readonly Dispatch[];
  /** What could not be read, one line each, with the line or the place in the document. */
  readonly problems: readonly string[];
};

/** Timeslots that one text may hold (I8): a year of a large portfolio has a tenth of that. */
const dispatchCountDefault = 200_000;

/**
 * Dispatches as JSON, or one document a line, each of any shape that `parseDispatches` knows. An empty text
 * has none, and that is no problem. What cannot be read is told, and the others are given all the same.
 */
export function parseDispatchText(text: string, dispatchCountMax = dispatchCountDefault): DispatchText {
  const body = text.replace(/^\uFEFF/, "");
  if (body.trim() === "") return { dispatches: [], problems: [] };
  const whole = parseJson(body);
  const lines = whole.isJson ? [] : toLines(body);
  if (!whole.isJson && !lines.some(({ text }) => isDocument(text))) {
    return { dispatches: [], problems: [neither] };
  }
  const findings = whole.isJson ? findDispatches(whole.value, toRootContext(null)) : findInLines(lines);
  const found = toSorted(findings, dispatchCountMax);
  if (found.dispatches.length <= dispatchCountMax) return found;
  const tooMany = `there are more than ${dispatchCountMax} timeslots in it: hand in fewer at once`;
  return { dispatches: [], problems: [tooMany] };
}

/** Of a document that was cut off, what is wrong with its single lines helps nobody. */
const neither = "it is neither JSON nor JSON a line: an answer of a search, notifications or dispatches";

type Line = { readonly where: string; readonly text: string };

function toLines(body: string): readonly Line[] {
  return body.split("\n").flatMap((line, index) => {
    const text = line.trim();
    return text === "" ? [] : [{ where: `line ${index + 1}`, text }];
  });
}

function isDocument(line: string): boolean {
  return /^[[{]/.test(line) && parseJson(line).isJson;
}

function* findInLines(lines: readonly Line[]): Generator<Finding> {
  for (const { where, text } of lines) {
    const document = parseJson(text);
    if (document.isJson) yield* findInPlace(document.value, where);
    else yield { problem: `${where}: it is not JSON` };
  }
}

function* findInPlace(value: unknown, place: string): Generator<Finding> {
  for (const finding of findDispatches(value, toRootContext(null))) {
    yield finding.problem === undefined ? finding : { problem: `${place}: ${finding.problem}` };
  }
}
