import { h, type JSX } from "preact";
import { formatCount } from "./wording.ts";

/** What a name may take up in a table, in characters; a longer one says how long it was. */
export const nameLengthMax = 100;
/** And a description or an error. */
export const proseLengthMax = 300;

const wordLengthMax = 24;

/**
 * Characters that show nothing, end a line or turn the direction of what follows; the two joiners, which
 * scripts and emoji need, are left as they are.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const joiners = new Set(["\u200c", "\u200d"]);

/** Text from outside with everything unseen made visible: a NUL as ␀, an override as ⟨U+202E⟩. */
export function toVisible(text: string): string {
  return text.toWellFormed().replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (joiners.has(character)) return character;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** A name for a chart, in at most so many columns; wide characters take two. */
export function toShort(text: string, columns: number): string {
  // Nothing beyond can matter: every character takes a column at least, or is cut with its neighbour.
  const visible = toVisible(text.slice(0, columns * 4));
  if (text.length <= columns * 4 && toColumns(visible) <= columns) return isolate(visible);
  let short = "";
  let taken = 0;
  for (const { segment } of new Intl.Segmenter("en").segment(visible)) {
    taken += toColumns(segment);
    if (taken > columns - 1) break;
    short += segment;
  }
  return isolate(`${short.trimEnd()}…`);
}

/** How much room text takes, counted in narrow characters. */
export function toColumns(text: string): number {
  let columns = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    columns += isMark(code) ? 0 : isWide(code) ? 2 : 1;
  }
  return columns;
}

function isMark(code: number): boolean {
  return code === 0x2068 || code === 0x2069;
}

/** Scripts of wide characters and emoji; punctuation such as … and − is narrow. */
function isWide(code: number): boolean {
  return code > 0x10ff && (code < 0x2000 || code > 0x23ff);
}

/** Text from outside, apart from the direction of what is around it; null is said to be none. */
export function Foreign({ text, max = nameLengthMax }: { text: string | null; max?: number }): JSX.Element {
  if (text === null) return h(None, {});
  if (text === "") return h("span", { class: "none" }, "(empty)");
  const visible = toVisible(text.slice(0, max * 2));
  const shown = toBeginning(visible, max);
  if (text.length <= max * 2 && shown.length === visible.length) return toIsolated(shown);
  const cut = `${shown}…`;
  const rest = ` (${formatCount(text.length)} characters)`;
  return h("span", null, toIsolated(cut), h("span", { class: "none" }, rest));
}

/** As many whole characters as there may be, fewer where they take more room in the file than letters do. */
function toBeginning(visible: string, max: number): string {
  let [end, count, room] = [0, 0, max * 1.6];
  for (const character of visible) {
    count += 1;
    room -= /[&<>"]/.test(character) ? 6 : character.charCodeAt(0) < 0x80 ? 1 : 3;
    if (count > max || room < 0) break;
    end += character.length;
  }
  return visible.slice(0, end);
}

/** Only a word that is too long for its place may be broken anywhere. */
function toIsolated(text: string): JSX.Element {
  return h(
    "bdi",
    text.split(" ").some((word) => word.length > wordLengthMax) ? { class: "long" } : null,
    text,
  );
}

export function None(_: object): JSX.Element {
  return h("span", { class: "none" }, "none");
}

/**
 * In a drawing there is no `bdi`: marks around the name do the same. Plain names get them, too: the library
 * that draws remembers texts as keys of an object, and `__proto__` alone would change every object there is.
 */
function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}
