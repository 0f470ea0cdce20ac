import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import type { HttpOutcome } from "../../src/http/index.ts";
import {
  parseEvent,
  parseReports,
  sendReports,
  toExitCode,
  type VolueClient,
} from "../../src/volue/index.ts";
import { after, limitOfTwo, usageOf } from "./volue-cli.ts";

const given = parseReports(JSON.stringify([usageOf("e-1"), usageOf("e-2")])).given;

/** A database that does not wait for others, another hand on it, and a Volue that answers. */
function open(onSending: (hold: () => void) => void) {
  const folder = mkdtempSync(join(tmpdir(), "volue-unkept-"));
  const path = join(folder, "run.sqlite");
  const database = openDatabase(path, { busyTimeoutMs: 0 });
  const other = openDatabase(path);
  onTestFinished(() => {
    other.close();
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const bodies: string[] = [];
  const hold = () => void other.connection.exec("BEGIN IMMEDIATE");
  const client: VolueClient = {
    readEvent: async (eventId) => {
      const parsed = parseEvent({ id: eventId, payload: limitOfTwo }, eventId);
      return parsed.ok ? parsed.event : null;
    },
    prepareToken: async () => {},
    sendReport: async (body) => {
      bodies.push(body);
      onSending(hold);
      return toAnswer({ id: "volue-1" });
    },
    hide: (text) => text,
    close: () => {},
  };
  return { database, other, hold, bodies, send: () => send(client, database) };
}

function toAnswer(body: unknown): HttpOutcome {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const facts = { contentType: "application/json", location: null, retryAfter: null, serverDateMs: null };
  return { kind: "answer", answer: { status: 200, bytes, ...facts } };
}

function send(client: VolueClient, database: Database) {
  return sendReports(given, client, database, {
    host: "volue.test",
    spelling: "acknowledgement",
    isAgain: false,
    isDryRun: false,
    allowsGaps: false,
    isLateFine: false,
    allowsNegative: false,
    signal: new AbortController().signal,
    clock: { now: () => Date.parse(after) },
  });
}

test("a report whose answer cannot be kept is told with it, and no other one is sent", async () => {
  const { database, other, bodies, send } = open((hold) => hold());
  const rows = await send();
  expect(rows).toMatchObject([
    { state: "uncertain", sent: true, volue_id: "volue-1" },
    { state: "unsent", sent: false },
  ]);
  expect(rows[0]?.problems[0]?.message).toMatch(
    /^is reported as volue-1, and that is not kept: .*--reported`$/,
  );
  expect([toExitCode(rows), bodies.length]).toEqual([7, 1]);
  other.connection.exec("ROLLBACK");
  expect(database.prepare("SELECT state FROM volue_report").all()).toEqual([{ state: "sending" }]);
});

test("what cannot be kept as being sent is not sent, and every report is told of", async () => {
  const { hold, bodies, send } = open(() => {});
  hold();
  const rows = await send();
  expect(rows.map(({ state }) => state)).toEqual(["unsent", "unsent"]);
  expect([toExitCode(rows), bodies.length]).toEqual([3, 0]);
});
