import { type RequestFaults, remember } from "./fault-book.ts";
import type { SettledFault } from "./fault-kinds.ts";
import type { Search } from "./filter.ts";
import type { ApiVersion, MeterSource, SourcePage } from "./meter-source.ts";

/** A document as it is to be sent, or undefined where it is held back. */
type Screen = (document: unknown) => unknown;

/**
 * What one request is answered from once the faults have had their say: the same meters, fewer of them,
 * some twice, without their groups, or another account's.
 */
export function toFaultySource(
  source: MeterSource,
  toOther: (seed: number | null) => MeterSource,
  faults: RequestFaults,
): MeterSource {
  const other = faults.hit("other-account");
  const from = other === null ? source : toOther(other.seed);
  return {
    versions: from.versions,
    meterCountAt: from.meterCountAt,
    findMeter: async (meterId, nowMs, version) => {
      const document = await from.findMeter(meterId, nowMs, version);
      return document === undefined ? undefined : toScreen(faults, null)(document);
    },
    searchPage: async (search, position, nowMs, version) => {
      const screen = toScreen(faults, search);
      const moving = search.meterIds === null ? faults.hit("moving-meters") : null;
      const page =
        moving === null
          ? await from.searchPage(search, position, nowMs, version)
          : await readMovingPage(from, moving, faults, { search, position, nowMs, version });
      const documents = page.documents.map(screen).filter((document) => document !== undefined);
      return { documents, nextPosition: page.nextPosition };
    },
  };
}

/** @param search `null` where one meter is asked for by its id */
function toScreen(faults: RequestFaults, search: Search | null): Screen {
  const region = faults.hit("region-vanishes");
  const missing = faults.hit("missing-meters");
  const isLimited = search !== null && (search.addedFromUs !== null || search.addedToUs !== null);
  const hidden = isLimited ? faults.hit("hidden-meters") : null;
  const ungrouped = faults.hit("ungrouped");
  return (document) => {
    if (!isObject(document)) return document;
    const id = String(document.meter_id);
    if (region !== null && document.transmission_region === region.region) return undefined;
    if (missing !== null && faults.drawOf("missing-meters", id) < missing.share) return undefined;
    if (hidden !== null && faults.drawOf("hidden-meters", id) < hidden.share) return undefined;
    return ungrouped === null ? document : toUngrouped(document, ungrouped);
  };
}

function toUngrouped(document: object, { rows }: SettledFault<"ungrouped">): object {
  // v1 lists nothing but groups: without them nothing is left.
  if ("participation" in document) return { ...document, participation: [] };
  if (!("program_enrollment" in document) || !Array.isArray(document.program_enrollment)) return document;
  const bare = document.program_enrollment.map(
    ({ market_group_id: _id, market_group_name: _name, ...row }: Readonly<Record<string, unknown>>) => row,
  );
  return { ...document, program_enrollment: rows === "drop" ? [] : bare };
}

type PageQuestion = {
  readonly search: Search;
  readonly position: number;
  readonly nowMs: number;
  readonly version: ApiVersion;
};

/**
 * A page of a portfolio that moves under the reader: some meters of the page before come once more, in the
 * place of others, and some come on no page at all. Which ones is a meter's own draw.
 */
async function readMovingPage(
  source: MeterSource,
  fault: SettledFault<"moving-meters">,
  faults: RequestFaults,
  { search, position, nowMs, version }: PageQuestion,
): Promise<SourcePage> {
  const isIn = (document: unknown, least: number, below: number): boolean => {
    const draw = faults.drawOf("moving-meters", toId(document));
    return draw >= least && draw < below;
  };
  const again: unknown[] = [];
  for (const id of faults.chains.again.get(`${search.digest} ${position}`) ?? []) {
    const document = await source.findMeter(id, nowMs, version);
    if (document !== undefined) again.push(document);
  }
  const pageSize = Math.max(1, search.pageSize - again.length);
  const page = await source.searchPage({ ...search, pageSize }, position, nowMs, version);
  const own = page.documents.filter((document) => !isIn(document, 0, fault.skipped));
  if (page.nextPosition !== null) {
    const moved = own.filter((document) => isIn(document, fault.skipped, fault.skipped + fault.twice));
    const ids = moved.map(toId).slice(0, Math.floor(search.pageSize / 2));
    remember(faults.chains.again, `${search.digest} ${page.nextPosition}`, ids);
  }
  return { documents: [...again, ...own], nextPosition: page.nextPosition };
}

function toId(document: unknown): string {
  return isObject(document) ? String(document.meter_id) : "";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
