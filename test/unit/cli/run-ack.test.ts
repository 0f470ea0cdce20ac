import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Invocation } from "../../../src/cli/invocation.ts";
import { type AckOptions, runAck } from "../../../src/cli/run-ack.ts";

/** As much of an invocation as is asked for before any report has been read. */
function ack(options: AckOptions, eventIds: readonly string[] = [], stdin = new Readable()) {
  const invocation = {
    nowMs: null,
    surroundings: { openStdin: () => stdin, cwd: "/" },
    loadConfig: async () => ({ leap: { baseUrl: "http://127.0.0.1:9" } }),
  };
  return runAck(invocation as unknown as Invocation, options, eventIds);
}

describe("ack", () => {
  it.each<[string, AckOptions, readonly string[], RegExp]>([
    ["nothing that was applied", { applied: true }, [], /^which remaps\? /],
    [
      "a reason for what was applied",
      { applied: true, reason: "r" },
      ["e"],
      /^--reason goes with --rejected$/,
    ],
    ["a reason for a file", { file: "f", reason: "r" }, [], /^--reason goes with --rejected$/],
    ["ids and a file", { applied: true, file: "f" }, ["e"], /one of them at a time$/],
    ["a file and a sequence", { file: "f", through: 3 }, [], /one of them at a time$/],
    ["a file and what it says", { file: "f", rejected: true }, [], /^a file says itself/],
    ["everything rejected", { through: 3, rejected: true }, [], /^--through goes with --applied/],
    ["everything, unsaid", { through: 3 }, [], /^--through goes with --applied/],
    ["a list and a report", { list: true }, ["e"], /^--list only lists/],
    ["a list and a file", { list: true, file: "f" }, [], /^--list only lists/],
    ["a state without a list", { state: "told" }, [], /go with --list$/],
    ["a limit without a list", { limit: 3 }, [], /go with --list$/],
  ])("refuses %s, and says what it takes", async (_, options, eventIds, message) => {
    await expect(ack(options, eventIds)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(message),
    });
  });

  it("does not wait for what nobody types: a terminal on stdin is refused", async () => {
    const terminal = Object.assign(new Readable(), { isTTY: true });
    await expect(ack({}, [], terminal)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(
        /^ack reads reports from stdin, and that is a terminal: pipe them in, or /,
      ),
    });
  });

  it.each([
    ["reports that are not text", Buffer.from([0x7b, 0xff, 0xfe]), /^stdin is not UTF-8 text/],
    ["more than it can hold", Buffer.alloc(64 * 1024 * 1024 + 1), /^stdin is larger than 64 MiB/],
  ])("refuses %s", async (_, bytes, message) => {
    await expect(ack({}, [], Readable.from([bytes]))).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringMatching(message),
    });
  });

  it("refuses a reason that is too long as it would in a file", async () => {
    await expect(ack({ rejected: true, reason: "x".repeat(2001) }, ["e"])).rejects.toMatchObject({
      kind: "usage",
      fields: { problems: ["report 1: its reason is longer than 2000 characters"] },
    });
  });
});
