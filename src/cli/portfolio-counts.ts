import { setImmediate as nextTurn } from "node:timers/promises";
import type { PortfolioCounts } from "../metrics/index.ts";
import { loadPortfolioPart, type Reader } from "../reader/index.ts";

const meterCountPerPart = 1000;

type Counted = { readonly key: string; readonly counts: Promise<PortfolioCounts> };

/** The last counts of this process: between two publications they do not change. */
let counted: Counted | null = null;

/**
 * Counts over the portfolio as of the publication that `key` names, counted once. It takes seconds where
 * there are hundreds of thousands of meters, and whoever else this process serves is served meanwhile.
 */
export async function countPortfolio(reader: Reader, key: string): Promise<PortfolioCounts> {
  if (counted?.key === key) return counted.counts;
  const counting: Counted = { key, counts: countAll(reader) };
  counted = counting;
  try {
    return await counting.counts;
  } catch (error) {
    if (counted === counting) counted = null;
    throw error;
  }
}

async function countAll(reader: Reader): Promise<PortfolioCounts> {
  let total: PortfolioCounts = { meters: 0, dispatchable: 0, actionRequired: 0, archived: 0, missing: 0 };
  for (let afterKey = 0; ; ) {
    const part = loadPortfolioPart(reader, afterKey, meterCountPerPart);
    if (part.lastKey === null) return total;
    afterKey = part.lastKey;
    total = {
      meters: total.meters + part.meters,
      dispatchable: total.dispatchable + part.dispatchable,
      actionRequired: total.actionRequired + part.actionRequired,
      archived: total.archived + part.archived,
      missing: total.missing + part.missing,
    };
    await nextTurn();
  }
}
