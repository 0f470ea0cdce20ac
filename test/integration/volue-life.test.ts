import { describe, expect, onTestFinished, test } from "vitest";
import type { VolueEvent } from "../../src/simulator/index.ts";
import {
  curvesOf,
  openVolueLife,
  reportWords,
  toPayload,
  toUsageLine,
  type VolueLife,
} from "../support/volue-life.ts";

const now = "2026-10-26T10:00:00Z";

async function open(): Promise<VolueLife> {
  const life = await openVolueLife(now);
  onTestFinished(life.close);
  return life;
}

const listOf = async (life: VolueLife, ...words: string[]) =>
  JSON.parse((await life.run(["volue", "list", ...words, "--format", "json"])).stdout);

describe("reporting to Volue", () => {
  test("killed with a report under way: that one stays uncertain, the rest is sent once", async () => {
    const life = await open();
    const events = curvesOf(life, "2026-10-25").slice(0, 4);
    const file = life.write("usage.ndjson", events.map((event) => toUsageLine(event)).join(""));
    const [, , lost] = events;
    const killed = life.start(reportWords(file));
    life.door.watch = ({ place, stage, eventId }) => {
      if (place !== "report" || stage !== "answered" || eventId !== lost!.id) return "goes";
      killed.child.kill("SIGKILL");
      return "stays";
    };
    await killed.ended;
    const { volue } = life.simulator;
    expect(volue.reports.map(({ eventId }) => eventId)).toEqual(events.slice(0, 3).map(({ id }) => id));
    const { exitCode, stdout, stderr } = await life.start(reportWords(file)).ended;
    expect(exitCode, stderr).toBe(7);
    expect(volue.reports.map(({ eventId }) => eventId)).toEqual(events.map(({ id }) => id));
    const rows = JSON.parse(stdout) as { event_id: string; state: string }[];
    expect(rows.map(({ event_id: id, state }) => [id, state])).toEqual(
      events.map(({ id }) => [id, id === lost!.id ? "uncertain" : "reported"]),
    );
    expect(await listOf(life, "--state", "uncertain")).toMatchObject([{ event_id: lost!.id }]);
  });

  test("what Volue refuses is kept and shown by field, and sent again once it is put right", async () => {
    const life = await open();
    const event = limitOf(life, "LocationLPC", "2026-10-26");
    const file = life.write("reply.ndjson", toLine(event, "LocationLPCAcknowledgement", acknowledge(event)));
    life.simulator.volue.setAcknowledgementNames("guide");
    expect((await life.run(reportWords(file))).exitCode).toBe(2);
    const [kept] = await listOf(life, "--state", "refused");
    expect(kept).toMatchObject({
      event_id: event.id,
      status: 400,
      problem: { errors: { "payloads[0].payloadType": [expect.stringContaining("Acknowledgement")] } },
    });
    expect(life.simulator.volue.reports).toEqual([]);
    const spelling = { VOLUE_ACKNOWLEDGEMENT_TYPES: "acknowledged" };
    expect((await life.run(reportWords(file), spelling)).exitCode).toBe(0);
    expect(life.simulator.volue.reports).toHaveLength(1);
    expect(life.rows()).toMatchObject([{ state: "reported", attempt_count: 2 }]);
  });

  test("a refusal in a bare text is kept, too", async () => {
    const life = await open();
    const event = limitOf(life, "LocationLPC", "2026-10-26");
    const file = life.write("reply.ndjson", toLine(event, "LocationLPCAcknowledgement", acknowledge(event)));
    life.simulator.volue.setAcknowledgementNames("guide");
    life.simulator.volue.setFaults([{ kind: "plain-refusal" }]);
    const { exitCode, stdout } = await life.run(reportWords(file));
    expect(exitCode).toBe(2);
    expect(stdout).toContain("is no type of payload");
    const [kept] = await listOf(life);
    expect(kept).toMatchObject({
      state: "refused",
      problem: { detail: expect.stringContaining("payloads[0]") },
    });
  });

  test.each([
    ["swagger", "acknowledgement"],
    ["guide", "acknowledged"],
  ] as const)("all documented types of payload are taken, with the %s's names", async (names, spelling) => {
    const life = await open();
    const { volue } = life.simulator;
    volue.setAcknowledgementNames(names);
    const [curve] = curvesOf(life, "2026-10-25");
    const past = limitOf(life, "LocationLPC", "2026-10-25");
    const coming = limitOf(life, "LocationLPC", "2026-10-26");
    const resources = addResourceLimit(life);
    const text = [
      toUsageLine(curve!),
      toLine(past, "LocationEnergyUsage", useLocations(past)),
      toLine(coming, "LocationEnergyUsagePlan", planLocations(coming)),
      toLine(coming, "LocationLPCAcknowledgement", acknowledge(coming)),
      toLine(resources, "ResourceLPCAcknowledgement", decline(resources)),
    ];
    const file = life.write("all.ndjson", text.join(""));
    const { exitCode, stdout } = await life.run(reportWords(file), { VOLUE_ACKNOWLEDGEMENT_TYPES: spelling });
    expect(exitCode, stdout).toBe(0);
    const taken = volue.reports.map(({ eventId, body }) => [eventId, body]);
    const ending = names === "swagger" ? "Acknowledgement" : "Acknowledged";
    const sent = text.map((line) => JSON.parse(line.replace(/LPCAcknowledgement/g, `LPC${ending}`)));
    expect(taken).toHaveLength(5);
    expect(new Map(taken.map(([id, body]) => [`${id} ${typeOf(body)}`, body]))).toEqual(
      new Map(sent.map((body) => [`${body.eventId} ${typeOf(body)}`, body])),
    );
  });
});

const typeOf = (body: unknown) => (body as { payloads: { payloadType: string }[] }).payloads[0]!.payloadType;

/** The event of a kind whose hours are on a day. */
function limitOf({ simulator }: VolueLife, kind: string, day: string): VolueEvent {
  const found = simulator.volue.events.find(
    (event) =>
      event.payload.payloadType === kind &&
      toPayload(event).targets[0]!.points![0]!.timestamp.startsWith(day),
  );
  expect(found, `the simulated Volue has no ${kind} of ${day}`).toBeDefined();
  return found!;
}

function addResourceLimit({ simulator }: VolueLife): VolueEvent {
  const ids = { locationId: "location-1", meterPointId: "707057000012345678", resourceId: "charger-1" };
  const points = [{ maxPowerInKiloWatts: 4, timestamp: "2026-10-26T17:00:00+01:00" }];
  const targets = [{ ...ids, resolution: "01:00:00", points }];
  return simulator.volue.addEvent({ payloadType: "ResourceLPC", targets });
}

type Body = Readonly<Record<string, unknown>>;

const toLine = ({ id }: VolueEvent, payloadType: string, bodies: readonly Body[]) =>
  `${JSON.stringify({ eventId: id, payloads: bodies.map((body) => ({ payloadType, ...body })) })}\n`;

const toHours = (event: VolueEvent, kiloWattHours: number) =>
  toPayload(event).targets[0]!.points!.map(({ timestamp }) => ({ timestamp, kiloWattHours }));

function useLocations(event: VolueEvent): readonly Body[] {
  return toPayload(event).targets.map(({ locationId, meterPointId }) => {
    return { locationId, meterPointId, resolution: "01:00:00", points: toHours(event, 72) };
  });
}

function planLocations(event: VolueEvent): readonly Body[] {
  const series = { baseline: toHours(event, 80), flexibility: toHours(event, -8) };
  return toPayload(event).targets.map(({ locationId, meterPointId }) => {
    return { locationId, meterPointId, resolution: "01:00:00", ...series };
  });
}

function acknowledge(event: VolueEvent): readonly Body[] {
  const [first, ...others] = toPayload(event).targets.map(({ locationId, meterPointId }) => {
    return { locationId, meterPointId };
  });
  return [{ acknowledgedTargets: [first], declinedTargets: others }];
}

function decline(event: VolueEvent): readonly Body[] {
  const targets = toPayload(event).targets.map(({ resourceId, locationId, meterPointId }) => {
    return { resourceId, locationId, meterPointId };
  });
  return [{ acknowledgedTargets: [], declinedTargets: targets }];
}
