import { describe, expect, it } from "vitest";
import {
  toDeliveryLines,
  toDeliveryWarnings,
  toOverdueLines,
  toReplayLines,
} from "../../../src/cli/delivery-lines.ts";
import type { DeliveryReport } from "../../../src/delivery/index.ts";

const sound = delivery({ delivered: { stdout: 3 }, due: { stdout: 0 } });
const troubled = delivery({
  delivered: { stdout: 3, "webhook:ems": 0 },
  due: { stdout: 0, "webhook:ems": 120 },
  set_aside: { "webhook:ems": 2 },
  failures: [{ sink: "webhook:ems", message: "answered \u001b[2J" }],
});

describe("what the sinks took", () => {
  it("shows no column that says nothing", () => {
    const [heading] = toDeliveryLines(sound, 100).trim().split("\n");
    expect(heading?.split(/ {2,}/)).toEqual(["SINK", "DELIVERED", "STILL DUE", "FAILURE"]);
  });

  it("shows what is set aside, a backlog, and a failure that cannot steer a terminal", () => {
    const lines = toDeliveryLines(troubled, 100);
    expect(lines).toMatch(/^SINK +DELIVERED +STILL DUE +SET ASIDE +BACKLOG +FAILURE$/m);
    expect(lines).toMatch(/^webhook:ems +0 +120 +2 +full +answered \\u001b\[2J$/m);
  });
});

describe("what a person should know after a delivery", () => {
  it("is nothing where all went well", () => {
    const overdue = { unacknowledged: 4, overdue: 0, told: 0 };
    expect(toDeliveryWarnings(sound, overdue, 100)).toEqual([]);
    expect(toDeliveryWarnings(null, null, 100)).toEqual([]);
  });

  it("is one sentence each: a backlog, dead letters, what is overdue", () => {
    const overdue = { unacknowledged: 4, overdue: 1, told: 0 };
    const messages = toDeliveryWarnings(troubled, overdue, 100).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringMatching(/^webhook:ems is full: 120 events undelivered, METER_SYNC_BACKLOG_MAX is 100;/),
      "2 events set aside: look at `meter-sync dead-letters`, then resend or drop",
      expect.stringMatching(/^1 remap not reported as applied in time: `meter-sync status` names/),
    ]);
  });

  it("comes before a sink is full", () => {
    const [warning] = toDeliveryWarnings(troubled, null, 150);
    expect(warning).toMatchObject({ fields: { undelivered: 120, backlog: "filling" } });
  });
});

describe("remaps that wait for a report", () => {
  it("are not spoken of where nobody acknowledges", () => {
    expect(toOverdueLines(null)).toBe("");
  });

  it("are counted, with those told now", () => {
    const text = toOverdueLines({ unacknowledged: 5, overdue: 2, told: 1 });
    expect(text).toBe("\nRemaps: 5 not acknowledged yet, 2 overdue (1 told now)\n");
  });
});

describe("a replay", () => {
  it("says of a failed sink with which sequence to go on", () => {
    const failures = [{ sink: "webhook:b", message: "down", next_sequence: 17 }];
    const lines = toReplayLines({ replayed: { "webhook:a": 20, "webhook:b": 16 }, failures });
    expect(lines).toMatch(/^webhook:a +20 +- +-$/m);
    expect(lines).toMatch(/^webhook:b +16 +down +--from 17 --sink webhook:b$/m);
  });

  it("says nothing of failures where there are none", () => {
    expect(toReplayLines({ replayed: { stdout: 2 }, failures: [] })).toBe("SINK    SENT AGAIN\nstdout  2\n");
  });
});

function delivery(more: Partial<DeliveryReport>): DeliveryReport {
  return { delivered: {}, due: {}, set_aside: {}, failures: [], ...more };
}
