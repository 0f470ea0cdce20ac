import type { SourceFile } from "./inspect.ts";
import { columnCountMax, generated, lineCountMax } from "./measures.ts";
import { stripComments, toLine } from "./source.ts";

const nothingNames = /^(utils?|common|helpers?|types?|services?|misc|shared)$/;
const reminder = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`, "g");
const vagueVerb =
  /^[ \t]*(?:export\s+)?(?:async\s+)?function\*?\s+((?:get|handle|process|manage|do)[A-Z]\w*)/gm;

/** What holds for every source of the project, whichever room it is in. */
export function inspectStyle(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.endsWith(".ts"))
    .flatMap((file) => [
      ...inspectName(file),
      ...(generated.test(file.path) ? [] : inspectSize(file)),
      ...inspectReminders(file),
      ...inspectCode(file.path, stripComments(file.text)),
    ]);
}

function inspectName({ path }: SourceFile): string[] {
  const names = path.split("/").map((part) => part.replace(/\.ts$/, ""));
  return names
    .filter((name) => nothingNames.test(name))
    .map((name) => `${path}: "${name}" says nothing: name it after what lives in it`);
}

function inspectSize({ path, text }: SourceFile): string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const found: string[] = [];
  if (lines.length > lineCountMax) {
    found.push(`${path} has ${lines.length} lines: split it along its subjects, ${lineCountMax} at most`);
  }
  for (const [index, line] of lines.entries()) {
    if ([...line].length <= columnCountMax) continue;
    found.push(
      `${path}:${index + 1} is ${[...line].length} columns wide: break it, ${columnCountMax} at most`,
    );
  }
  return found;
}

function inspectReminders({ path, text }: SourceFile): string[] {
  return [...text.matchAll(reminder)].map(
    (match) =>
      `${path}:${toLine(text, match.index)} leaves a ${match[0]}: do it, or take it to where work is planned`,
  );
}

function inspectCode(path: string, code: string): string[] {
  const found: string[] = [];
  const mayDefault = /\.config\.ts$/.test(path) || path === "src/database/driver.ts";
  for (const match of code.matchAll(/^[ \t]*export\s+(?:default\b|\{[^}]*\bas\s+default\b)/gm)) {
    if (!mayDefault)
      found.push(`${path}:${toLine(code, match.index)} has a default export: export it by its name`);
  }
  for (const match of code.matchAll(
    /^[ \t]*(?:export\s+)?(?:abstract\s+)?class\s+(\w+)(?:\s+extends\s+(\w+))?/gm,
  )) {
    if (/^\w*(Error|Failure)$/.test(match[2] ?? "")) continue;
    const where = `${path}:${toLine(code, match.index)}`;
    found.push(
      `${where} declares the class ${match[1]}: only errors are classes; write functions over a type`,
    );
  }
  for (const match of code.matchAll(vagueVerb)) {
    const where = `${path}:${toLine(code, match.index)}`;
    found.push(
      `${where} names a function ${match[1]}: take a verb that says what it does (plan, read, load, to …)`,
    );
  }
  return found;
}
