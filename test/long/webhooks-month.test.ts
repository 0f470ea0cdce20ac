import { expect, it, onTestFinished } from "vitest";
import { parseWebhookText } from "../../src/leap/index.ts";
import {
  type Finding,
  isToLookAt,
  openReconciliation,
  saveWebhooks,
} from "../../src/reconciliation/index.ts";
import {
  type CapturedWebhook,
  capture,
  startSimulator,
  type WebhookFault,
  type WebhookTruth,
  webhooksBetween,
} from "../../src/simulator/index.ts";
import { type Days, openDays } from "../support/run-days.ts";
import { readTwin } from "../support/twins.ts";
import { openWebhookOracle } from "../support/webhook-oracle.ts";
import { firstSeed, isBounded, walkSeeds } from "./budget.ts";

const hourMs = 3_600_000;
const startMs = Date.parse("2026-10-05T06:17:00Z");
const dayCount = 31;
const meterCount = isBounded ? 40 : 400;

/** What was named in all: a month in which nothing goes wrong shows nothing. */
const counted = { untold: 0, doubled: 0, late: 0, unordered: 0 };

const all: readonly WebhookFault[] = [
  { kind: "drop", rate: 0.1 },
  { kind: "double", rate: 0.1 },
  { kind: "late", rate: 0.15 },
  { kind: "reorder", rate: 0.5 },
];

it("each webhook dropped, doubled, late or out of order is named, and the snapshot is never wrong", {
  timeout: 3_600_000,
}, async () => {
  // The oracle excuses what cannot be known from outside, and may not know every excuse yet: where time is
  // short the same months are lived each time, and new ones where somebody looks.
  await walkSeeds("webhooks", walkMonth, isBounded ? 41 : firstSeed);
  process.stdout.write(`webhooks: named ${JSON.stringify(counted)}\n`);
  for (const count of [counted.untold, counted.doubled, counted.late]) expect(count).toBeGreaterThan(0);
});

async function walkMonth(seed: number): Promise<void> {
  const groupIds = seed % 2 === 0 ? "full" : "delta";
  const options = { seed, meterCount, startDate: "2026-09-20", nowMs: startMs, changeRate: 3 };
  const leap = await startSimulator(options);
  const [days, twin] = [openDays(leap), openDays(leap)];
  onTestFinished(async () => {
    days.close();
    twin.close();
    await leap.close();
  });
  const endMs = startMs + dayCount * 24 * hourMs;
  const truths = webhooksBetween(leap.portfolio, startMs, endMs, groupIds);
  const mixed = capture(truths, withSeed(all, seed)).webhooks;
  for (const [nowMs, mode] of planRuns(endMs)) {
    leap.setNow(nowMs);
    for (const each of [days, twin]) expect((await each.run(nowMs, { mode })).status).toBe("published");
    importText(
      days,
      mixed.filter(({ receivedAtMs }) => receivedAtMs <= nowMs),
      nowMs,
    );
    expect(readTwin(days.database)).toEqual(readTwin(twin.database));
  }
  judgeAll(days, truths, withSeed(all, seed), endMs);
  days.database.execute("DELETE FROM leap_webhook");
  const named = judgeAll(days, truths, [], endMs);
  expect(named.filter(isToLookAt)).toEqual([]);
  for (const fault of withSeed(all, seed)) {
    days.database.execute("DELETE FROM leap_webhook");
    judgeAll(days, truths, [{ ...fault, rate: 0.5 }], endMs);
  }
}

/** A sweep a day, and on every fourth day two polls. */
function planRuns(endMs: number): readonly (readonly [number, "sweep" | "poll"])[] {
  const runs: [number, "sweep" | "poll"][] = [];
  for (let day = 0; startMs + day * 24 * hourMs <= endMs; day++) {
    const sweepMs = startMs + day * 24 * hourMs;
    runs.push([sweepMs, "sweep"]);
    if (day % 4 !== 1 || sweepMs === endMs) continue;
    runs.push([sweepMs + 5 * hourMs, "poll"], [sweepMs + 13 * hourMs, "poll"]);
  }
  return runs;
}

function judgeAll(
  days: Days,
  truths: readonly WebhookTruth[],
  faults: readonly WebhookFault[],
  endMs: number,
): readonly Finding[] {
  const { webhooks } = capture(truths, faults);
  // Until long after the last sweep: what is late has come by then.
  const laterMs = endMs + 48 * hourMs;
  importText(days, webhooks, laterMs);
  const asked = { fromMs: startMs, toMs: laterMs, nowMs: laterMs };
  const findings = [...openReconciliation(days.database, asked).toFindings()];
  const oracle = openWebhookOracle(days.database, truths, webhooks);
  const idsOf = (isWanted: (finding: Finding) => boolean) =>
    findings
      .filter(isWanted)
      .map(({ webhook_event_id: id }) => id)
      .sort();
  const named = findings
    .filter(({ finding }) => finding === "no_webhook")
    .map(({ type, sequence }) => `${type} ${sequence}`);
  const untold = oracle.untold();
  expect(
    named.filter((name) => !untold.includes(name)),
    "no other is named",
  ).toEqual([]);
  expect(
    oracle.plainlyUntold().filter((name) => !named.includes(name)),
    "all are named",
  ).toEqual([]);
  expect(
    idsOf(({ flags }) => flags.includes("doubled")),
    "doubled",
  ).toEqual(oracle.doubled());
  const isLate = ({ flags, type }: Finding) => flags.includes("late") && oracle.isOfMeter(type);
  const late = oracle.late();
  const toldLate = idsOf(isLate);
  expect(
    late.filter((id) => !toldLate.includes(id)),
    "all are late",
  ).toEqual([]);
  expect(
    toldLate.filter((id) => !late.includes(id ?? "") && !oracle.mayBeLate(id ?? "")),
    "no other is late",
  ).toEqual([]);
  const isUnordered = ({ flags }: Finding) => flags.includes("out_of_order");
  const flagged = findings.filter(isUnordered);
  const isExcused = ({ webhook_event_id: id }: Finding) => oracle.mayBeOutOfOrder(id ?? "");
  expect(
    flagged.filter((each) => !isExcused(each)),
    "no other is out of order",
  ).toEqual([]);
  // Of what came after the last sweep nobody knows yet what took its place.
  const isSwept = ({ received_at: at }: Finding) => at !== null && Date.parse(at) < endMs;
  const inOrder = findings.filter(
    (each) => oracle.isOrdered(each.type) && isSwept(each) && !isUnordered(each),
  );
  const unordered = oracle.outOfOrder();
  expect(
    inOrder.filter((each) => unordered.includes(each.webhook_event_id ?? "")),
    "all are out of order",
  ).toEqual([]);
  for (const finding of findings) oracle.checkPair(finding);
  counted.untold += named.length;
  counted.doubled += oracle.doubled().length;
  counted.late += oracle.late().length;
  counted.unordered += flagged.length;
  return findings;
}

function withSeed(faults: readonly WebhookFault[], seed: number): readonly WebhookFault[] {
  return faults.map((fault) => ({ ...fault, seed }));
}

function importText(days: Days, webhooks: readonly CapturedWebhook[], nowMs: number): void {
  const lines = webhooks.map(({ receivedAtMs, body }) =>
    JSON.stringify({ received_at: new Date(receivedAtMs).toISOString(), body }),
  );
  const parsed = parseWebhookText(lines.join("\n"));
  expect(parsed.problems).toEqual([]);
  const imported = saveWebhooks(days.database, parsed.webhooks, nowMs);
  expect(imported.conflicting).toEqual([]);
}
