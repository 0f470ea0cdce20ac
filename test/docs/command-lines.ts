import type { Act } from "../../src/cli/invocation.ts";
import { buildProgram } from "../../src/cli/program.ts";

const act: Act = () => async () => undefined;

/** The program's real command line, which does nothing. */
export function toProgram() {
  return buildProgram(act, { write: async () => undefined });
}

/** What is typed behind the program's name, in code blocks, without what the shell takes for itself. */
export function toCommandLines(markdown: string): readonly (readonly string[])[] {
  const blocks = [...markdown.matchAll(/^( *)```[^\n]*\n([\s\S]*?)^\1```/gm)].map((match) => match[2] ?? "");
  return toTyped(blocks.join("\n"));
}

/** The same of what stands in a sentence, between backticks. */
export function toMentionedLines(markdown: string): readonly (readonly string[])[] {
  const text = markdown.replaceAll(/^( *)```[\s\S]*?^\1```/gm, "");
  const spans = [...text.matchAll(/`(meter-sync [^`]+)`/g)].map(([, span = ""]) =>
    span.replaceAll("\n", " "),
  );
  return toTyped(spans.join("\n"));
}

function toTyped(code: string): readonly (readonly string[])[] {
  return code
    .replace(/\\\n\s*/g, " ")
    .split(/\n|&&|\|\|?|;/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").replace(/[<>].*$/, ""))
    .flatMap(
      (line) =>
        /^\s*(?:\w+=\S+\s+)*(?:npm run -s meter-sync --|meter-sync)(\s.*)?$/.exec(line)?.slice(1) ?? [],
    )
    .map((words) => (words ?? "").trim().split(/\s+/).filter(Boolean).map(unquote))
    .filter((words) => words.length > 0);
}

function unquote(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, "$2");
}

export function isTaken(words: readonly string[]): boolean {
  try {
    toProgram().parse(words, { from: "user" });
    return true;
  } catch (error) {
    // Help and version end the parsing, too.
    return (error as { readonly exitCode?: number }).exitCode === 0;
  }
}
