import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseWebhookText } from "../../src/leap/index.ts";

const meterId = "AAAAAAAA-0000-4000-8000-000000000001";
const groupId = "BBBBBBBB-0000-4000-8000-000000000001";
const facts = { meter_id: meterId, transmission_region: "CAISO", partner_reference: "SITE-0042" };

function envelope(type: string, payload: object = {}, id = "E-1") {
  return { webhook_event_id: id, payload: { webhook_event_type: type, ...payload } };
}

/** The one webhook of a text, or its problems. */
function readOne(capture: unknown) {
  const { webhooks, problems } = parseWebhookText(JSON.stringify(capture));
  return problems.length > 0 ? problems : { ...webhooks[0], fact: JSON.parse(webhooks[0]?.fact ?? "null") };
}

const created = envelope("meter.created", facts);

describe("the forms that captures come in", () => {
  it("an envelope alone, beside a time, as body, and as the text of a body say the same", () => {
    const bare = readOne(created);
    expect(bare).toEqual({
      webhookEventId: "e-1",
      type: "meter.created",
      subject: meterId.toLowerCase(),
      fact: {},
      receivedAtMs: null,
    });
    const received_at = "2026-11-01T06:17:00.5Z";
    const timed = { ...bare, receivedAtMs: Date.UTC(2026, 10, 1, 6, 17, 0, 500) };
    expect(readOne({ received_at, ...created })).toEqual(timed);
    expect(readOne({ received_at, body: created })).toEqual(timed);
    expect(readOne({ received_at, body: JSON.stringify(created) })).toEqual(timed);
    expect(readOne({ received_at: timed.receivedAtMs, body: created })).toEqual(timed);
  });

  it("lines and a list are read alike, blank lines and a byte order mark passed over", () => {
    const other = envelope("meter.created", facts, "E-2");
    const lines = `\uFEFF\n${JSON.stringify(created)}\r\n\n${JSON.stringify(other)}\n`;
    const list = parseWebhookText(JSON.stringify([created, other]));
    expect(parseWebhookText(lines)).toEqual(list);
    expect(list.webhooks.map(({ webhookEventId }) => webhookEventId)).toEqual(["e-1", "e-2"]);
    expect(parseWebhookText(" \n")).toEqual({ webhooks: [], problems: [] });
  });

  it("what is no webhook is named by its line, the others are given all the same", () => {
    const lines = ["{", "[]", "{}", '{"webhook_event_id":"e"}', JSON.stringify(created), '{"body":"no"}'];
    lines.push(JSON.stringify({ ...created, received_at: "yesterday" }));
    lines.push(JSON.stringify({ webhook_event_id: "e", payload: {} }));
    const { webhooks, problems } = parseWebhookText(lines.join("\n"));
    expect(webhooks).toHaveLength(1);
    expect(problems.map((problem) => problem.slice(0, 6))).toEqual(
      [1, 2, 3, 4, 6, 7, 8].map((line) => `line ${line}`),
    );
  });

  it("of many problems the first are told, and how many more there are", () => {
    const { problems } = parseWebhookText("no\n".repeat(1000));
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe("and 950 more like these");
    expect(parseWebhookText("[1, ").problems).toEqual(["it begins like a JSON list, and is none"]);
  });

  it("epoch seconds are no instant of a capture", () => {
    expect(readOne({ received_at: 1_793_513_820, body: created })).toEqual([
      expect.stringMatching(/received_at/),
    ]);
  });
});

describe("what a webhook says", () => {
  it("a status, as Leap spells it", () => {
    const read = readOne(
      envelope("meter.enrollment.global-status.updated", { ...facts, global_enrollment_status: "NEW_ONE" }),
    );
    expect(read).toMatchObject({ subject: meterId.toLowerCase(), fact: { status: "NEW_ONE" } });
  });

  it("a preference with its window; for ever and left out are the same", () => {
    const set = { ...facts, participation_preference: "IDLE", start_time: "2026-11-01T07:00:00Z" };
    const fact = { preference: "IDLE", start_ms: Date.UTC(2026, 10, 1, 7), end_ms: null };
    const type = "meter.enrollment.participation-status.updated";
    expect(readOne(envelope(type, set))).toMatchObject({ fact });
    expect(readOne(envelope(type, { ...set, end_time: "9000-12-31T23:59:59.999999999Z" }))).toMatchObject({
      fact,
    });
    expect(readOne(envelope(type, { ...set, end_time: "2026-11-05T07:00:00Z" }))).toMatchObject({
      fact: { ...fact, end_ms: Date.UTC(2026, 10, 5, 7) },
    });
  });

  it("required actions by what makes them out, in one order and without descriptions", () => {
    const action = (code: string, deadline?: string) => ({
      program_identifier: "DEMAND",
      action_type: "DATA",
      action_code: code,
      action_description: "call Ms Example",
      ...(deadline === undefined ? {} : { enrollment_deadline_date_time: deadline }),
    });
    const read = (partner: readonly object[]) =>
      readOne(
        envelope("meter.enrollment.required-actions.updated", { ...facts, required_actions: { partner } }),
      );
    const fact = {
      partner: [
        ["DEMAND", null, "DATA", "A", null],
        ["DEMAND", null, "DATA", "B", Date.UTC(2026, 11, 1)],
      ],
    };
    expect(read([action("B", "2026-12-01T00:00:00Z"), action("A"), action("A")])).toMatchObject({ fact });
    expect(read([])).toMatchObject({ fact: { partner: [] } });
  });

  it("a group's period, and its meters as a digest", () => {
    const payload = {
      market_group_id: groupId,
      market_group_name: "PGXX_1",
      start_date_time: "2026-11-01T07:00:00Z",
      end_date_time: "2026-11-30T08:00:00Z",
      meter_ids: ["B", "a", "A"],
    };
    expect(readOne(envelope("meter.enrollment.group.updated", payload))).toMatchObject({
      subject: groupId.toLowerCase(),
      fact: {
        start_ms: Date.UTC(2026, 10, 1, 7),
        end_ms: Date.UTC(2026, 10, 30, 8),
        member_count: 2,
        members_sha256: createHash("sha256").update("a\nb\n").digest("hex"),
      },
    });
  });

  it("unknown types, fields and odd values are kept, never fatal (I11)", () => {
    const session = envelope("connect_session.updated", { partner_reference: "SITE-1", status: "CLOSED" });
    expect(readOne(session)).toMatchObject({ subject: "", fact: { status: "CLOSED" } });
    expect(readOne(envelope("meter.unheard.of", facts))).toMatchObject({
      type: "meter.unheard.of",
      subject: "",
    });
    expect(readOne(envelope("constructor", facts))).toMatchObject({ type: "constructor", subject: "" });
    const odd = { ...facts, global_enrollment_status: 7 };
    expect(readOne(envelope("meter.enrollment.global-status.updated", odd))).toMatchObject({
      fact: { unreadable: "global_enrollment_status" },
    });
    expect(readOne(envelope("meter.created", {}))).toMatchObject({
      subject: "",
      fact: { unreadable: "meter_id" },
    });
  });

  it("no header, reference or description of it is kept (I9)", () => {
    const actions = { partner: [{ action_code: "A", action_description: "call Ms Example" }] };
    const body = envelope("meter.enrollment.required-actions.updated", {
      ...facts,
      required_actions: actions,
    });
    const headers = { authorization: "Bearer not-to-be-kept" };
    const kept = JSON.stringify(parseWebhookText(JSON.stringify({ headers, body })).webhooks);
    for (const secret of ["not-to-be-kept", "SITE-0042", "Ms Example"]) expect(kept).not.toContain(secret);
  });
});
