/** An event that its sink is to get next, as far as planning needs to know it. */
export type Candidate = {
  readonly sequence: number;
  readonly type: string;
  readonly partitionkey: string;
  readonly bytes: number;
  /** False where the sink's filter leaves it out. */
  readonly isWanted: boolean;
  /**
   * An earlier event of its key is neither settled nor dropped; or, for `sync.published`, another one of its
   * run is neither settled nor set aside.
   */
  readonly isBlocked: boolean;
};

export type BatchPlan<C extends Candidate> = {
  /** Sent together, in this order. */
  readonly taken: readonly C[];
  /** Wait behind an earlier one of their key. */
  readonly waiting: readonly C[];
  /** All up to here were looked at; `null` where none was. */
  readonly lastSequence: number | null;
};

/**
 * Fills one request from events in their order, until it is full. An event that is too large for any request
 * goes alone. Events about the run itself (`sync.*`) go alone, so that what they speak of is settled before.
 */
export function planBatch<C extends Candidate>(
  candidates: Iterable<C>,
  limits: { readonly eventCountMax: number; readonly bytesMax: number },
): BatchPlan<C> {
  const taken: C[] = [];
  const waiting: C[] = [];
  const blockedKeys = new Set<string>();
  let lastSequence: number | null = null;
  // The brackets of the array, and a comma for each event.
  let bytes = 1;
  for (const candidate of candidates) {
    const isBlocked = candidate.isBlocked || blockedKeys.has(candidate.partitionkey);
    if (candidate.isWanted && isBlocked) {
      waiting.push(candidate);
      blockedKeys.add(candidate.partitionkey);
    } else if (candidate.isWanted) {
      const isAlone = candidate.type.startsWith("sync.");
      const isFull = taken.length >= limits.eventCountMax || bytes + candidate.bytes + 1 > limits.bytesMax;
      // What waits is to be known as such before anything speaks of its run.
      if (isAlone && taken.length + waiting.length > 0) break;
      if (isFull && taken.length > 0) break;
      taken.push(candidate);
      bytes += candidate.bytes + 1;
      if (isAlone) return { taken, waiting, lastSequence: candidate.sequence };
    }
    lastSequence = candidate.sequence;
  }
  return { taken, waiting, lastSequence };
}
