import { describe, expect, it } from "vitest";
import { type Candidate, planBatch } from "../../../src/delivery/plan-batch.ts";

const limits = { eventCountMax: 4, bytesMax: 100 };

function candidate(sequence: number, partitionkey: string, more: Partial<Candidate> = {}): Candidate {
  return {
    sequence,
    partitionkey,
    type: "meter.created",
    bytes: 10,
    isWanted: true,
    isBlocked: false,
    ...more,
  };
}

function plan(candidates: readonly Candidate[], within = limits) {
  const { taken, waiting, lastSequence } = planBatch(candidates, within);
  return [taken.map(({ sequence }) => sequence), waiting.map(({ sequence }) => sequence), lastSequence];
}

describe("filling a request", () => {
  it("takes events in order until it is full, several of one key among them", () => {
    const all = [1, 2, 3, 4, 5].map((sequence) => candidate(sequence, "a"));
    expect(plan(all)).toEqual([[1, 2, 3, 4], [], 4]);
  });

  it("stays below the size of a body, brackets and commas counted", () => {
    const all = [1, 2, 3].map((sequence) => candidate(sequence, "a", { bytes: 48 }));
    expect(plan(all)).toEqual([[1, 2], [], 2]);
    const larger = [1, 2, 3].map((sequence) => candidate(sequence, "a", { bytes: 49 }));
    expect(plan(larger, { ...limits, bytesMax: 101 })).toEqual([[1, 2], [], 2]);
    expect(plan(larger)).toEqual([[1], [], 1]);
  });

  it("sends an event alone that is larger than any request may be", () => {
    expect(plan([candidate(1, "a", { bytes: 1000 }), candidate(2, "b")])).toEqual([[1], [], 1]);
    expect(plan([candidate(1, "b"), candidate(2, "a", { bytes: 1000 })])).toEqual([[1], [], 1]);
  });

  it("passes over what the sink does not want", () => {
    const unwanted = { isWanted: false };
    expect(plan([candidate(1, "a", unwanted), candidate(2, "b", unwanted)])).toEqual([[], [], 2]);
    expect(plan([candidate(1, "a", unwanted), candidate(2, "a"), candidate(3, "b", unwanted)])).toEqual([
      [2],
      [],
      3,
    ]);
  });

  it("lets what is blocked wait, and what follows on its key, and takes the others (I6)", () => {
    const all = [
      candidate(1, "a", { isBlocked: true }),
      candidate(2, "b"),
      candidate(3, "a"),
      candidate(4, "c"),
    ];
    expect(plan(all)).toEqual([[2, 4], [1, 3], 4]);
  });

  it("sends events about a run alone", () => {
    const published = candidate(2, "sync", { type: "sync.published" });
    expect(plan([candidate(1, "a"), published])).toEqual([[1], [], 1]);
    expect(plan([published, candidate(3, "a")])).toEqual([[2], [], 2]);
  });

  it("says nothing of a run before it is known what of it waits", () => {
    const published = candidate(2, "sync", { type: "sync.published" });
    expect(plan([candidate(1, "a", { isBlocked: true }), published])).toEqual([[], [1], 1]);
  });

  it("has nothing to say of nothing", () => {
    expect(plan([])).toEqual([[], [], null]);
  });
});
