import type { MeterTruth } from "../../src/simulator/index.ts";
import { addDays, localDate, meantDate, zoneOf } from "./calendar.ts";
import type { Face, Says } from "./oracle-views.ts";

/** What the simulator's own truth says of a meter. */
export function saysOfTruth(truth: MeterTruth): Says {
  return {
    version: "v2",
    answered: [],
    meterId: truth.meterId,
    region: truth.region,
    zone: truth.zone,
    groupsOn: (date) => collect(truth.groupsOn(date).map((row) => [row.program, row.marketGroupId] as const)),
    isListedWithoutGroup: (program, date) =>
      truth.rows.some(
        (row) =>
          row.program === program &&
          row.marketGroupId === null &&
          row.firstDate <= date &&
          (row.lastDate === null || date <= row.lastDate),
      ),
  };
}

type Row = {
  readonly program_identifier?: string;
  readonly delivery_period?: string;
  readonly enrollment_status?: string;
  readonly delivery_period_start_date_time: string;
  readonly delivery_period_end_date_time?: string;
  readonly market_group_id?: string;
};

export type RawV2 = {
  readonly meter_id: string;
  readonly transmission_region: string;
  readonly program_enrollment: readonly Row[];
  readonly partner_reference?: string | null;
  readonly is_archived?: boolean;
  readonly global_enrollment_status?: string;
};

/** What a v2 document says, taken from its raw rows. */
export function saysOfV2(document: RawV2): Says {
  const region = document.transmission_region;
  const zone = zoneOf(region);
  const rows = document.program_enrollment.map((row) => ({
    program: row.program_identifier ?? "unknown",
    group: row.market_group_id?.toLowerCase() ?? null,
    from: meantDate(Date.parse(row.delivery_period_start_date_time), zone),
    to: toEnd(row.delivery_period_end_date_time, zone),
  }));
  const on = (date: string) => rows.filter(({ from, to }) => from <= date && (to === null || date <= to));
  return {
    version: "v2",
    answered: [],
    meterId: document.meter_id.toLowerCase(),
    region,
    zone,
    groupsOn: (date) =>
      collect(on(date).flatMap(({ program, group }) => (group === null ? [] : [[program, group] as const]))),
    isListedWithoutGroup: (program, date) =>
      on(date).some((row) => (program === "*" || row.program === program) && row.group === null),
    text: JSON.stringify(document),
    face: toFaceV2(document),
  };
}

function toFaceV2(document: RawV2): Face {
  const statuses = new Map<string, Set<string>>();
  for (const row of document.program_enrollment) {
    const key = JSON.stringify([row.program_identifier ?? "unknown", row.delivery_period ?? null]);
    statuses.set(key, (statuses.get(key) ?? new Set()).add(row.enrollment_status ?? ""));
  }
  return {
    status: document.global_enrollment_status ?? null,
    reference: document.partner_reference ?? null,
    isArchived: document.is_archived ?? false,
    programs: JSON.stringify([...statuses].map(([key, set]) => [key, [...set].sort()]).sort()),
  };
}

function toEnd(text: string | undefined, zone: string): string | null {
  if (text === undefined || /^(9000|2099)-/.test(text)) return null;
  return meantDate(Date.parse(text), zone);
}

export type RawV1 = {
  readonly meter_id: string;
  readonly transmission_region: string;
  readonly partner_reference?: string | null;
  readonly enrollment?: { readonly status: string };
  readonly participation: readonly { readonly market_group_id: string; readonly trade_date: string }[];
};

/** What a v1 document says; its one program is the empty text. */
export function saysOfV1(document: RawV1): Says {
  const region = document.transmission_region;
  const zone = zoneOf(region);
  const entries = document.participation.map(
    (entry) => [meantDate(Date.parse(entry.trade_date), zone), entry.market_group_id] as const,
  );
  return {
    version: "v1",
    answered: entries.map(([day]) => day),
    meterId: document.meter_id.toLowerCase(),
    region,
    zone,
    groupsOn: (date) =>
      collect(entries.filter(([day]) => day === date).map(([, group]) => ["", group.toLowerCase()] as const)),
    isListedWithoutGroup: () => false,
    face: {
      status: document.enrollment?.status ?? null,
      reference: document.partner_reference ?? null,
      isArchived: false,
      programs: "[]",
    },
  };
}

function collect(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [program, group] of [...pairs].sort()) {
    const groups = found.get(program) ?? [];
    if (!groups.includes(group)) groups.push(group);
    found.set(program, groups.sort());
  }
  return found;
}

/** The local day of an instant in a region, a number of days on. */
export function dayIn(region: string, instantMs: number, days = 0): string {
  return addDays(localDate(instantMs, zoneOf(region)), days);
}
