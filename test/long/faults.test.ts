import { describe, expect, onTestFinished, test } from "vitest";
import { openLeapClient } from "../../src/leap/index.ts";
import type { Fault } from "../../src/simulator/index.ts";
import {
  type FaultyDays,
  openPublished,
  publishQuietly,
  refuseOnce,
  still,
} from "../integration/faulty-days.ts";
import { type DayOptions, toConfig } from "../support/run-days.ts";

/** What Leap, or the way to it, does to single requests; and what the user is told of it. */
const cases: readonly (readonly [Fault, RegExp])[] = [
  [{ kind: "throttle" }, /answered 429, asked 2 times.*METER_SYNC_CONCURRENCY/],
  [{ kind: "error-500" }, /answered 500, asked 2 times.*The next run tries again/],
  [{ kind: "reset" }, /no answer from 127\.0\.0\.1:\d+ \(.*\), asked 2 times.*the next run tries again/],
  [{ kind: "truncated-gzip" }, /no answer from .* asked 2 times.*the next run tries again/],
];

describe("a sweep that meets the fault", () => {
  test.each(cases)("%o once: asks again, and publishes", async (fault) => {
    const { leap, days } = await openPublished();
    leap.setFaults([{ ...fault, times: 1, after: 4 }]);
    const report = await publishQuietly(days);
    expect(leap.faultCounts()).toMatchObject([{ hitCount: 1 }]);
    expect(report.traffic).toMatchObject({ retries: 1, throttled: fault.kind === "throttle" ? 1 : 0 });
    expect(report.meters).toMatchObject({ returned: 300, absent: 0 });
  });

  test.each(cases)("%o for good: exits 3, publishes nothing, and says what to do", async (fault, said) => {
    const faulty = await openPublished();
    faulty.leap.setFaults([fault]);
    expect(await refuseOnce(faulty, "environment", 3)).toMatch(said);
  });

  test("slow-drip once: gives up on that answer, asks again, and publishes", async () => {
    const faulty = await openPublished();
    const { leap, days } = faulty;
    leap.setFaults([{ kind: "slow-drip", times: 1, after: 2 }]);
    const report = await publishQuietly(days, impatient(faulty));
    expect(leap.faultCounts()).toMatchObject([{ hitCount: 1 }]);
    expect(report.traffic).toMatchObject({ retries: 1 });
  });

  test("slow-drip for good: exits 3, publishes nothing, and says what to do", async () => {
    const faulty = await openPublished();
    faulty.leap.setFaults([{ kind: "slow-drip" }]);
    const said = await refuseOnce(faulty, "environment", 3, impatient(faulty));
    expect(said).toMatch(/no answer from .* \(ETIMEDOUT\), asked 2 times\. Check the network/);
  });

  test("throttle above so many at once: slows down, says so, and publishes", async () => {
    const { leap, days } = await openPublished(
      { concurrency: 8, pageSize: 34 },
      { ...still, meterCount: 2400, latencyMs: 5 },
    );
    leap.setFaults([{ kind: "throttle", above: 4 }]);
    const report = await publishQuietly(days);
    const hitCount = leap.faultCounts()[0]?.hitCount;
    expect(hitCount).toBeGreaterThan(0);
    expect(report.traffic).toMatchObject({ throttled: hitCount, retries: hitCount, concurrency_lowest: 4 });
  });

  test("html with status 200: exits 4 at once, publishes nothing, says who may have answered", async () => {
    const faulty = await openPublished();
    faulty.leap.setFaults([{ kind: "html", after: 2 }]);
    const asked = faulty.leap.requests.length;
    const said = await refuseOnce(faulty, "contract", 4);
    expect(said).toMatch(/answered HTML, not JSON\. Check that LEAP_BASE_URL .* no proxy/);
    expect(faulty.leap.requests.length - asked).toBeLessThan(60);
  });

  test("windows that were read before the fault are not read again", async () => {
    const { leap, days } = await openPublished({ concurrency: 1 });
    leap.setFaults([{ kind: "error-500", after: 14 }]);
    await days.run(leap.nowMs()).then(
      () => expect.unreachable(),
      () => undefined,
    );
    leap.setFaults([]);
    const asked = leap.requests.length;
    const report = await publishQuietly(days);
    expect(report.windows.resumed).toBe(1);
    expect(leap.requests.length - asked).toBeLessThan(report.pages);
  });
});

/** A client that waits for an answer no longer than it takes to see that none will come. */
function impatient({ leap, days }: FaultyDays): DayOptions {
  const config = toConfig(leap, days.path, {});
  const client = openLeapClient({
    apiVersion: "v2",
    baseUrl: leap.url,
    accountId: leap.accountId,
    credentials: { kind: "key", key: leap.apiKey },
    pageSize: 10,
    concurrency: config.concurrency,
    limits: {
      requestTimeoutMs: 1000,
      responseBytesMax: 1_000_000,
      attemptCountMax: 2,
      requestCountMax: config.requestCountMax,
      runTimeMaxMs: config.runTimeMaxMs,
    },
    random: () => 0,
    clock: { now: () => Date.now() },
  });
  onTestFinished(() => client.close());
  return { wrapLeap: () => client };
}
