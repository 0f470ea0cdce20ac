const gap = 2;

/**
 * Shortens cells with an ellipsis until a line of them fits the width: the widest columns first, instants
 * after words, and ids last, since half an id is of no use.
 */
export function fitCells(
  columns: readonly string[],
  lines: readonly (readonly string[])[],
  width: number,
): string[][] {
  const widths = columns.map((_, index) =>
    lines.reduce((most, line) => Math.max(most, toWidth(line[index] ?? "")), 0),
  );
  const room = width - gap * (columns.length - 1);
  const all = [...columns.keys()];
  const ids = all.filter((index) => /(^|_)id$/.test(columns[index] ?? ""));
  const others = all.filter((index) => !ids.includes(index));
  const words = others.filter((index) => !/_at$|^(time|sequence|trade_date)$/.test(columns[index] ?? ""));
  narrow(widths, words, 8, room);
  narrow(widths, others, 8, room);
  narrow(widths, others, 4, room);
  narrow(widths, all, 8, room);
  narrow(widths, all, 1, room);
  return lines.map((line) => line.map((cell, index) => shorten(cell, widths[index] ?? 0)));
}

/** Takes from the widest of these columns until all fit, and from none below the minimum. */
function narrow(widths: number[], among: readonly number[], min: number, room: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) - room;
  while (excess > 0) {
    const [widest, next] = among.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    const most = widest === undefined ? 0 : (widths[widest] ?? 0);
    if (widest === undefined || most <= min) return;
    // Down to the next one at once, then in turns.
    const second = next === undefined ? min : Math.max(min, widths[next] ?? 0);
    const cut = Math.min(excess, Math.max(1, most - second));
    widths[widest] = most - cut;
    excess -= cut;
  }
}

function shorten(text: string, width: number): string {
  if (toWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += toWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

const segmenter = new Intl.Segmenter();

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** How many places a terminal gives to it: two for most East Asian characters and pictures. */
function toWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width +=
      wide.test(segment) || /\p{Emoji_Presentation}|\ufe0f|[\u{20000}-\u{3fffd}]/u.test(segment) ? 2 : 1;
  }
  return width;
}
