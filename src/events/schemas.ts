import { z } from "zod";

const date = z.iso.date().describe("A trade date: a calendar day in the market's time zone.");
const instant = z.iso.datetime().describe("An instant, ISO 8601 UTC.");
const id = z.string().min(1);
const text = z.string();

const meterIds = {
  meter_id: id.describe("Leap's meter id, lower case."),
  partner_reference: text.nullable(),
  transmission_region: text,
};

const status = z.object({ status: text.nullable(), dispatchable: z.boolean() });
const preference = z.object({ preference: text, start: instant.nullable(), end: instant.nullable() });
const archived = z.object({ is_archived: z.boolean() });
const missing = z.object({ is_missing: z.boolean() });

const action = z.object({
  party: z.enum(["partner", "leap"]).nullable(),
  program: text.nullable(),
  delivery_period: text.nullable(),
  type: text.nullable(),
  code: text.nullable(),
  deadline: instant.nullable(),
  description: text.nullable(),
});

const programStatus = z.object({
  program: text,
  delivery_period: text.nullable(),
  before: z.array(text),
  after: z.array(text),
});

const membership = z.object({
  member_count: z.int().min(0).describe("Distinct meters over all programs."),
  members_sha256: z
    .string()
    .length(64)
    .describe("sha-256, in hex, of the member ids in lower case, sorted, each followed by a newline."),
  version: z.int().min(0).describe("The number of group updates told for the group so far."),
});

const meter = z.object({
  meter_id: id,
  partner_reference: text.nullable(),
  transmission_region: text,
  meter_type: text.nullable(),
  tags: z.array(text),
  enrollment_status: text.nullable(),
  dispatchable: z.boolean(),
  participation_preference: preference.nullable(),
  action_required: z.boolean(),
  required_actions: z.array(action),
  program_statuses: z.array(
    z.object({ program: text, delivery_period: text.nullable(), statuses: z.array(text) }),
  ),
  participation_preferences: z.array(preference),
  delivery_periods: z.array(
    z.object({
      program: text,
      start: instant,
      end: instant.nullable(),
      market_group_id: text.nullable(),
      market_group_name: text.nullable(),
    }),
  ),
  is_archived: z.boolean(),
  added_at: text.nullable(),
});

const report = z
  .looseObject({
    run_id: id,
    mode: text,
    status: text,
    exit_code: z.int(),
    checksum: text.nullable(),
    trips: z.array(z.looseObject({ rule: text, explanation: text })),
  })
  .describe("The run report, as `run ID` prints it.");

const memberSet = membership.omit({ version: true });
const instants = { start_time: instant, end_time: instant.describe("Exclusive.") };

/** What a drift says of the timeslot, be it a group's or a meter's. */
const driftSlot = {
  dispatch_event_id: id.describe("Leap's id of the timeslot."),
  trade_date: date,
  ...instants,
  sent_at: instant.describe("Whose knowledge it was compared with: what was published by then."),
  sent_at_basis: z.enum(["received", "asked", "seen", "started"]).describe("Where that instant is from."),
  programs: z.array(text),
  dispatch_event_types: z.array(text),
  is_voluntary: z.boolean(),
  told_at: instant.nullable().describe("Since when what was dispatched is published; null: it is not."),
};

/** The `data` of every change event, by type: the one definition that schemas and tests are made from. */
export const eventData = {
  "meter.created": z.object({ ...meterIds, before: z.null(), after: meter }),
  "meter.enrollment.global-status.updated": z.object({ ...meterIds, before: status, after: status }),
  "meter.enrollment.program-status.updated": z.object({
    ...meterIds,
    changes: z.array(programStatus).min(1),
  }),
  "meter.enrollment.participation-status.updated": z.object({
    ...meterIds,
    before: preference.nullable(),
    after: preference.nullable(),
  }),
  "meter.enrollment.required-actions.updated": z.object({
    ...meterIds,
    added: z.array(action),
    changed: z.array(action.extend({ previous_deadline: instant.nullable() })),
    resolved: z.array(action),
    outstanding: z.array(action),
  }),
  "meter.partner-reference.updated": z.object({
    ...meterIds,
    before: text.nullable(),
    after: text.nullable(),
  }),
  "meter.group.remapped": z.object({
    ...meterIds,
    program: text.nullable(),
    kind: z.enum(["assigned", "moved", "unassigned"]),
    basis: z.enum(["announced", "revised"]),
    reason: z.enum(["missing", "withdrawn", "not_assigned_yet", "period_ended"]).nullable(),
    from_market_group_ids: z.array(id),
    to_market_group_ids: z.array(id),
    effective_from: date,
    effective_to: date.nullable().describe("Inclusive; null when it never ends."),
    lead_time_hours: z.number().describe("Hours to the start of the first trade date; negative once begun."),
  }),
  "meter.enrollment.group.updated": z.object({
    market_group_id: id,
    market_group_name: text.nullable(),
    effective_from: date,
    effective_to: date.nullable(),
    added_meter_ids: z.array(id),
    removed_meter_ids: z.array(id),
    part: z.int().min(1),
    parts: z.int().min(1),
    before: membership,
    after: membership,
  }),
  "group.remap.overdue": z.object({
    ...meterIds,
    program: text.nullable(),
    remap_event_id: id.describe("The id of the `meter.group.remapped` that nobody reports as applied."),
    remap_sequence: text.regex(/^\d{19}$/).describe("The sequence of that event."),
    from_market_group_ids: z.array(id),
    to_market_group_ids: z.array(id),
    effective_from: date,
    effective_to: date.nullable().describe("Inclusive; null when it never ends."),
    state: z.enum(["told", "rejected"]).describe("What the consumer had reported by then: nothing, or that."),
    reason: text.nullable().describe("The consumer's own words on a rejection."),
    told_at: instant,
    due_at: instant.describe("When it was to be reported as applied."),
    lead_time_hours: z.number().describe("Hours to the start of the first trade date; negative once begun."),
    before: z.object({ state: z.enum(["told", "rejected"]) }),
    after: z.object({ state: z.literal("overdue") }),
  }),
  "group.drift.detected": z.object({
    market_group_id: id,
    market_group_name: text.nullable(),
    ...driftSlot,
    verdict: z.enum(["late", "drift", "unknown_group"]),
    missing_here_count: z.int().min(0).describe("Dispatched and not published."),
    missing_there_count: z.int().min(0).describe("Published and not dispatched."),
    missing_here_meter_ids: z.array(id).max(1000).describe("The first 1000 of them, sorted."),
    missing_there_meter_ids: z.array(id).max(1000).describe("The first 1000 of them, sorted."),
    before: memberSet.describe("As published, and known when it was sent."),
    after: memberSet.describe("As dispatched."),
  }),
  "meter.drift.detected": z.object({
    meter_id: meterIds.meter_id,
    partner_reference: text.nullable(),
    transmission_region: text.nullable().describe("Null for a meter that is not known here."),
    ...driftSlot,
    verdict: z.enum(["late", "drift", "unknown_meter"]),
    before: z
      .object({ programs: z.array(text), market_group_ids: z.array(id) })
      .describe(
        "The groups it was published in for that date, as known when it was sent, and their programs.",
      ),
    after: z
      .object({ programs: z.array(text), market_group_ids: z.null() })
      .describe("The programs it was dispatched for; the dispatch of a meter names no group."),
  }),
  "meter.archived": z.object({ ...meterIds, before: archived, after: archived }),
  "meter.restored": z.object({ ...meterIds, before: archived, after: archived }),
  "meter.missing": z.object({ ...meterIds, before: missing, after: missing }),
  "meter.reappeared": z.object({ ...meterIds, before: missing, after: missing }),
  "portfolio.field.discovered": z.object({
    path: text.describe("Where in a meter's document, as `a.b[].c`."),
    type: z.enum(["string", "number", "boolean", "object", "array", "enum"]),
    value: text.nullable().describe("The new value of a field that had a few so far; null for a new field."),
    before: z.null(),
    after: text,
  }),
  "sync.published": z.object({ before: z.null(), after: report }),
  "sync.held": z.object({ before: z.null(), after: report }),
  "sync.failed": z.object({ before: z.null(), after: report }),
} as const;

export type EventType = keyof typeof eventData;
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>;

export const eventTypes = Object.keys(eventData) as readonly EventType[];

/** A whole change event: CloudEvents 1.0 with this stream's extensions. */
export function toEnvelopeSchema(type: EventType) {
  return z.object({
    specversion: z.literal("1.0"),
    id: z.string().length(64),
    source: z.string().startsWith("/meter-sync/"),
    type: z.literal(type),
    subject: id,
    time: instant,
    datacontenttype: z.literal("application/json"),
    dataschema: z.string(),
    sequence: z.string().regex(/^\d{19}$/),
    partitionkey: id,
    correlationid: id,
    streamid: id.describe(
      "Where it is not the one before, sequences are told again: read the snapshot anew.",
    ),
    data: eventData[type],
  });
}
