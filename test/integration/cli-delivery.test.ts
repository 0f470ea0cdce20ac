import { beforeEach, describe, expect, it } from "vitest";
import { openWebhookWorld, refuse, type WebhookWorld } from "./webhook-world.ts";

/** The only remap of the small database begins on 29 October in Los Angeles, and is told a day before. */
const inTime = "2026-10-28T12:00:00Z";
const late = "2026-10-28T20:00:00Z";
const acknowledged = { METER_SYNC_ACKNOWLEDGED_BY: "webhooks" };

let world: WebhookWorld;

beforeEach(async () => {
  world = await openWebhookWorld();
  return () => world.close();
});

describe("deliver", () => {
  it("tells what is overdue before it delivers, once, and exits 7 as long as it is", async () => {
    const early = await world.run(`deliver --now ${inTime}`, acknowledged);
    expect([early.exitCode, JSON.parse(early.stdout)]).toMatchObject([
      0,
      { delivered: { "webhook:ems": 3 }, acknowledgement: { unacknowledged: 1, overdue: 0, told: 0 } },
    ]);
    const told = await world.run(`deliver --now ${late}`, acknowledged);
    expect([told.exitCode, JSON.parse(told.stdout)]).toMatchObject([
      7,
      { delivered: { "webhook:ems": 1 }, acknowledgement: { unacknowledged: 1, overdue: 1, told: 1 } },
    ]);
    expect(told.messages).toEqual([
      "1 remap not reported as applied in time: `meter-sync status` names the first",
    ]);
    const again = await world.run(`deliver --now ${late} --format table`, acknowledged);
    expect(again.exitCode).toBe(7);
    expect(world.requests.flatMap(({ sequences }) => sequences)).toEqual([1, 2, 3, 4]);
    expect(again.stdout).toContain("Remaps: 1 not acknowledged yet, 1 overdue\n");
    const status = await world.run(`status --now ${late} --format table`, acknowledged);
    expect(status.stdout).toMatch(/1 overdue; those .*\n.*\n2 +SITE-1 +DEMAND +2026-10-29 +delivered /);
  });

  it("names a sink with too much undelivered as full, and says what else it is", async () => {
    world.answer = () => ({ status: 410 });
    const full = { METER_SYNC_BACKLOG_MAX: "2" };
    const { exitCode, stdout, messages } = await world.run("deliver --format table", full);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^webhook:ems +0 +3 +full +webhook:ems is disabled/m);
    expect(messages.at(-1)).toMatch(
      /^webhook:ems is full: 3 events undelivered, METER_SYNC_BACKLOG_MAX is 2/,
    );
    const status = await world.run("status --format table", full);
    expect(status.stdout).toMatch(/^webhook:ems .* disabled since .*, full /m);
  });
});

describe("a run", () => {
  it("that fails delivers and tells what is overdue all the same, and keeps its own code", async () => {
    // What has no sequence is not an event: Leap itself is asked, and refuses the key.
    world.answer = ([event]) => ({ status: event?.sequence === undefined ? 401 : 204 });
    const { exitCode, messages } = await world.run(`sync --now ${late}`, {
      ...acknowledged,
      LEAP_API_KEY: "key",
    });
    expect(exitCode).toBe(2);
    const delivered = world.requests.flatMap(({ sequences }) => sequences).filter(Number.isFinite);
    expect(delivered).toEqual([1, 2, 3, 4, 5]);
    expect(messages).toContain(
      "1 remap not reported as applied in time: `meter-sync status` names the first",
    );
  });
});

describe("deliver --replay", () => {
  it("sends again what is asked for, with the ids it had, and leaves every place where it is", async () => {
    await world.run("deliver");
    world.requests.length = 0;
    const group = "11111111-0000-4000-8000-000000000001";
    const { exitCode, stdout } = await world.run(`deliver --replay --from 2 --group ${group} --sink ems`);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { replayed: { "webhook:ems": 1 }, failures: [] }]);
    expect(world.requests).toEqual([{ id: "2".repeat(64), sequences: [2] }]);
    const ofType = await world.run("deliver --replay --type sync.* --type meter.created --format table");
    expect(ofType.stdout).toMatch(/^webhook:ems +2$/m);
    expect(JSON.parse((await world.run("deliver")).stdout)).toMatchObject({
      delivered: { "webhook:ems": 0 },
    });
  });

  it("says from which sequence to go on where it fails, and exits 3", async () => {
    world.describe({ batch_events: 1 });
    await world.run("deliver");
    world.answer = refuse(2);
    const { exitCode, stdout, messages } = await world.run("deliver --replay --from 1");
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      replayed: { "webhook:ems": 1 },
      failures: [{ sink: "webhook:ems", next_sequence: 2 }],
    });
    expect(messages).toEqual([expect.stringMatching(/; go on with --from 2 --sink webhook:ems$/)]);
  });

  it("exits 2 where it would send everything, or to nobody", async () => {
    const everything = await world.run("deliver --replay");
    expect([everything.exitCode, everything.messages[0]]).toEqual([
      2,
      expect.stringContaining("`--from 1` is everything"),
    ]);
    const nobody = await world.run("deliver --replay --from 1 --sink file:/events.ndjson");
    expect([nobody.exitCode, nobody.messages]).toEqual([
      2,
      ["no sink file:/events.ndjson: there are webhook:ems"],
    ]);
  });
});
