import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/failure/index.ts";
import { openFaultBook } from "../../../src/simulator/fault-book.ts";
import { type Fault, type FaultKind, faultKinds } from "../../../src/simulator/index.ts";

/** Which of the first requests a fault hits, in their order. */
function hitsOf(fault: Fault, seed: number, count = 400): readonly number[] {
  const book = openFaultBook([fault], seed);
  const requests = Array.from({ length: count }, () => book.open("pages", 1));
  return requests.filter(({ hit }) => hit(fault.kind) !== null).map(({ requestNumber }) => requestNumber);
}

function refusalOf(faults: unknown, seed: number = 1): string {
  try {
    openFaultBook(faults as readonly Fault[], seed);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).kind).toBe("usage");
    return (error as Failure).message;
  }
  throw new Error("it was taken");
}

describe("which requests a fault hits", () => {
  test("is the same for the same seed, another for another seed and another for another kind", () => {
    const hits = hitsOf({ kind: "reset", rate: 0.3 }, 7);
    expect(hitsOf({ kind: "reset", rate: 0.3 }, 7)).toEqual(hits);
    expect(hitsOf({ kind: "reset", rate: 0.3 }, 8)).not.toEqual(hits);
    expect(hitsOf({ kind: "html", rate: 0.3 }, 7)).not.toEqual(hits);
  });

  test("is about the share that was asked for, and none or all at the ends", () => {
    for (const rate of [0.02, 0.3, 0.9]) {
      const share = hitsOf({ kind: "throttle", rate }, 3, 5000).length / 5000;
      expect(Math.abs(share - rate)).toBeLessThan(0.03);
    }
    expect(hitsOf({ kind: "throttle", rate: 0 }, 3)).toEqual([]);
    expect(hitsOf({ kind: "throttle" }, 3)).toHaveLength(400);
  });

  test("is bounded by times, and begins behind after", () => {
    expect(hitsOf({ kind: "html", times: 2 }, 1)).toEqual([1, 2]);
    expect(hitsOf({ kind: "html", times: 2, after: 5 }, 1)).toEqual([6, 7]);
    const rare = hitsOf({ kind: "html", rate: 0.1 }, 1);
    expect(hitsOf({ kind: "html", rate: 0.1, times: 3 }, 1)).toEqual(rare.slice(0, 3));
  });

  test("does not depend on what other faults stand beside it, but two of a kind draw apart", () => {
    const book = openFaultBook(
      [
        { kind: "html", rate: 0.5 },
        { kind: "reset", rate: 0.3 },
      ],
      7,
    );
    const hits = Array.from({ length: 400 }, () => book.open("pages", 1))
      .filter(({ hit }) => hit("reset") !== null)
      .map(({ requestNumber }) => requestNumber);
    expect(hits).toEqual(hitsOf({ kind: "reset", rate: 0.3 }, 7));
    const twice = openFaultBook(
      [
        { kind: "reset", rate: 0.5 },
        { kind: "reset", rate: 0.5 },
      ],
      7,
    );
    for (let count = 0; count < 400; count++) twice.open("pages", 1).hit("reset");
    const [first, second] = twice.counts().map(({ hitCount }) => hitCount);
    expect(Math.abs(first! - 200)).toBeLessThan(50);
    expect(Math.abs(second! - 100)).toBeLessThan(40);
  });

  test("can be only those for pages, or only those for meters by id", () => {
    const book = openFaultBook(
      [
        { kind: "reset", on: "ids" },
        { kind: "html", on: "pages" },
      ],
      1,
    );
    const seen = (["pages", "ids", "other"] as const).map((asked) => {
      const { hit } = book.open(asked, 1);
      return [hit("reset") !== null, hit("html") !== null];
    });
    expect(seen).toEqual([
      [false, true],
      [true, false],
      [false, false],
    ]);
  });

  test("begins anew where faults are set anew, and stays as it was where those make no sense", () => {
    const book = openFaultBook([{ kind: "reset", times: 1 }], 4);
    expect(book.open("pages", 1).hit("reset")).not.toBeNull();
    expect(book.open("pages", 1).hit("reset")).toBeNull();
    expect(() => book.set([{ kind: "reset", rate: 7 }])).toThrow(Failure);
    expect(() => book.set([], 0.5)).toThrow(Failure);
    expect(book.counts()).toMatchObject([{ fault: { kind: "reset", times: 1 }, hitCount: 1 }]);
    expect(book.open("pages", 1).requestNumber).toBe(3);
    book.set([{ kind: "reset", times: 1 }]);
    expect(book.seed()).toBe(4);
    expect(book.open("pages", 1)).toMatchObject({ requestNumber: 1 });
    expect(book.counts()).toMatchObject([{ hitCount: 0 }]);
  });
});

describe("a fault that is asked for", () => {
  test.each(Object.keys(faultKinds) as FaultKind[])("%s needs no more than its name", (kind) => {
    const [count] = openFaultBook([{ kind }], 1).counts();
    expect(count?.fault).toMatchObject({ kind, rate: 1, times: null, after: 0, on: "all" });
    expect(faultKinds[kind].says).toMatch(/^.{10,90}$/);
  });

  test("may spell its options in three ways", () => {
    for (const name of ["retryAfterSeconds", "retry-after-seconds", "retry_after_seconds"]) {
      const asked = [{ kind: "throttle", [name]: 2 }] as readonly Fault[];
      expect(openFaultBook(asked, 1).counts()[0]?.fault).toMatchObject({ retryAfterSeconds: 2 });
    }
  });

  test.each<[string, unknown, RegExp]>([
    ["no list", { kind: "reset" }, /list of at most 100/],
    ["a list without an end", Array.from({ length: 101 }, () => ({ kind: "reset" })), /at most 100/],
    ["no fault", [null], /a fault without a kind is none of throttle, /],
    ["an unknown kind", [{ kind: "toString" }], /"toString" is none of throttle, /],
    ["an unknown option", [{ kind: "html", page: 1 }], /html has no "page", only rate, times, after, on/],
    ["an option of every object", [{ kind: "html", constructor: 1 }], /html has no "constructor"/],
    ["a rate above 1", [{ kind: "html", rate: 1.01 }], /html takes rate from 0 to 1/],
    ["a rate in words", [{ kind: "html", rate: "often" }], /html takes rate from 0 to 1/],
    ["no times at all", [{ kind: "html", times: 0 }], /times as a whole number from 1/],
    ["half a byte's pause", [{ kind: "slow-drip", pauseMs: 0.5 }], /pause-ms as a whole number/],
    ["a region nobody knows", [{ kind: "region-vanishes", region: "MOON" }], /region CAISO or ERCOT/],
    ["a number for a word", [{ kind: "ungrouped", rows: 1 }], /rows keep or drop/],
    ["nothing for a number", [{ kind: "page-cap", size: null }], /size as a whole number from 1 to 500/],
  ])("with %s is refused in one clear line", (_, faults, message) => {
    const said = refusalOf(faults);
    expect(said).toMatch(message);
    expect(said).not.toContain("\n");
  });

  test("says every problem at once", () => {
    const said = refusalOf([{ kind: "html", rate: 2, times: -1 }, { kind: "nothing" }]);
    expect(said).toMatch(/html takes rate .*; html takes times .*; "nothing" is none of /);
  });

  test.each([-1, 0.5, 2 ** 31 + 1, Number.NaN])("with the seed %s is refused", (seed) => {
    expect(refusalOf([], seed)).toMatch(/fault seed must be a whole number/);
  });
});
