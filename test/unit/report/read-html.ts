/** An element as a browser would see it, text with its entities read. */
export type HtmlNode = {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (HtmlNode | string)[];
};

const empty = new Set(["meta", "link"]);
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const token = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/gi;

/** Reads strictly: anything that is not plain, well nested markup is an error. */
export function readHtml(html: string): HtmlNode {
  const root: HtmlNode = { tag: "#document", attributes: {}, children: [] };
  const open = [root];
  let end = 0;
  for (const match of html.matchAll(token)) {
    if (match.index < end) throw new Error(`overlapping markup at ${match.index}`);
    addText(open.at(-1)!, html.slice(end, match.index));
    end = match.index + match[0].length;
    const [, closing, tag, attributes = "", isClosed] = match;
    if (tag === undefined) continue;
    if (closing === "/") {
      const node = open.pop();
      if (node?.tag !== tag) throw new Error(`</${tag}> closes <${node?.tag}> at ${match.index}`);
      continue;
    }
    const node: HtmlNode = { tag, attributes: readAttributes(attributes), children: [] };
    open.at(-1)!.children.push(node);
    if (!empty.has(tag) && isClosed !== "/") open.push(node);
  }
  addText(open.at(-1)!, html.slice(end));
  if (open.length !== 1) throw new Error(`<${open.at(-1)!.tag}> is not closed`);
  return root;
}

/** Every element below, in the order of the document. */
export function* walk(node: HtmlNode): Generator<HtmlNode> {
  for (const child of node.children) {
    if (typeof child === "string") continue;
    yield child;
    yield* walk(child);
  }
}

export function findAll(node: HtmlNode, tag: string): HtmlNode[] {
  return [...walk(node)].filter((one) => one.tag === tag);
}

export function findById(node: HtmlNode, id: string): HtmlNode {
  const found = [...walk(node)].filter(({ attributes }) => attributes.id === id);
  if (found.length !== 1) throw new Error(`${found.length} elements have the id ${id}`);
  return found[0]!;
}

export function toText(node: HtmlNode | string): string {
  return typeof node === "string" ? node : node.children.map(toText).join("");
}

/** The cells of a table's body, row by row. */
export function toRows(table: HtmlNode): string[][] {
  const rows = findAll(table, "tbody").flatMap((body) => findAll(body, "tr"));
  return rows.map((row) => row.children.map(toText));
}

/** The rows of the table whose caption has this id. */
export function toRowsOf(page: HtmlNode, id: string): string[][] {
  const table = findAll(page, "table").find((one) =>
    findAll(one, "caption").some(({ attributes }) => attributes.id === id),
  );
  if (table === undefined) throw new Error(`no table has a caption with the id ${id}`);
  return toRows(table);
}

function addText(node: HtmlNode, text: string): void {
  if (text === "") return;
  if (/</.test(text) && node.tag !== "style") throw new Error(`bare markup: ${text.slice(0, 100)}`);
  node.children.push(readEntities(text));
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name!, readEntities(value ?? "")]));
}

function readEntities(text: string): string {
  return text.replace(/&([#\w]*;?)/g, (whole, name: string) => {
    const character = entities[name.replace(/;$/, "")];
    if (character === undefined || !name.endsWith(";")) throw new Error(`unknown entity ${whole}`);
    return character;
  });
}
