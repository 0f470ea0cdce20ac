import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { saveMark, withMark } from "../../src/cli/stream-mark.ts";
import { openDatabase } from "../../src/database/index.ts";
import type { AppendSink, Sink, WebhookSink } from "../../src/delivery/index.ts";
import { appendToOutbox, toEvent } from "../contract/outbox.ts";
import { openStreamFolder, type StreamFolder } from "./stream-folder.ts";

let at: StreamFolder;
beforeEach(() => {
  const opened = openStreamFolder();
  at = opened;
  return opened.remove;
});

describe("what a sink is given", () => {
  const marked = (): number => Number(at.readMark().sequence ?? 0);
  const signal = new AbortController().signal;

  /** Sinks of both kinds that note how far the mark was when they got something. */
  function openSinks(seen: [last: number, marked: number][]): [AppendSink, WebhookSink] {
    const note = (events: readonly { sequence: number }[]) =>
      void seen.push([events.at(-1)!.sequence, marked()]);
    const close = () => {};
    return [
      { kind: "append", name: "a", deliver: async (batch) => note(batch), lastHeld: () => null, close },
      {
        kind: "webhook",
        name: "b",
        startAt: 1,
        batchEventCountMax: 10,
        batchBytesMax: 1024,
        wants: () => true,
        send: async ({ events }) => {
          note(events);
          return { kind: "taken", status: 200, answer: null, message: null, retryAfterMs: null };
        },
        close,
      },
    ];
  }

  async function give([append, webhook]: readonly Sink[], sequence: number): Promise<void> {
    if (append?.kind !== "append" || webhook?.kind !== "webhook") throw new Error("other sinks than these");
    await append.deliver([toEvent(sequence)], signal);
    await webhook.send({ webhookId: "w", events: [toEvent(sequence)], sentAtMs: 0 }, signal);
  }

  it("is marked before, also what is published while it is served; no mark is taken back", async () => {
    const database = openDatabase(at.database);
    appendToOutbox(database, 1, 3);
    const seen: [number, number][] = [];
    const sinks = withMark(database, openSinks(seen), () => "m");
    expect(existsSync(`${at.database}.told`)).toBe(false);
    await give(sinks, 2);
    at.open((other) => appendToOutbox(other, 4, 9));
    await give(sinks, 3);
    await give(sinks, 4);
    await give(sinks, 1);
    expect(seen).toEqual([2, 2, 3, 3, 4, 4, 1, 1].map((last) => [last, last === 4 || last === 1 ? 9 : 3]));
    expect(saveMark(database, () => "n")).toBe(9);
    expect(at.readMark()).toEqual({ stream_id: "stream-1", sequence: 9, id: "id-9", mark: "m" });
    database.close();
  });

  it("is nothing where it cannot be marked, which says why and leaves the mark as it was", async () => {
    at.tell(3);
    const before = readFileSync(`${at.database}.told`, "utf8");
    const database = openDatabase(at.database);
    appendToOutbox(database, 4, 5);
    mkdirSync(`${at.database}.told.new`);
    const seen: [number, number][] = [];
    const [append, webhook] = withMark(database, openSinks(seen), () => "m") as [AppendSink, WebhookSink];
    const failure = expect.objectContaining({
      kind: "environment",
      message: expect.stringMatching(/cannot note in .*a\.sqlite\.told .*, so nothing is delivered: /),
    });
    await expect(append.deliver([toEvent(4)], signal)).rejects.toEqual(failure);
    const request = { webhookId: "w", events: [toEvent(4)], sentAtMs: 0 };
    await expect(webhook.send(request, signal)).rejects.toEqual(failure);
    expect(seen).toEqual([]);
    expect(readFileSync(`${at.database}.told`, "utf8")).toBe(before);
    rmSync(`${at.database}.told.new`, { recursive: true });
    await give([append, webhook], 4);
    expect(seen).toEqual([
      [4, 5],
      [4, 5],
    ]);
    database.close();
  });

  it("is nothing where the file or its mark was replaced meanwhile", async () => {
    at.tell(3);
    const database = openDatabase(at.database);
    appendToOutbox(database, 4, 5);
    const seen: [number, number][] = [];
    const sinks = withMark(database, openSinks(seen), () => "m");
    const other = JSON.stringify({ stream_id: "s", sequence: 9, id: null, mark: "m" });
    writeFileSync(`${at.database}.told`, other);
    await expect(give(sinks, 4)).rejects.toMatchObject({
      kind: "environment",
      message: expect.stringMatching(/replaced while it was in use .*: run again$/),
    });
    expect([seen, readFileSync(`${at.database}.told`, "utf8")]).toEqual([[], other]);
    database.close();
  });
});
