import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/simulator/index.ts";
import {
  countPointReads,
  type FaultyDays,
  nextMs,
  openPublished,
  publishQuietly,
  refuseOnce,
} from "../integration/faulty-days.ts";
import type { DayOptions } from "../support/run-days.ts";
import { types } from "../support/six-meters.ts";
import { readChanges } from "../support/views.ts";

/** Some meters come on no page, and are there. */
const absent: Fault = { kind: "missing-meters", share: 0.04, on: "pages" };

async function openAbsent(options: DayOptions, fault: Fault): Promise<FaultyDays> {
  const faulty = await openPublished(options);
  faulty.leap.setFaults([absent, { ...fault, on: "ids" }], 2);
  return faulty;
}

const hitsOf = ({ leap }: FaultyDays): number => leap.faultCounts()[1]?.hitCount ?? 0;

describe.each(["v2", "v1"] as const)(
  "looking absent meters up by id, in %s, meets the fault",
  (apiVersion) => {
    test.each<Fault>([{ kind: "error-500" }, { kind: "reset" }, { kind: "throttle" }])(
      "%o once: asks again, and finds them",
      async (fault) => {
        const faulty = await openAbsent({ apiVersion }, { ...fault, times: 1 });
        const report = await publishQuietly(faulty.days);
        expect(hitsOf(faulty)).toBe(1);
        expect(report.meters.absent).toBeGreaterThan(5);
        expect(report.absence).toMatchObject({ looked_up: true, found: report.meters.absent });
      },
    );

    test.each<Fault>([{ kind: "error-500" }, { kind: "reset" }, { kind: "throttle" }])(
      "%o for good: exits 3, and tells nobody missing",
      async (fault) => {
        const faulty = await openAbsent({ apiVersion }, fault);
        expect(await refuseOnce(faulty, "environment", 3)).toMatch(/asked 2 times/);
      },
    );

    test("html: proves nothing, and tells nobody missing", async () => {
      const faulty = await openAbsent({ apiVersion }, { kind: "html" });
      const outcome = await faulty.days.run(nextMs).then(
        (report) => report.absence,
        () => null,
      );
      expect(outcome).not.toMatchObject({ looked_up: true });
      expect(countPointReads(faulty.leap)).toBeGreaterThan(0);
      expect(types(readChanges(faulty.days.database))).toEqual([]);
    });

    test("other-account: whom a stranger does not know is not missing", async () => {
      const faulty = await openAbsent({ apiVersion }, { kind: "other-account" });
      await faulty.days.run(nextMs).catch(() => null);
      expect(hitsOf(faulty)).toBeGreaterThan(0);
      expect(types(readChanges(faulty.days.database))).toEqual([]);
    });
  },
);

describe("looking absent meters up by id meets the fault", () => {
  test.each<Fault>([
    { kind: "empty-first-page" },
    // More are asked for than fit a page.
    { kind: "missing-token" },
    { kind: "repeated-token", page: 1 },
    { kind: "token-expiry", requests: 0 },
    { kind: "page-cap", size: 3 },
  ])("%o: who is there is never told missing", async (fault) => {
    const faulty = await openAbsent({ pageSize: 5 }, fault);
    const report = await faulty.days.run(nextMs).catch(() => null);
    expect(hitsOf(faulty)).toBeGreaterThan(0);
    expect(report?.meters.absent ?? 6).toBeGreaterThan(5);
    expect(types(readChanges(faulty.days.database))).toEqual([]);
    faulty.leap.setFaults([]);
    await publishQuietly(faulty.days);
  });
});
