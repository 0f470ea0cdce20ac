import type { DeliveryPeriod, Meter } from "../../../src/meter/index.ts";

const blank: Meter = {
  apiVersion: "v2",
  meterId: "m",
  partnerReference: "WAREHOUSE 7",
  transmissionRegion: "CAISO",
  meterType: "UTILITY_METER",
  tags: [],
  enrollmentStatus: "ACTIVE",
  dispatchable: true,
  isArchived: false,
  addedAt: null,
  preferences: [],
  requiredActions: [],
  actionRequired: false,
  programStatuses: [],
  deliveryPeriods: [],
  participation: null,
};

/** `[program, group or null, first instant, last instant or null]` */
export type Row = readonly [string, string | null, string, string | null];

export function meterV2(rows: readonly Row[], changes: Partial<Meter> = {}): Meter {
  const deliveryPeriods = rows.map(
    ([program, marketGroupId, start, end]): DeliveryPeriod => ({
      program,
      startMs: Date.parse(start),
      endMs: end === null ? null : Date.parse(end),
      marketGroupId,
      marketGroupName: null,
    }),
  );
  return { ...blank, deliveryPeriods, ...changes };
}

/** Entries as `[date, group]`; midnights in Los Angeles in summer unless the hour is given. */
export function meterV1(
  entries: readonly (readonly [string, string])[],
  changes: Partial<Meter> = {},
  midnight = "T07:00:00Z",
): Meter {
  return {
    ...blank,
    apiVersion: "v1",
    enrollmentStatus: "Active",
    participation: {
      kind: "dated",
      entries: entries.map(([date, marketGroupId]) => ({
        tradeDateMs: Date.parse(date.includes("T") ? date : `${date}${midnight}`),
        marketGroupId,
      })),
    },
    ...changes,
  };
}

/** v1's three days from `first` on; `-` is a day without an entry. */
export function threeDays(first: string, groups: string, changes: Partial<Meter> = {}): Meter {
  const firstMs = Date.parse(`${first}T00:00:00Z`);
  const entries = [...groups].flatMap((group, day): [string, string][] =>
    group === "-" ? [] : [[new Date(firstMs + day * 86_400_000).toISOString().slice(0, 10), group]],
  );
  return meterV1(entries, changes);
}
