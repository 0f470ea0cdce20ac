import type { ReportFacts } from "../../../src/reader/index.ts";
import { madeUpFacts } from "./made-up-facts.ts";
import { madeUpDays, madeUpId } from "./made-up-parts.ts";
import { madeUpRun, madeUpSink } from "./made-up-runs.ts";

const todayMs = Date.parse("2026-10-07T08:15:00.000Z");
const statuses = ["ACTIVE", "ELIGIBLE", "PENDING", "INELIGIBLE", "NOT_PARTICIPATING", "WITHDRAWN", "ON_HOLD"];

/** Every list at its limit; with a text, every text from outside is that one, a number at its end. */
export function fullFacts(text?: string): ReportFacts {
  const facts = madeUpFacts();
  const say = (usual: string, place: number): string => (text === undefined ? usual : `${text}${place}`);
  const groups = Array.from({ length: 100 }, (_, place) => ({
    market_group_id: madeUpId("9", place),
    market_group_name: say(`Region ${place % 9} · Zone ${place} · October`, place),
  }));
  const trade_dates = madeUpDays(todayMs + 6 * 86_400_000, 7);
  return {
    ...facts,
    status: {
      ...facts.status,
      counts: { meters: 200_000, dispatchable: 170_000, action_required: 9_000, archived: 900, missing: 90 },
      sinks: [1, 2, 3].map((place) =>
        madeUpSink(say(`webhook:sink-${place}`, place), { undelivered: place }),
      ),
    },
    enrollment: fullEnrollment(say),
    actions: fullActions(say),
    groups: {
      trade_dates,
      totals: trade_dates.map((_, day) => ({ groups: 1_304, meters: 168_000 + day, regions: ["CAISO"] })),
      groups: groups.map((group, place) => ({
        ...group,
        programs: [say("CAISO_RA", place), say("CAISO_DR", place)],
        members: trade_dates.map((_, day) => 5_000 - place * 40 + ((day * place) % 9)),
      })),
      others: 1_204,
    },
    remaps: fullRemaps(groups, trade_dates, say),
    runs: Array.from({ length: 30 }, (_, place) => ({
      ...madeUpRun(place, todayMs - place * 86_400_000),
      error: text === undefined ? null : say("", place),
    })),
  };
}

type Say = (usual: string, place: number) => string;

function fullEnrollment(say: Say): ReportFacts["enrollment"] {
  const days = madeUpDays(todayMs, 31);
  return {
    standing: Array.from({ length: 20 }, (_, region) =>
      statuses.map((status, place) => ({
        transmission_region: say(`REGION_${region}`, region),
        enrollment_status: say(status, place),
        dispatchable: place === 0,
        meters: 9_000 - region * 300 - place * 90,
      })),
    ).flat(),
    moves_since: "2026-09-07T08:15:00.000Z",
    moves: days.flatMap((day, row) =>
      statuses.flatMap((from, a) =>
        statuses
          .map((to, b) => ({
            day,
            from: say(from, a),
            to: say(to, b),
            was_dispatchable: a === 0,
            is_dispatchable: b === 0,
            meters: 1 + ((row + a * 3 + b * 5) % 40),
          }))
          .filter((_, b) => a !== b),
      ),
    ),
    days: days.map((day, row) => ({
      day,
      created: 300 + row,
      archived: 40 + row,
      restored: row,
      missing: 20 + row,
      reappeared: row,
    })),
  };
}

function fullActions(say: Say): ReportFacts["actions"] {
  return {
    meters: 9_000,
    counts: Array.from({ length: 200 }, (_, place) => ({
      party: say("PARTNER", place),
      code: say(`CODE_${place % 20}`, place),
      deadline: madeUpDays(todayMs + 20 * 86_400_000, 40)[Math.floor(place / 5)] ?? null,
      is_past: place < 95,
      meters: 200 - place,
    })),
    others: 3_100,
    first: Array.from({ length: 50 }, (_, place) => ({
      meter_id: madeUpId("a", place),
      partner_reference: say(`site-${place}`, place),
      party: say("PARTNER", place),
      program: say("CAISO_RA", place),
      code: say(`CODE_${place % 20}`, place),
      deadline: `2026-10-0${1 + Math.floor(place / 10)}T07:00:00.000Z`,
      description: say("The customer has to authorize the utility to share usage data.", place),
    })),
  };
}

function fullRemaps(
  groups: readonly { readonly market_group_id: string; readonly market_group_name: string }[],
  tradeDates: readonly string[],
  say: Say,
): ReportFacts["remaps"] {
  const flows = Array.from({ length: 200 }, (_, place) => ({
    effective_from: tradeDates[Math.floor(place / 30)] ?? "2026-10-13",
    program: say("CAISO_RA", place),
    from: groups.slice(place % 40, (place % 40) + (place % 3)),
    to: groups.slice(50 + (place % 40), 52 + (place % 40) - (place % 2)),
    meters: 1_000 - place,
    applied: 500 - place,
    rejected: place % 5,
    overdue: place % 7,
  }));
  return { from_trade_date: "2026-10-07", remaps: 190_000, flows, others: 9_900, others_of_last_date: 700 };
}
