import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { MeterChange, Remap } from "../../../src/diff/index.ts";
import {
  type EventContext,
  type EventType,
  type OverdueRemap,
  type StagedEvent,
  toEnvelopeSchema,
} from "../../../src/events/index.ts";

export const context: EventContext = {
  streamId: "3f0e0000-0000-4000-8000-000000000001",
  account: "default",
  runId: "run-1",
  nowMs: Date.parse("2026-10-30T16:00:00Z"),
};

export const remap: Remap = {
  type: "meter.group.remapped",
  program: "CCA",
  kind: "moved",
  basis: "announced",
  reason: null,
  fromMarketGroupIds: ["a"],
  toMarketGroupIds: ["b"],
  effectiveFrom: "2026-11-01",
  effectiveTo: null,
  leadTimeHours: 39,
};

export function makeRemap(changes: Partial<Remap> = {}): Remap {
  return { ...remap, ...changes };
}

/** Rejected by its consumer, and due since the beginning of time. */
export const overdueRemap: OverdueRemap = {
  eventId: "e",
  sequence: 7,
  data: {
    meter_id: "m",
    partner_reference: null,
    transmission_region: "CAISO",
    program: null,
    kind: "unassigned",
    basis: "announced",
    reason: "withdrawn",
    from_market_group_ids: ["a"],
    to_market_group_ids: [],
    effective_from: "2026-11-01",
    effective_to: null,
    lead_time_hours: 39,
  },
  state: "rejected",
  reason: "no such charger",
  toldAtMs: 0,
  dueAtMs: 0,
  startsAtMs: 0,
};

/** Nothing told before this run. */
export const nothingTold = () => 0;

/** The event as publishing writes it, its sequence in front: it must be valid, and nothing must be lost. */
export function readEvent(event: StagedEvent) {
  expect(event.body.startsWith('{"')).toBe(true);
  const sequence = "0000000000000000042";
  const published = JSON.parse(`{"sequence":"${sequence}",${event.body.slice(1)}`);
  const read = toEnvelopeSchema(event.type).strict().parse(published);
  expect(published.data).toEqual(read.data);
  expect([read.id, read.type, read.subject, read.partitionkey]).toEqual([
    event.id,
    event.type,
    event.subject,
    event.partitionkey,
  ]);
  return read as typeof read & { readonly data: Record<string, unknown> };
}

/** interface.md: the sha-256, in hex, of the member ids in lower case, sorted, each followed by a newline. */
export function digest(meterIds: readonly string[]): string {
  const text = [...meterIds].sort().map((meterId) => `${meterId.toLowerCase()}\n`);
  return createHash("sha256").update(text.join("")).digest("hex");
}

export type { EventType, MeterChange };
