import { z } from "zod";
import { formatInstant, parseInstant } from "../time/index.ts";

/** One timeslot as Leap takes it in a test notification; what is left out there is `null` in its words. */
export type DrillSlot = {
  readonly market_group_event_id: string;
  readonly start_time: string;
  readonly end_time: string;
  readonly cancelled: boolean;
  readonly energy_kw?: number;
  readonly nomination_kw?: number;
  readonly performance_compensation_cap: string;
  readonly priority: number;
  readonly is_voluntary: boolean;
  readonly dispatch_event_types: readonly string[];
  readonly programs: readonly string[];
};

/** As Leap documents them. */
export const compensationCaps = ["up-to-site-load", "up-to-nomination", "grid-exports-allowed"] as const;
export const eventTypes = ["standard", "day-ahead", "hour-ahead", "5m", "capacity-test"] as const;
export const kilowattLimits = { min: 0.01, max: 100_000 } as const;
export const priorityLimits = { min: 1, max: 10 } as const;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

const kilowatts = (name: string) => {
  const { min, max } = kilowattLimits;
  const error = `its ${name} is no number from ${min} to ${max}; null, or left out, is as much as possible`;
  return z.number({ error }).min(min, { error }).max(max, { error }).nullish();
};

const instant = (name: string) => {
  const error = `its ${name} is no instant such as 2026-11-01T23:00:00Z`;
  return z
    .string({ error })
    .refine((text) => parseInstant(text) !== undefined, { error })
    .transform((text) => parseInstant(text) ?? Number.NaN);
};

const answer = (name: string) => z.boolean({ error: `its ${name} is neither true nor false` }).default(false);

const priorityError = `its priority is no whole number from ${priorityLimits.min} to ${priorityLimits.max}`;
const capError = `its performance_compensation_cap is none of ${compensationCaps.join(", ")}`;
const typesError = `its dispatch_event_types are no list of at least one of ${eventTypes.join(", ")}`;
const programsError = "its programs are no list of at least one name";

const slot = z
  .strictObject(
    {
      market_group_event_id: z
        .string({ error: "its market_group_event_id is no uuid" })
        .regex(uuid, { error: "its market_group_event_id is no uuid" })
        .optional(),
      start_time: instant("start_time"),
      end_time: instant("end_time"),
      cancelled: answer("cancelled"),
      energy_kw: kilowatts("energy_kw"),
      nomination_kw: kilowatts("nomination_kw"),
      performance_compensation_cap: z.enum(compensationCaps, { error: capError }).default("up-to-site-load"),
      priority: z
        .int({ error: priorityError })
        .min(priorityLimits.min, { error: priorityError })
        .max(priorityLimits.max, { error: priorityError })
        .default(1),
      is_voluntary: answer("is_voluntary"),
      dispatch_event_types: z
        .array(z.enum(eventTypes, { error: typesError }), { error: typesError })
        .min(1, { error: typesError })
        .refine(isDistinct, { error: "it has a dispatch_event_type twice" })
        .default(["standard"]),
      programs: z
        .array(z.string({ error: programsError }).trim().min(1, { error: programsError }), {
          error: programsError,
        })
        .min(1, { error: programsError })
        .refine(isDistinct, { error: "it has a program twice" })
        .optional(),
    },
    {
      error: (issue) =>
        issue.code === "unrecognized_keys"
          ? `it has fields that no timeslot has: ${issue.keys.slice(0, 5).join(", ")}`
          : "it is not an object",
    },
  )
  .refine((read) => !(read.end_time <= read.start_time), { error: "its end is not after its start" });

/** A timeslot as asked for, defaults filled in; what depends on its group is open still. */
export type AskedSlot = z.output<typeof slot>;

/** The timeslot, or everything that is wrong with it. */
export function parseDrillSlot(value: unknown): AskedSlot | readonly string[] {
  const parsed = slot.safeParse(value);
  if (parsed.success) return parsed.data;
  return [...new Set(parsed.error.issues.map(({ message }) => message))];
}

export function toDrillSlot(asked: AskedSlot, programs: readonly string[], eventId: string): DrillSlot {
  const { energy_kw, nomination_kw } = asked;
  return {
    market_group_event_id: eventId,
    start_time: formatInstant(asked.start_time),
    end_time: formatInstant(asked.end_time),
    cancelled: asked.cancelled,
    ...(energy_kw === null || energy_kw === undefined ? {} : { energy_kw }),
    ...(nomination_kw === null || nomination_kw === undefined ? {} : { nomination_kw }),
    performance_compensation_cap: asked.performance_compensation_cap,
    priority: asked.priority,
    is_voluntary: asked.is_voluntary,
    dispatch_event_types: asked.dispatch_event_types,
    programs,
  };
}

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
