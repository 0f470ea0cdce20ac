/**
 * Control and format characters: escape sequences, C1, reversed writing directions, line separators, the
 * invisible.
 */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from outside as one line that cannot steer a terminal: what could is shown as its code. */
export function neutralise(text: string): string {
  return text.toWellFormed().replace(steering, toEscape);
}

/** The same for JSON text: the escapes are JSON's own, so its value stays the same. */
export function neutraliseJson(json: string): string {
  return json.replace(steering, (character) => (character === "\n" ? character : toEscape(character)));
}

function toEscape(character: string): string {
  // By code unit, as JSON spells it: characters beyond the first 65,536 are two.
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}
