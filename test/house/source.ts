/** One import or re-export, as written. `load` is a dynamic one. */
export type Import = {
  readonly target: string;
  readonly kind: "value" | "type" | "load";
  readonly names: string;
  readonly line: number;
};

// Strings, templates and regular expressions are stepped over, so that a comment's mark inside one is not
// taken for a comment; comments are what is left.
const tokens = new RegExp(
  [
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)/,
    /((?<=(?:^|[(,=:[!&|?{};>]|\breturn)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*)/,
    /(\/\*[\s\S]*?\*\/|\/\/[^\n]*)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gm",
);

/** The source with its comments blanked out, every line where it was. */
export function stripComments(text: string): string {
  return text.replace(tokens, (token, _string, _pattern, comment?: string) =>
    comment === undefined ? token : token.replace(/[^\n]/g, " "),
  );
}

const staticImport = /^[ \t]*(import|export)\s+(type\s+)?([\w*\s{},$]*?)\s*from\s*["']([^"'\n]+)["']/gm;
const bareImport = /^[ \t]*import\s*["']([^"'\n]+)["']/gm;
const dynamicImport = new RegExp(
  [/(\btypeof\s+)?/, /\b(?:import|require|createRequire\([^()]*\))/, /\(\s*["'`]([^"'`\n]+)["'`]\s*\)/]
    .map(({ source }) => source)
    .join(""),
  "g",
);

/** Every import of a source: static, re-exported, bare, dynamic, and the types of all of them. */
export function parseImports(text: string): Import[] {
  const code = stripComments(text);
  const found: Import[] = [];
  const add = (index: number, kind: Import["kind"], target: string, names = ""): void => {
    found.push({ target, kind, names, line: toLine(code, index) });
  };
  for (const match of code.matchAll(staticImport)) {
    const [, , type, names = "", target = ""] = match;
    add(match.index, type !== undefined || isTypesOnly(names) ? "type" : "value", target, names);
  }
  for (const match of code.matchAll(bareImport)) add(match.index, "value", match[1] ?? "");
  for (const match of code.matchAll(dynamicImport)) {
    const isType = match[1] !== undefined || /^\s*\.\s*[A-Z]/.test(code.slice(match.index + match[0].length));
    add(match.index, isType ? "type" : "load", match[2] ?? "");
  }
  return found;
}

/** `{ type A, type B }`: nothing of it is left when the program runs. */
function isTypesOnly(names: string): boolean {
  const list = /^\{([^}]*)\}$/.exec(names.trim())?.[1]?.split(",");
  const named = list?.map((name) => name.trim()).filter((name) => name !== "") ?? [];
  return named.length > 0 && named.every((name) => name.startsWith("type "));
}

export function toLine(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
