import { extractionVersion, toMeter } from "../../src/leap/index.ts";
import type { Meter } from "../../src/meter/index.ts";
import type { Extractor } from "../../src/sync/index.ts";

/** A later release, which reads some things of a meter in another way. */
export function later(change: Partial<Meter> | ((meter: Meter) => Partial<Meter>)): Extractor {
  return {
    version: extractionVersion + 1,
    toMeter: (document, apiVersion) => {
      const extraction = toMeter(document, apiVersion);
      if (extraction.meter === null) return extraction;
      const changed = typeof change === "function" ? change(extraction.meter) : change;
      return { ...extraction, meter: { ...extraction.meter, ...changed } };
    },
  };
}
