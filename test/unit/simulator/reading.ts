/** What a stranger to the simulator reads out of its documents: written without its code. */
export type V2Row = {
  readonly program_identifier: string;
  readonly delivery_period: string;
  readonly delivery_period_start_date_time: string;
  readonly delivery_period_end_date_time: string;
  readonly enrollment_status: string;
  readonly market_group_id?: string;
  readonly [key: string]: unknown;
};

export type V2Meter = {
  readonly meter_id: string;
  readonly transmission_region: string;
  readonly partner_reference?: string;
  readonly load_types: readonly string[];
  readonly tags: readonly string[];
  readonly customer_group: string;
  readonly is_archived: boolean;
  readonly audit: { readonly created_at: string; readonly updated_at: string };
  readonly global_enrollment_status: string;
  readonly participation_preferences: readonly { readonly start_time: string; readonly end_time?: string }[];
  readonly program_enrollment: readonly V2Row[];
  readonly required_actions: { readonly partner: readonly object[]; readonly leap: readonly object[] };
  readonly [key: string]: unknown;
};

export type V1Meter = {
  readonly meter_id: string;
  readonly transmission_region: string;
  readonly enrollment: { readonly status: string };
  readonly participation: readonly { readonly market_group_id: string; readonly trade_date: string }[];
};

export const zones: Readonly<Record<string, string>> = {
  CAISO: "America/Los_Angeles",
  WECC_PC: "America/Los_Angeles",
  ERCOT: "America/Chicago",
  SERC: "America/Chicago",
  NYISO: "America/New_York",
  ISONE: "America/New_York",
  PJM: "America/New_York",
  WECC_SW: "America/Phoenix",
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD HH:MM:SS` on the wall in a zone. */
export function wallClock(zone: string, instant: string | number): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    formats.set(zone, format);
  }
  return format.format(typeof instant === "string" ? Date.parse(instant) : instant);
}

export function localDate(zone: string, instant: string | number): string {
  return wallClock(zone, instant).slice(0, 10);
}

export function isForever(instant: string): boolean {
  return instant.startsWith("9000-") || instant.startsWith("2099-");
}

export function nextDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Program → groups of a v2 meter on a local day. */
export function v2GroupsOn(meter: V2Meter, date: string): ReadonlyMap<string, ReadonlySet<string>> {
  const zone = zones[meter.transmission_region] ?? "UTC";
  const groups = new Map<string, Set<string>>();
  for (const row of meter.program_enrollment) {
    const end = row.delivery_period_end_date_time;
    if (row.market_group_id === undefined) continue;
    if (date < localDate(zone, row.delivery_period_start_date_time)) continue;
    if (!isForever(end) && date > localDate(zone, end)) continue;
    const known = groups.get(row.program_identifier) ?? new Set();
    groups.set(row.program_identifier, known.add(row.market_group_id));
  }
  return groups;
}

/** `group date` of every entry of a v1 meter, sorted. */
export function v1Entries(meter: V1Meter): readonly string[] {
  const zone = zones[meter.transmission_region] ?? "UTC";
  return meter.participation.map((e) => `${e.market_group_id} ${localDate(zone, e.trade_date)}`).sort();
}
