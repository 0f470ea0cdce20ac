/**
 * Reads the text exposition format (version 0.0.4) as it is described, and nothing beyond it: any breach
 * throws. Written without a look at what writes the program's metrics.
 */

export type ParsedSample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export type ParsedMetric = {
  readonly name: string;
  readonly help: string | null;
  readonly type: "counter" | "gauge" | "histogram" | "summary" | "untyped";
  readonly samples: readonly ParsedSample[];
};

type Draft = {
  help: string | null;
  type: ParsedMetric["type"] | null;
  samples: ParsedSample[];
};

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const types: readonly string[] = ["counter", "gauge", "histogram", "summary", "untyped"];

/** The metrics by name, in their order. */
export function parseExposition(text: string): ReadonlyMap<string, ParsedMetric> {
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line does not end");
  const drafts = new Map<string, Draft>();
  const seen = new Set<string>();
  const lines = text.split("\n").map((line) => line.replace(/^[ \t]+|[ \t]+$/g, ""));
  let current = "";
  const draftOf = (name: string): Draft => {
    const draft = drafts.get(name) ?? { help: null, type: null, samples: [] };
    // All lines of a metric stand together.
    if (drafts.has(name) && current !== name) throw new Error(`${name} is taken up again`);
    drafts.set(name, draft);
    current = name;
    return draft;
  };
  for (const line of lines) {
    if (line === "") continue;
    if (line.startsWith("#")) {
      readComment(line, draftOf);
      continue;
    }
    const sample = readSample(line);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(key)) throw new Error(`twice: ${line}`);
    seen.add(key);
    draftOf(sample.name).samples.push(sample);
  }
  return new Map(
    [...drafts].map(([name, draft]) => [name, { name, ...draft, type: draft.type ?? "untyped" }]),
  );
}

/** `name{label="value"}` → value, labels in the order of their names. */
export function toSampleMap(text: string): ReadonlyMap<string, number> {
  const samples = [...parseExposition(text).values()].flatMap((metric) => metric.samples);
  return new Map(samples.map(({ name, labels, value }) => [toSampleName(name, labels), value]));
}

function toSampleName(name: string, labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([label, value]) => `${label}="${value}"`);
  return parts.length === 0 ? name : `${name}{${parts.join(",")}}`;
}

function readComment(line: string, draftOf: (name: string) => Draft): void {
  const [, keyword, name = "", rest = ""] = /^#[ \t]+(\S+)(?:[ \t]+(\S+)(?:[ \t]+(.*))?)?$/.exec(line) ?? [];
  if (keyword !== "HELP" && keyword !== "TYPE") return;
  if (metricName.exec(name)?.[0] !== name) throw new Error(`no name of a metric: ${line}`);
  const draft = draftOf(name);
  if (keyword === "HELP") {
    if (draft.help !== null) throw new Error(`a second help: ${line}`);
    draft.help = unquote(rest, { n: "\n", "\\": "\\" }, line);
    return;
  }
  if (draft.type !== null) throw new Error(`a second type: ${line}`);
  if (draft.samples.length > 0) throw new Error(`a type behind samples: ${line}`);
  if (!types.includes(rest)) throw new Error(`no type: ${line}`);
  draft.type = rest as ParsedMetric["type"];
}

function readSample(line: string): ParsedSample {
  const name = metricName.exec(line)?.[0];
  if (name === undefined) throw new Error(`no name of a metric: ${line}`);
  let rest = line.slice(name.length).trimStart();
  const labels: Record<string, string> = {};
  if (rest.startsWith("{")) {
    rest = rest.slice(1).trimStart();
    while (!rest.startsWith("}")) {
      const label = labelName.exec(rest)?.[0];
      if (label === undefined) throw new Error(`no name of a label: ${line}`);
      const quoted = /^[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*/.exec(rest.slice(label.length));
      if (quoted === null) throw new Error(`no value of a label: ${line}`);
      if (Object.hasOwn(labels, label)) throw new Error(`a label twice: ${line}`);
      labels[label] = unquote(quoted[1] ?? "", { n: "\n", "\\": "\\", '"': '"' }, line);
      rest = rest.slice(label.length + quoted[0].length);
      if (rest.startsWith(",")) rest = rest.slice(1).trimStart();
      else if (!rest.startsWith("}")) throw new Error(`labels that are not parted: ${line}`);
    }
    rest = rest.slice(1);
  } else if (/^[^ \t]/.test(line.slice(name.length))) throw new Error(`no value: ${line}`);
  const [value = "", timestamp, ...more] = rest.trim().split(/[ \t]+/);
  if (more.length > 0) throw new Error(`too much: ${line}`);
  if (timestamp !== undefined && !/^-?\d+$/.test(timestamp)) throw new Error(`no timestamp: ${line}`);
  return { name, labels, value: readValue(value, line) };
}

function readValue(text: string, line: string): number {
  if (text === "NaN") return Number.NaN;
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`no number: ${line}`);
  return Number(text);
}

function unquote(text: string, escapes: Readonly<Record<string, string>>, line: string): string {
  return text.replace(/\\(.?)/g, (_, letter: string) => {
    const meant = escapes[letter];
    if (meant === undefined) throw new Error(`no such escape: ${line}`);
    return meant;
  });
}
