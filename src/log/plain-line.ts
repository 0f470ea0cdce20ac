const ownNames = new Set(["level", "time", "message"]);

/** A JSON log line as one readable line: level, message, then the facts. */
export function toPlainLine(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  const facts = Object.entries(record)
    .filter(([name]) => !ownNames.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return `${toPrintable([`${record.level}: ${record.message}`, ...facts].join("  "))}\n`;
}

/** Text from outside must not steer the terminal. */
function toPrintable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, " ");
}
