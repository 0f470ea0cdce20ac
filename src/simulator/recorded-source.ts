import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../failure/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Search } from "./filter.ts";
import type { ApiVersion, MeterSource, SourcePage } from "./meter-source.ts";

type Recording = { readonly version: ApiVersion; readonly documents: readonly unknown[] };

/**
 * Answers from recorded pages: every `*.json` file of a folder, in the order of their names, is one
 * response body as someone once received it. The pages keep their order and their size; only ids are
 * remembered, pages are read again when they are asked for. Fails with kind `usage` where the folder is
 * missing, empty or holds something else.
 */
export async function openRecordedSource(folder: string): Promise<MeterSource> {
  const files = await listPages(folder);
  const pageOfMeter = new Map<string, number>();
  const versions = new Set<ApiVersion>();
  for (const [page, file] of files.entries()) {
    const recording = await readPage(file);
    versions.add(recording.version);
    for (const document of recording.documents) {
      const id = idOf(document);
      if (id !== undefined) pageOfMeter.set(id, page);
    }
  }
  if (versions.size > 1)
    throw new Failure("usage", `The recorded pages in ${folder} are of both v1 (results) and v2 (meters).`);
  return {
    versions: [...versions],
    searchPage: (search, position) => {
      if (search.meterIds === null) return readRecordedPage(files, search, position);
      // Asked for by id: one page, as Leap would answer.
      const pages = new Set(search.meterIds.flatMap((id) => pageOfMeter.get(id) ?? []));
      return readChosen(
        files.filter((_, page) => pages.has(page)),
        search,
      );
    },
    findMeter: async (meterId) => {
      const file = files[pageOfMeter.get(meterId.toLowerCase()) ?? -1];
      if (file === undefined) return undefined;
      const { documents } = await readPage(file);
      return documents.find((document) => idOf(document) === meterId.toLowerCase());
    },
    meterCountAt: () => pageOfMeter.size,
  };
}

/** A position is the number of the page. Page sizes that are asked for change nothing. */
async function readRecordedPage(
  files: readonly string[],
  search: Search,
  position: number,
): Promise<SourcePage> {
  const file = files[position];
  if (file === undefined) return { documents: [], nextPosition: null };
  const { documents } = await readPage(file);
  return {
    documents: documents.filter((document) => isInWindow(search, document)),
    nextPosition: position + 1 < files.length ? position + 1 : null,
  };
}

async function readChosen(files: readonly string[], search: Search): Promise<SourcePage> {
  const documents: unknown[] = [];
  for (const file of files) {
    const recording = await readPage(file);
    const isChosen = (document: unknown): boolean =>
      isInWindow(search, document) && (search.meterIds ?? []).includes(idOf(document) ?? "");
    documents.push(...recording.documents.filter(isChosen));
  }
  return { documents, nextPosition: null };
}

/** A meter that does not say when it was added belongs to the window that is open at its low end. */
function isInWindow(search: Search, document: unknown): boolean {
  const addedUs = addedUsOf(document);
  if (addedUs === undefined) return search.addedFromUs === null;
  if (search.addedFromUs !== null && addedUs < search.addedFromUs) return false;
  return search.addedToUs === null || addedUs <= search.addedToUs;
}

function addedUsOf(document: unknown): number | undefined {
  const audit = isObject(document) ? document.audit : undefined;
  const text = isObject(audit) ? audit.created_at : undefined;
  const instantMs = typeof text === "string" ? parseInstant(text) : undefined;
  if (typeof text !== "string" || instantMs === undefined) return undefined;
  return instantMs * 1000 + Number((/\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? "").padEnd(3, "0"));
}

function idOf(document: unknown): string | undefined {
  const id = isObject(document) ? document.meter_id : undefined;
  return typeof id === "string" ? id.toLowerCase() : undefined;
}

async function listPages(folder: string): Promise<readonly string[]> {
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new Failure("usage", `The folder of recorded pages cannot be read: ${folder}.`, { cause });
  }
  const pages = names.filter((name) => name.endsWith(".json")).sort();
  if (pages.length === 0)
    throw new Failure("usage", `The folder holds no recorded pages (*.json): ${folder}.`);
  return pages.map((name) => join(folder, name));
}

async function readPage(file: string): Promise<Recording> {
  let body: unknown;
  try {
    body = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new Failure("usage", `The recorded page cannot be read as JSON: ${file}.`, { cause });
  }
  if (isObject(body) && Array.isArray(body.meters)) return { version: "v2", documents: body.meters };
  if (isObject(body) && Array.isArray(body.results)) return { version: "v1", documents: body.results };
  throw new Failure("usage", `The recorded page holds neither "meters" nor "results": ${file}.`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
