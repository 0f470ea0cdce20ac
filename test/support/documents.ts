import { midnight } from "./calendar.ts";
import type { Entry } from "./scripted-leap.ts";

/** Made up: no id or name here belongs to anyone. */
export function meterId(number: number): string {
  return `5d1e0000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

export function groupId(name: string): string {
  return `6a2f0000-0000-4000-8000-${Buffer.from(name.slice(0, 6)).toString("hex").padStart(12, "0")}`;
}

/** A delivery period as people speak of it: local days, the last inclusive, null for ever. */
export type Stay = {
  readonly program?: string | null;
  readonly group: string | null;
  readonly from: string;
  readonly to?: string | null;
  readonly status?: string;
};

export type MeterSketch = {
  readonly number: number;
  readonly region?: string;
  readonly stays?: readonly Stay[];
  readonly status?: string;
  readonly reference?: string | null;
  readonly isArchived?: boolean;
  readonly preferences?: readonly object[];
  readonly addedAt?: string;
  /** Fields put over the document, whatever they are. */
  readonly extra?: Readonly<Record<string, unknown>>;
};

export function addedAtOf(number: number): string {
  return new Date(Date.UTC(2026, 0, 2) + number * 3_600_000).toISOString();
}

export function documentV2(sketch: MeterSketch) {
  const { number, region = "CAISO", stays = [], status = "ACTIVE" } = sketch;
  const addedAt = sketch.addedAt ?? addedAtOf(number);
  return {
    meter_id: meterId(number),
    partner_reference: sketch.reference === undefined ? `SITE ${number}` : sketch.reference,
    transmission_region: region,
    meter_type: "UTILITY_METER",
    tags: ["roof", "dock"],
    is_archived: sketch.isArchived ?? false,
    audit: { created_by: "LEAP", created_at: addedAt, updated_at: addedAt },
    global_enrollment_status: status,
    participation_preferences: sketch.preferences ?? [
      { participation_preference: "PARTICIPATE", start_time: addedAt },
    ],
    program_enrollment: stays.map((stay, place) => ({
      ...(stay.program === null ? {} : { program_identifier: stay.program ?? "CCA" }),
      delivery_period: `PERIOD_${place}`,
      delivery_period_start_date_time: midnight(stay.from, region),
      delivery_period_end_date_time:
        stay.to === null || stay.to === undefined
          ? "9000-12-31T23:59:59.999999999Z"
          : midnight(stay.to, region),
      enrollment_status: stay.status ?? status,
      enrollment_deadlines: [],
      ...(stay.group === null ? {} : { market_group_id: groupId(stay.group), market_group_name: stay.group }),
    })),
    required_actions: { partner: [], leap: [] },
    ...sketch.extra,
  };
}

/** v1 tells days, not periods. */
export function documentV1(sketch: MeterSketch, days: readonly string[]) {
  const { number, region = "CAISO", stays = [] } = sketch;
  const on = (date: string) =>
    stays.filter(({ from, to, group }) => group !== null && from <= date && (!to || date <= to));
  return {
    meter_id: meterId(number),
    partner_reference: sketch.reference === undefined ? `SITE ${number}` : sketch.reference,
    transmission_region: region,
    meter_type: "UTILITY_METER",
    tags: ["dock", "roof"],
    enrollment: {
      status: sketch.status ?? "Active",
      status_reasons: [],
      partner_preferred_action: "Participate",
    },
    participation: days.flatMap((date) =>
      [...new Set(on(date).map(({ group }) => group!))].map((group) => ({
        market_group_id: groupId(group),
        trade_date: midnight(date, region),
      })),
    ),
    ...sketch.extra,
  };
}

export function toEntry(sketch: MeterSketch): Entry {
  return { addedMs: Date.parse(sketch.addedAt ?? addedAtOf(sketch.number)), document: documentV2(sketch) };
}
