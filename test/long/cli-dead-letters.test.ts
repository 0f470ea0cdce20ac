import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireLock, openDatabase } from "../../src/database/index.ts";
import { meter } from "../integration/small-database.ts";
import { openWebhookWorld, refuse, type WebhookWorld } from "../integration/webhook-world.ts";

let world: WebhookWorld;

beforeAll(async () => {
  world = await openWebhookWorld();
});
afterAll(() => world.close());

describe("an event that its receiver refuses", () => {
  it("is set aside for a person, while the others flow: exit 7, and the log names the command", async () => {
    world.answer = refuse(2);
    const { exitCode, stdout, messages } = await world.run("deliver");
    expect(exitCode, stdout).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      delivered: { "webhook:ems": 2 },
      due: { "webhook:ems": 0 },
      set_aside: { "webhook:ems": 1 },
      failures: [],
      acknowledgement: null,
    });
    expect(messages).toEqual(["1 event set aside: look at `meter-sync dead-letters`, then resend or drop"]);
  });

  it("is listed, and shown with the last answer, which cannot steer a terminal, and the event", async () => {
    const [list, table, json] = await Promise.all([
      world.run("dead-letters --sink ems"),
      world.run("dead-letter 2 --format table"),
      world.run("dead-letter 2"),
    ]);
    expect(JSON.parse(list.stdout)).toMatchObject([
      { sink: "webhook:ems", sequence: 2, subject: meter.plain, status: 422, waiting: 0 },
    ]);
    expect(table.stdout).toMatch(/^answer +cannot \\u001b\[2J read it$/m);
    expect(table.stdout).toContain('"effective_from": "2026-10-29"');
    expect(table.stdout).toContain("meter-sync resend 2 --sink webhook:ems");
    expect(JSON.parse(json.stdout)).toMatchObject({
      answer: "cannot \u001b[2J read it",
      event: { subject: meter.plain },
    });
  });

  it("counts as set aside, not as undelivered, and is not sent again by the way", async () => {
    const before = world.requests.length;
    expect((await world.run("deliver")).exitCode).toBe(7);
    expect(world.requests.length).toBe(before);
    const status = JSON.parse((await world.run("status")).stdout);
    expect(status).toMatchObject({ set_aside: 1, acknowledgement: null });
    expect(status.sinks[1]).toMatchObject({
      name: "webhook:ems",
      undelivered: 0,
      backlog: "ok",
      state: "ok",
    });
  });

  it("is sent again at once, and set aside again where it is refused again", async () => {
    const { exitCode, stdout } = await world.run("resend all --sink ems");
    expect(exitCode, stdout).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({ resent: 1, set_aside: { "webhook:ems": 1 } });
    expect(world.requests.at(-1)).toEqual({ id: "2".repeat(64), sequences: [2] });
  });

  it("is made due and left where that is asked for, until its receiver takes it", async () => {
    const { exitCode, stdout } = await world.run("resend 2 --later");
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { resent: 1 }]);
    expect(JSON.parse((await world.run("sinks")).stdout)[1]).toMatchObject({ undelivered: 1, set_aside: 0 });
    world.answer = () => ({ status: 204 });
    const delivered = await world.run("deliver");
    expect([delivered.exitCode, JSON.parse(delivered.stdout)]).toMatchObject([0, { set_aside: {} }]);
    expect(world.requests.at(-1)).toEqual({ id: "2".repeat(64), sequences: [2] });
  });
});

describe("dropping a dead letter", () => {
  beforeAll(async () => {
    const database = openDatabase(world.database);
    database.execute(
      `INSERT INTO delivery (sink, sequence, partitionkey, run_id, state) VALUES
         ('webhook:ems', 1, 'k', 'run-1', 'set_aside'), ('webhook:ems', 2, 'k', 'run-1', 'waiting')`,
    );
    database.close();
  });

  it("says what follows, and lets what waited behind it go", async () => {
    const { exitCode, stdout } = await world.run("drop 1 --format table");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^1 event dropped for good; 1 event that waited behind now due: `meter-sync del/);
    const delivered = JSON.parse((await world.run("deliver")).stdout);
    expect(delivered).toMatchObject({ delivered: { "webhook:ems": 1 }, set_aside: {} });
  });
});

describe("deciding on a dead letter or a sink", () => {
  it("exits 2 with one line where there is none of that name", async () => {
    const refusals = [
      ["resend 99", "no dead letter 99: nothing was changed"],
      ["dead-letter 99", "no dead letter 99: `meter-sync dead-letters` lists them"],
      ["enable nobody", "no sink nobody: there are file:/events.ndjson, webhook:ems"],
    ] as const;
    for (const [words, message] of refusals) {
      const { exitCode, stdout, messages } = await world.run(words);
      expect([words, exitCode, stdout]).toEqual([words, 2, ""]);
      expect(messages).toEqual([expect.stringContaining(message)]);
    }
  });

  it("exits 5 where another delivery keeps at it", async () => {
    const lock = acquireLock(`${world.database}.deliver.lock`, "a test");
    const { exitCode, messages } = await world.run("drop all");
    lock.release();
    expect([exitCode, messages.length]).toEqual([5, 1]);
    expect(messages[0]).toContain("another delivery is under way");
  });

  it("makes no database", async () => {
    const nowhere = { METER_SYNC_DATABASE: `${world.folder}/none.sqlite` };
    for (const words of ["sinks", "drop all"]) {
      const { exitCode, messages } = await world.run(words, nowhere);
      expect([words, exitCode]).toEqual([words, 2]);
      expect(messages).toEqual([expect.stringContaining("run `meter-sync sync` first")]);
    }
    expect(existsSync(nowhere.METER_SYNC_DATABASE)).toBe(false);
  });
});

describe("a sink whose receiver is gone for good", () => {
  it("is disabled, told in the report and by sinks, and is sent to again once it is enabled", async () => {
    const database = openDatabase(world.database);
    database.execute(
      `INSERT INTO event (sequence, id, type, subject, partitionkey, time_ms, run_id, event) VALUES
         (4, 'id-4', 'meter.archived', 'm', 'm', 0, 'run-1', '{"id":"id-4","sequence":"4"}');
       UPDATE stream SET last_sequence = 4`,
    );
    database.close();
    world.answer = () => ({ status: 410 });
    const gone = await world.run("deliver");
    expect(gone.exitCode).toBe(3);
    expect(JSON.parse(gone.stdout)).toMatchObject({ failures: [{ sink: "webhook:ems" }] });
    world.answer = () => ({ status: 204 });
    const before = world.requests.length;
    expect((await world.run("deliver")).exitCode).toBe(3);
    expect(world.requests.length).toBe(before);
    const sinks = await world.run("sinks --format table");
    expect(sinks.stdout).toMatch(/^webhook:ems .* disabled since .*410/m);
    const enabled = await world.run("enable ems");
    expect(JSON.parse(enabled.stdout)).toEqual({ sink: "webhook:ems", is_enabled: true });
    expect((await world.run("deliver")).exitCode).toBe(0);
    expect(world.requests.at(-1)?.sequences).toEqual([4]);
  });
});
