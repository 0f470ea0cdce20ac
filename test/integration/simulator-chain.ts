import type { RunningSimulator } from "../../src/simulator/index.ts";
import { ask, type Loose, search } from "../support/asked-simulator.ts";

export const v1Search = "/v1.1/account/sim-account/meters/search";

export type ReadPage = {
  readonly status: number;
  readonly meters: readonly Loose[];
  readonly ids: readonly string[];
  /** The token of the next page, `null` on the last. */
  readonly token: string | null;
};

/** One page of a search as a plain client has it. */
export async function readPage(
  simulator: RunningSimulator,
  filter: object = {},
  token: string | null = null,
  path: string = search,
): Promise<ReadPage> {
  const { status, body } = await ask(simulator, path, { ...filter, ...(token && { page_token: token }) });
  const meters: readonly Loose[] = body.meters ?? body.results ?? [];
  const ids = meters.map((meter) => String(meter.meter_id));
  return { status, meters, ids, token: body.next_page_token ?? null };
}

/** A chain of pages to its end, or so many of them. */
export async function readChain(
  simulator: RunningSimulator,
  filter: object = {},
  path: string = search,
  pageCountMax = 1000,
): Promise<readonly ReadPage[]> {
  const pages: ReadPage[] = [];
  let token: string | null = null;
  do {
    const page: ReadPage = await readPage(simulator, filter, token, path);
    pages.push(page);
    token = page.token;
  } while (token !== null && pages.length < pageCountMax);
  return pages;
}

/** The ids of a whole chain, in the order they came. */
export async function readIds(
  simulator: RunningSimulator,
  filter: object = {},
  path: string = search,
): Promise<readonly string[]> {
  return (await readChain(simulator, filter, path)).flatMap(({ ids }) => ids);
}

/** Which of these meters are found by id: as a list, as many at a time as may be asked for. */
export async function readListed(
  simulator: RunningSimulator,
  ids: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (let first = 0; first < ids.length; first += 1000)
    found.push(...(await readIds(simulator, { meter_ids: ids.slice(first, first + 1000) })));
  return found;
}

/** Which of these meters are found one by one: in v2 or in v1. */
export async function readSingly(
  simulator: RunningSimulator,
  ids: readonly string[],
  version: "v1" | "v2",
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of ids) {
    const path = version === "v2" ? `/v2/meters/${id}/enrollments` : v1Search.replace("search", id);
    const { status, body } = await ask(simulator, path, undefined, "GET");
    if (status === 200) found.push(String(body.meter_id));
  }
  return found;
}
