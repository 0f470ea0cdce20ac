import type { Search } from "./filter.ts";

export type ApiVersion = "v1" | "v2";

export type SourcePage = {
  readonly documents: readonly unknown[];
  /** `null` on the last page. */
  readonly nextPosition: number | null;
};

/** Where the answers come from: the generated portfolio, or pages that were once recorded. */
export type MeterSource = {
  /** Which versions of the API it can answer. */
  readonly versions: readonly ApiVersion[];
  /** @param position where to go on: 0 for the first page, else a page's `nextPosition` */
  readonly searchPage: (
    search: Search,
    position: number,
    nowMs: number,
    version: ApiVersion,
  ) => Promise<SourcePage>;
  /** One meter as the API sends it, or undefined where it is not known. */
  readonly findMeter: (meterId: string, nowMs: number, version: ApiVersion) => Promise<unknown>;
  readonly meterCountAt: (nowMs: number) => number;
};
