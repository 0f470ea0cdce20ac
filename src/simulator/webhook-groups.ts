import { midnightTextOf } from "./calendar.ts";
import type { EnrollmentRow } from "./enrollment-rows.ts";
import type { MeterState } from "./meter-state.ts";
import type { MeterChange } from "./webhook-chain.ts";
import type { GroupPayload } from "./webhook-payloads.ts";

/** Whether a group's webhook lists all its meters, or those alone that came or went: Leap does not say. */
export type GroupIds = "full" | "delta";

/** A group for some days: the first to the last, as a row has them. */
type Stay = { readonly key: string; readonly row: EnrollmentRow; readonly zone: string };

/** Stay → its meters. */
export type Memberships = Map<string, Set<string>>;

// Forever is spelled in many ways, meter by meter; a group has one.
const endless = "9000-12-31T23:59:59.999999999Z";

/** Notes where a meter is, before anything is told of it. */
export function noteMember(memberships: Memberships, state: MeterState): void {
  for (const key of toStays(state).keys()) membersOf(memberships, key).add(state.meterId);
}

/**
 * What the groups' webhooks say of changes at one instant, the memberships being brought up to date: one
 * for every group and window whose meters changed. A delivery period that is not listed any more has not
 * changed.
 */
export function toGroupPayloads(
  memberships: Memberships,
  changes: readonly MeterChange[],
  groupIds: GroupIds,
): readonly GroupPayload[] {
  const touched = new Map<string, { readonly stay: Stay; readonly moved: string[] }>();
  const touch = (stay: Stay, meterId: string): void => {
    const known = touched.get(stay.key);
    if (known === undefined) touched.set(stay.key, { stay, moved: [meterId] });
    else known.moved.push(meterId);
  };
  for (const { before, after } of changes) {
    const { meterId } = after;
    const listed = new Set(after.rows.map(toPeriodKey));
    const left = before === null ? new Map<string, Stay>() : toStays(before);
    const entered = toStays(after);
    for (const [key, stay] of left) {
      if (entered.has(key)) continue;
      membersOf(memberships, key).delete(meterId);
      if (listed.has(toPeriodKey(stay.row))) touch(stay, meterId);
    }
    for (const [key, stay] of entered) {
      membersOf(memberships, key).add(meterId);
      if (!left.has(key)) touch(stay, meterId);
    }
  }
  return [...touched.values()].map(({ stay, moved }) => {
    const ids = groupIds === "full" ? [...membersOf(memberships, stay.key)] : moved;
    return toPayload(stay, ids.sort());
  });
}

function toStays({ rows, basics }: MeterState): ReadonlyMap<string, Stay> {
  const stays = new Map<string, Stay>();
  for (const row of rows) {
    if (row.group === null) continue;
    const key = `${row.group.id} ${row.firstDay} ${row.lastDay}`;
    if (!stays.has(key)) stays.set(key, { key, row, zone: basics.facts.zone });
  }
  return stays;
}

function toPeriodKey({ program, deliveryPeriod }: EnrollmentRow): string {
  return `${program} ${deliveryPeriod}`;
}

function toPayload({ row, zone }: Stay, meterIds: readonly string[]): GroupPayload {
  return {
    webhook_event_type: "meter.enrollment.group.updated",
    market_group_id: row.group?.id ?? "",
    market_group_name: row.group?.name ?? "",
    start_date_time: midnightTextOf(zone, row.firstDay),
    end_date_time: row.lastDay === null ? endless : midnightTextOf(zone, row.lastDay),
    meter_ids: meterIds,
  };
}

function membersOf(memberships: Memberships, key: string): Set<string> {
  const known = memberships.get(key);
  if (known !== undefined) return known;
  const members = new Set<string>();
  memberships.set(key, members);
  return members;
}
