import type { ReportFacts, ReportGroup } from "../../../src/reader/index.ts";
import { madeUpDays, madeUpId, madeUpTotal } from "./made-up-parts.ts";
import { madeUpHeldRun, madeUpRun, madeUpSink } from "./made-up-runs.ts";

export const generatedAt = "2026-10-07T08:15:00.000Z";
const today = Date.parse(generatedAt);

const groupNames = [
  "PG&E · SUBLAP_PGEB · October",
  "PG&E · SUBLAP_PGSI · October",
  "SCE · SUBLAP_SCEC · October",
  "SCE · SUBLAP_SCEW · October",
  "SDG&E · SUBLAP_SDG1 · October",
  "ERCOT · LZ_HOUSTON · October",
  "ERCOT · LZ_NORTH · October",
  "ERCOT · LZ_WEST · October",
  "NYISO · Zone J · October",
  "NYISO · Zone K · October",
  "PJM · PECO · October",
  "PJM · PPL · October",
] as const;

/** A portfolio on an ordinary day: fresh, some meters to see to, some remaps under way. */
export function madeUpFacts(): ReportFacts {
  const groups = groupNames.map(toGroup);
  const tradeDates = ["2026-10-07", "2026-10-08", "2026-10-09", "2026-10-10"];
  return {
    ...emptyFacts(),
    status: madeUpStatus(),
    acknowledgement: { ...emptyFacts().acknowledgement, told: 12, delivered: 85, applied: 260, rejected: 3 },
    enrollment: madeUpEnrollment(),
    actions: madeUpActions(),
    groups: {
      trade_dates: tradeDates,
      totals: tradeDates.map((_, day) => madeUpTotal(day)),
      groups: groups.map((group, place) => ({
        ...group,
        programs: place % 4 === 3 ? ["CAISO_RA", "CAISO_DR"] : [place > 4 ? "ERCOT_ERS" : "CAISO_RA"],
        members: tradeDates.map((_, day) => (place === 9 && day > 1 ? 0 : toMembers(place, day))),
      })),
      others: 2,
    },
    remaps: madeUpRemaps(groups, tradeDates),
    runs: Array.from({ length: 30 }, (_, place) => madeUpRun(place, today - place * 86_400_000)),
  };
}

/** A file in which no run has begun. */
export function emptyFacts(): ReportFacts {
  return {
    generated_at: generatedAt,
    status: {
      info: null,
      last_run: null,
      held_run: null,
      last_sweep: null,
      last_poll: null,
      polls: { cursor: null, last_audit: null },
      sinks: [],
      counts: { meters: 0, dispatchable: 0, action_required: 0, archived: 0, missing: 0 },
    },
    acknowledgement: {
      told: 0,
      delivered: 0,
      applied: 0,
      rejected: 0,
      superseded: 0,
      overdue: 0,
      first_overdue: [],
    },
    acknowledged_by: ["webhook:ems"],
    enrollment: { standing: [], moves_since: "2026-09-07T08:15:00.000Z", moves: [], days: [] },
    actions: { meters: 0, counts: [], others: 0, first: [] },
    groups: { trade_dates: [], totals: [], groups: [], others: 0 },
    remaps: { from_trade_date: "2026-10-07", remaps: 0, flows: [], others: 0, others_of_last_date: 0 },
    runs: [],
  };
}

/** Made-up facts with a run that waits for a person, a sink that is down and remaps that are overdue. */
export function troubledFacts(): ReportFacts {
  const facts = madeUpFacts();
  const overdue = [1, 2, 3].map((place) => ({
    sequence: 7_000 + place,
    event_id: madeUpId("e", place),
    meter_id: madeUpId("a", place),
    partner_reference: `site-00${place}`,
    program: "CAISO_RA",
    from_market_group_ids: [madeUpId("9", 0)],
    to_market_group_ids: [madeUpId("9", 1)],
    effective_from: "2026-10-08",
    effective_to: null,
    state: place === 2 ? ("rejected" as const) : ("delivered" as const),
    is_overdue: true,
    told_at: "2026-10-04T06:20:00.000Z",
    due_at: "2026-10-07T07:00:00.000Z",
    reported_at: place === 2 ? "2026-10-05T09:00:00.000Z" : null,
    reason: place === 2 ? "the site controller is offline" : null,
    overdue_at: "2026-10-07T07:05:00.000Z",
  }));
  return {
    ...facts,
    status: {
      ...facts.status,
      held_run: madeUpHeldRun(today),
      sinks: [
        madeUpSink("webhook:ems", { undelivered: 412, set_aside: 7, failure_count: 9 }),
        madeUpSink("stdout"),
      ],
    },
    acknowledgement: { ...facts.acknowledgement, overdue: 3, first_overdue: overdue },
  };
}

function toGroup(name: string, place: number): ReportGroup {
  return { market_group_id: madeUpId("9", place), market_group_name: place === 7 ? null : name };
}

function toMembers(place: number, day: number): number {
  return Math.max(
    4,
    1_900 - place * 170 + (place % 3 === 0 ? day * 25 : 0) - (place % 4 === 1 ? day * 12 : 0),
  );
}

function madeUpStatus(): ReportFacts["status"] {
  return {
    ...emptyFacts().status,
    info: {
      api_version: "v2",
      account: "acme-flexibility",
      stream_id: "3f0f6a52-8a61-4a40-9d6e-0a2f86e3b8c1",
      last_sequence: 41_207,
      first_sequence: 1,
      history_known_from: null,
      history_gone_through: null,
      published_at: "2026-10-07T06:21:44.000Z",
      horizons: {
        CAISO: { first: "2026-10-07", last: "2026-10-10" },
        ERCOT: { first: "2026-10-07", last: "2026-10-10" },
        NYISO: { first: "2026-10-07", last: "2026-10-10" },
      },
    },
    last_run: madeUpRun(0, today),
    last_sweep: "2026-10-07T06:21:44.000Z",
    last_poll: "2026-10-06T20:00:12.000Z",
    sinks: [madeUpSink("webhook:ems")],
    counts: { meters: 9_842, dispatchable: 8_647, action_required: 431, archived: 310, missing: 14 },
  };
}

function madeUpEnrollment(): ReportFacts["enrollment"] {
  const days = madeUpDays(today, 31);
  return {
    standing: [
      ...standing("CAISO", [5_210, 402, 130, 61]),
      ...standing("ERCOT", [2_377, 210, 88, 20]),
      ...standing("NYISO", [1_060, 61, 40, 9]),
      { transmission_region: "PJM", enrollment_status: null, dispatchable: false, meters: 174 },
    ],
    moves_since: "2026-09-07T08:15:00.000Z",
    moves: days.flatMap((day, place) => [
      move(day, "PENDING", "ELIGIBLE", 9 + ((place * 7) % 13)),
      move(day, "ELIGIBLE", "ACTIVE", 5 + ((place * 5) % 23) + (place === 23 ? 120 : 0)),
      ...(place % 3 === 0 ? [move(day, "ACTIVE", "INELIGIBLE", 2 + (place % 7))] : []),
    ]),
    days: days
      .filter((_, place) => place % 2 === 0)
      .map((day, place) => ({
        day,
        created: 4 + ((place * 3) % 11),
        archived: place % 4,
        restored: place === 7 ? 1 : 0,
        missing: place === 5 ? 14 : 0,
        reappeared: place === 6 ? 3 : 0,
      })),
  };
}

function standing(region: string, meters: readonly number[]): ReportFacts["enrollment"]["standing"] {
  return ["ACTIVE", "ELIGIBLE", "PENDING", "INELIGIBLE"].map((status, place) => ({
    transmission_region: region,
    enrollment_status: status,
    dispatchable: place === 0,
    meters: meters[place] ?? 0,
  }));
}

function move(
  day: string,
  from: string,
  to: string,
  meters: number,
): ReportFacts["enrollment"]["moves"][number] {
  const [was_dispatchable, is_dispatchable] = [from === "ACTIVE", to === "ACTIVE"];
  return { day, from, to, was_dispatchable, is_dispatchable, meters };
}

function madeUpActions(): ReportFacts["actions"] {
  const codes = ["UTILITY_AUTHORIZATION", "SIGNED_AGREEMENT", "DEVICE_VERIFICATION", "METER_DATA_GAP"];
  const deadlines = ["2026-09-30", "2026-10-05", "2026-10-07", "2026-10-12", "2026-10-31", null];
  return {
    meters: 431,
    counts: deadlines.flatMap((deadline, row) =>
      codes.slice(0, 4 - (row % 3)).map((code, place) => ({
        party: place === 3 ? null : "PARTNER",
        code,
        deadline,
        is_past: deadline !== null && deadline < "2026-10-07",
        meters: 3 + ((row * 17 + place * 29) % 41),
      })),
    ),
    others: 0,
    first: Array.from({ length: 50 }, (_, place) => ({
      meter_id: madeUpId("a", place),
      partner_reference: place % 9 === 4 ? null : `site-${1_000 + place * 13}`,
      party: "PARTNER",
      program: place % 3 === 0 ? null : "CAISO_RA",
      code: codes[place % 4] ?? null,
      deadline: place < 45 ? `${deadlines[Math.floor(place / 9)]}T07:00:00.000Z` : null,
      description: place % 5 === 0 ? null : "The customer has to authorize the utility to share usage data.",
    })),
  };
}

function madeUpRemaps(groups: readonly ReportGroup[], tradeDates: readonly string[]): ReportFacts["remaps"] {
  const flows = tradeDates.slice(1).flatMap((effective_from, day) =>
    Array.from({ length: 16 - day * 4 }, (_, place) => {
      const meters = Math.max(1, 240 - place * 21 - day * 30);
      const [from, to] = [groups[(place * 5) % 12], groups[(place * 7 + 1 + day) % 12]];
      return {
        effective_from,
        program: place % 5 === 0 ? null : "CAISO_RA",
        from: place % 6 === 2 || from === undefined ? [] : [from],
        to: place % 7 === 3 || to === undefined ? [] : [to],
        meters,
        applied: Math.floor(meters / 2),
        rejected: place === 1 ? 3 : 0,
        overdue: 0,
      };
    }),
  );
  return {
    ...emptyFacts().remaps,
    remaps: flows.reduce((sum, { meters }) => sum + meters, 0),
    flows,
  };
}

export { fullFacts } from "./full-facts.ts";
