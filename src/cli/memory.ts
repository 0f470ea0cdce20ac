import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a run needs at a time, page after page, is about half of this. */
const usedBytesMax = 64 * 1024 * 1024;

/** Garbage may pile up to this much beside what is in use. */
const usedFactor = 2;

/**
 * Keeps a long run small. Where a machine has memory to spare V8 lets garbage pile up, and most of a page is
 * outside of its heap, where it hardly counts; so it is collected as soon as there is much of it. Call what
 * is returned between two pages. Costs about a tenth of the processor time and saves a quarter of the memory
 * (200,000 meters).
 */
export function openMemoryKeeper(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let bytesMax = usedBytesMax;
  return () => {
    if (toUsedBytes() <= bytesMax) return;
    collect();
    // What is still in use is no garbage: many pages under way must not be looked through again and again.
    bytesMax = Math.max(usedBytesMax, toUsedBytes() * usedFactor);
  };
}

function toUsedBytes(): number {
  const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
  return heapBytes + externalBytes;
}
