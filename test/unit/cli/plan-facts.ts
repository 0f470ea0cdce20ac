import type { PlanFacts, PlanGroup } from "../../../src/reader/index.ts";

type Dates = readonly (readonly [date: string, meters: number])[];

/** The facts of a plan in which nothing happens but what is said. */
export function toFacts(said: {
  readonly events?: number;
  readonly moved?: Dates;
  readonly assigned?: Dates;
  readonly unassigned?: Dates;
  readonly meters?: Partial<PlanFacts["meters"]>;
  readonly groups?: readonly PlanGroup[];
}): PlanFacts {
  const { events = 0, moved = [], assigned = [], unassigned = [], groups = [] } = said;
  const none = {
    created: 0,
    activated: 0,
    deactivated: 0,
    missing: 0,
    reappeared: 0,
    archived: 0,
    restored: 0,
  };
  return {
    events,
    remaps: {
      meters: 0,
      events: 0,
      moved: toRemapped(moved),
      assigned: toRemapped(assigned),
      unassigned: { ...toRemapped(unassigned), reasons: {} },
    },
    groups,
    groups_left_out: { groups: 0, updates: 0, added: 0, removed: 0 },
    meters: { ...none, actions_added: 0, actions_changed: 0, actions_resolved: 0, ...said.meters },
    baseline: null,
  };
}

function toRemapped(dates: Dates) {
  return {
    meters: dates.reduce((sum, [, meters]) => sum + meters, 0),
    first_dates: dates.map(([date, meters]) => ({ effective_from: date, meters })),
    later_meters: 0,
  };
}

export function toGroup(
  said: Partial<PlanGroup>,
  from: PlanGroup["from"] = [],
  to: PlanGroup["to"] = [],
): PlanGroup {
  return {
    market_group_id: "g-1",
    market_group_name: null,
    effective_from: "2026-12-01",
    effective_to: null,
    members_before: 1,
    members_after: 1,
    added: 0,
    removed: 0,
    from,
    to,
    ...said,
  };
}
