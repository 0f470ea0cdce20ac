import { describe, expect, it } from "vitest";
import { type DeliveryPass, noPass, toPassExit } from "../../../src/cli/delivering.ts";
import { toIntervalMs } from "../../../src/cli/follow-events.ts";
import { toReplayFilter } from "../../../src/cli/run-deliver.ts";
import { parseSequences } from "../../../src/cli/sink-decision.ts";
import { Failure } from "../../../src/failure/index.ts";

describe("the options of deliver", () => {
  it("ask for a usual delivery where there are none", () => {
    expect(toReplayFilter({})).toBeNull();
  });

  it("narrow a replay, all together", () => {
    const all = { from: 1, to: 9, since: 10, until: 20, type: ["a.*"], group: "ABC", sink: ["ems"] };
    expect(toReplayFilter({ replay: true, ...all })).toEqual({
      fromSequence: 1,
      toSequence: 9,
      sinceMs: 10,
      untilMs: 20,
      types: ["a.*"],
      marketGroupId: "abc",
    });
  });

  it.each([[{}], [{ sink: ["ems"] }]])("%j is too little for a replay", (options) => {
    expect(() => toReplayFilter({ replay: true, ...options })).toThrow("--replay takes at least one of");
  });

  it.each([[{ from: 1 }], [{ type: ["a"] }], [{ sink: ["ems"] }]])("%j needs --replay", (options) => {
    expect(() => toReplayFilter(options)).toThrow("give --replay with them");
  });
});

describe("the sequences of dead letters", () => {
  it.each([
    [["all"], "all"],
    [
      ["3", "0000000000000000012"],
      [3, 12],
    ],
  ])("%j are taken", (words, sequences) => {
    expect(parseSequences(words)).toEqual(sequences);
  });

  it.each([[["all", "3"]], [["0"]], [["3-5"]], [["1e3"]], [["9999999999999999999"]]])(
    "%j are refused",
    (words) => {
      expect(() => parseSequences(words)).toThrow("or the one word all");
    },
  );
});

describe("the options of following events", () => {
  it("look every second unless told", () => {
    expect(toIntervalMs({ formatAsked: null }, { follow: true })).toBe(1000);
    expect(toIntervalMs({ formatAsked: "ndjson" }, { follow: true, interval: 100 })).toBe(100);
  });

  it.each([
    ["csv", { follow: true }, "prints ndjson, not csv"],
    [null, { follow: true, interval: 99 }, "at least 100ms"],
    [null, { follow: true, interval: 2 ** 31 }, "at most 24d"],
    [null, { interval: 5000 }, "give both"],
  ] as const)("are refused: %s, %j", (formatAsked, options, message) => {
    expect(() => toIntervalMs({ formatAsked }, options)).toThrow(message);
  });
});

describe("the exit code of a delivery", () => {
  const delivered = { delivered: {}, due: { ems: 3 }, set_aside: {}, failures: [] };
  const overdue = { unacknowledged: 1, overdue: 1, told: 0 };
  const locked = new Failure("environment", "the file is locked");

  it.each<[string, Partial<DeliveryPass>, number]>([
    ["nothing was delivered", {}, 0],
    ["all went well", { delivery: delivered, acknowledgement: { ...overdue, overdue: 0 } }, 0],
    ["there are dead letters", { delivery: { ...delivered, set_aside: { ems: 1 } } }, 7],
    ["remaps are overdue", { delivery: delivered, acknowledgement: overdue }, 7],
    ["nobody could look for what is overdue", { delivery: delivered, overdueFailure: locked }, 3],
    [
      "a sink failed, too",
      { delivery: { ...delivered, failures: [{ sink: "ems", message: "" }] }, acknowledgement: overdue },
      3,
    ],
  ])("where %s", (_, pass, exitCode) => {
    expect(toPassExit({ ...noPass, ...pass })).toBe(exitCode);
  });
});
