import type { PlanFacts, PlanFlow, PlanGroup, RemappedMeters } from "../../src/reader/index.ts";

/** A change event as a sink gets it. */
export type ToldEvent = {
  readonly type: string;
  readonly subject: string;
  // biome-ignore lint/suspicious/noExplicitAny: a consumer knows the data by its type only
  readonly data: any;
};

const groupUpdate = "meter.enrollment.group.updated";

/** What a plan's facts must say, counted one by one from the events that were told. */
export function countPlan(told: readonly ToldEvent[]): Omit<PlanFacts, "baseline"> {
  const events = told.filter(({ type }) => !type.startsWith("sync.") && type !== "group.remap.overdue");
  const of = (type: string) => events.filter((event) => event.type === type);
  const remaps = of("meter.group.remapped");
  const statuses = of("meter.enrollment.global-status.updated");
  const actions = of("meter.enrollment.required-actions.updated");
  const turned = (from: boolean) =>
    statuses.filter(({ data }) => data.before.dispatchable === from && data.after.dispatchable === !from);
  const actionCount = (what: string) => actions.reduce((sum, { data }) => sum + data[what].length, 0);
  const unassigned = remaps.filter(({ data }) => data.kind === "unassigned");
  return {
    events: events.length,
    remaps: {
      meters: new Set(remaps.map(({ subject }) => subject)).size,
      events: remaps.length,
      moved: countRemapped(remaps.filter(({ data }) => data.kind === "moved")),
      assigned: countRemapped(remaps.filter(({ data }) => data.kind === "assigned")),
      unassigned: { ...countRemapped(unassigned), reasons: countReasons(unassigned) },
    },
    ...countGroups(events),
    meters: {
      created: of("meter.created").length,
      activated: turned(false).length,
      deactivated: turned(true).length,
      actions_added: actionCount("added"),
      actions_changed: actionCount("changed"),
      actions_resolved: actionCount("resolved"),
      missing: of("meter.missing").length,
      reappeared: of("meter.reappeared").length,
      archived: of("meter.archived").length,
      restored: of("meter.restored").length,
    },
  };
}

function countRemapped(remaps: readonly ToldEvent[]): RemappedMeters {
  const first = new Map<string, string>();
  for (const { subject, data } of remaps) {
    const known = first.get(subject);
    if (known === undefined || data.effective_from < known) first.set(subject, data.effective_from);
  }
  const dates = [...new Set(first.values())].sort();
  const on = (date: string) => [...first.values()].filter((other) => other === date).length;
  return {
    meters: first.size,
    first_dates: dates.slice(0, 10).map((date) => ({ effective_from: date, meters: on(date) })),
    later_meters: dates.slice(10).reduce((sum, date) => sum + on(date), 0),
  };
}

function countReasons(remaps: readonly ToldEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const meter of new Set(remaps.map(({ subject }) => subject))) {
    const own = remaps.filter(({ subject }) => subject === meter);
    const [first] = own.sort((a, b) => compare(toKey(a), toKey(b)));
    counts[first!.data.reason] = (counts[first!.data.reason] ?? 0) + 1;
  }
  return counts;
}

const toKey = ({ data }: ToldEvent): string => `${data.effective_from} ${data.reason}`;

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function countGroups(events: readonly ToldEvent[]): Pick<PlanFacts, "groups" | "groups_left_out"> {
  const updates = new Map<string, ToldEvent[]>();
  for (const event of events.filter(({ type }) => type === groupUpdate)) {
    const key = `${event.subject} ${event.data.effective_from}`;
    updates.set(key, [...(updates.get(key) ?? []), event]);
  }
  const all = [...updates.values()]
    .map((parts) => countGroup(parts, events))
    .sort((a, b) => b.added + b.removed - a.added - a.removed || compare(nameUpdate(a), nameUpdate(b)));
  const [shown, others] = [all.slice(0, 20), all.slice(20)];
  const shownIds = shown.map((group) => group.market_group_id);
  const left = new Set(others.map((group) => group.market_group_id).filter((id) => !shownIds.includes(id)));
  return {
    groups: shown,
    groups_left_out: {
      groups: left.size,
      updates: others.length,
      added: others.reduce((sum, { added }) => sum + added, 0),
      removed: others.reduce((sum, { removed }) => sum + removed, 0),
    },
  };
}

const nameUpdate = (group: PlanGroup): string => `${group.market_group_id} ${group.effective_from}`;

function countGroup(parts: readonly ToldEvent[], events: readonly ToldEvent[]): PlanGroup {
  const { data } = parts[0]!;
  const added = parts.flatMap((part) => part.data.added_meter_ids as string[]);
  const removed = parts.flatMap((part) => part.data.removed_meter_ids as string[]);
  return {
    market_group_id: data.market_group_id,
    market_group_name: data.market_group_name,
    effective_from: data.effective_from,
    effective_to: data.effective_to,
    members_before: data.before.member_count,
    members_after: data.after.member_count,
    added: added.length,
    removed: removed.length,
    from: countFlows("from", added, data, events),
    to: countFlows("to", removed, data, events),
  };
}

function countFlows(
  way: "from" | "to",
  meterIds: readonly string[],
  group: { readonly market_group_id: string; readonly effective_from: string },
  events: readonly ToldEvent[],
): PlanFlow[] {
  const counts = new Map<string, PlanFlow>();
  for (const meterId of meterIds) {
    const own = events.filter(({ subject }) => subject === meterId);
    const isNew = way === "from" && own.some(({ type }) => type === "meter.created");
    const steps = own
      .filter(({ type, data }) => type === "meter.group.remapped" && isOn(data, group.effective_from))
      .map(({ data }) => {
        const [left, joined] = [data.from_market_group_ids, data.to_market_group_ids] as [string[], string[]];
        return way === "from" ? { here: joined, there: left } : { here: left, there: joined };
      });
    // Out of one program into another: neither of its two remaps has both ends.
    const elsewhere = steps.flatMap(({ here, there }) => (here.length === 0 ? there : []));
    const others = steps.flatMap(({ here, there }) => {
      if (!here.includes(group.market_group_id)) return [];
      const ends = there.length === 0 ? elsewhere : there;
      const beyond = ends.filter((id) => !here.includes(id));
      return beyond.length === 0 ? [null] : beyond;
    });
    if (others.length === 0) throw new Error(`${meterId} moved and was told nothing`);
    for (const id of new Set(others)) {
      const flow = { market_group_id: id, market_group_name: null, is_new: id === null && isNew, meters: 0 };
      const key = JSON.stringify(flow);
      const counted = counts.get(key) ?? flow;
      counts.set(key, { ...counted, meters: counted.meters + 1 });
    }
  }
  const order = (flow: PlanFlow) => `${flow.market_group_id ?? ""} ${flow.is_new}`;
  return [...counts.values()].sort((a, b) => b.meters - a.meters || compare(order(a), order(b))).slice(0, 10);
}

function isOn(remap: { effective_from: string; effective_to: string | null }, date: string): boolean {
  return remap.effective_from <= date && (remap.effective_to === null || date <= remap.effective_to);
}

/** The names of other groups come from the snapshot, which events alone do not have. */
export function withoutFlowNames(facts: PlanFacts): Omit<PlanFacts, "baseline"> {
  const toNameless = (flow: PlanFlow) => ({ ...flow, market_group_name: null });
  const { baseline: _, ...others } = facts;
  return {
    ...others,
    groups: facts.groups.map((group) => ({
      ...group,
      from: group.from.map(toNameless),
      to: group.to.map(toNameless),
    })),
  };
}
