import { z } from "zod";
import type { JsonObject } from "../meter/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Dispatch, DispatchLevel } from "./dispatch.ts";
import { type Field, flag, lenient, list, text } from "./fields.ts";

/** What a timeslot itself says, whoever it is for. */
export type Slot = Omit<Dispatch, "level" | "targetId" | "meterIds" | "test" | "receivedAtMs">;

/** A number, or its digits; JSON can spell numbers beyond all that there are. */
const quantity = lenient(
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\s*-?\d+(\.\d+)?\s*$/)
        .transform(Number),
    ])
    .refine(Number.isFinite),
);

const timeslot = z.looseObject({
  market_group_event_id: text,
  meter_event_id: text,
  start_time: text,
  end_time: text,
  cancelled: flag,
  is_voluntary: flag,
  energy_kw: quantity,
  nomination_kw: quantity,
  priority: quantity,
  performance_compensation_cap: text,
  dispatch_event_types: list,
  programs: list,
});

/** As long as a search reaches: no dispatch lasts longer. */
const slotLengthMaxMs = 31 * 86_400_000;

/** One timeslot, or why it cannot be read. Only what it is about and when decides that (I11). */
export function toSlot(value: JsonObject, level: DispatchLevel): Slot | string {
  const row = timeslot.parse(value);
  const name = level === "group" ? "market_group_event_id" : "meter_event_id";
  const eventId = toId(row[name].value);
  if (eventId === null) return `it has no ${name}`;
  const startMs = toInstant(row.start_time);
  if (startMs === undefined) return "its start_time is no instant";
  const endMs = toInstant(row.end_time);
  if (endMs === undefined) return "its end_time is no instant";
  if (endMs <= startMs) return "its end is not after its start";
  if (endMs - startMs > slotLengthMaxMs) return "it is longer than 31 days";
  return {
    eventId,
    startMs,
    endMs,
    isCancelled: row.cancelled.value ?? false,
    isVoluntary: row.is_voluntary.value ?? false,
    energyKw: row.energy_kw.value,
    nominationKw: row.nomination_kw.value,
    priority: row.priority.value,
    compensationCap: row.performance_compensation_cap.value,
    eventTypes: toTexts(row.dispatch_event_types),
    programs: toTexts(row.programs),
  };
}

const idLengthMax = 200;

/** An id in lower case, `null` where it is none. */
export function toId(value: unknown): string | null {
  const id = typeof value === "string" ? value.trim().toLowerCase() : "";
  return id === "" || id.length > idLengthMax ? null : id;
}

function toInstant(field: Field<string>): number | undefined {
  return parseInstant(field.value?.trim() ?? "");
}

/** The texts of a list in the order they came, each once. */
function toTexts(field: Field<readonly unknown[]>): readonly string[] {
  return [...new Set((field.value ?? []).filter((item) => typeof item === "string"))];
}
