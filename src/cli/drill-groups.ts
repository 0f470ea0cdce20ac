import type { Config } from "../config/index.ts";
import { type DrillGroup, planTimeslots, toInstantOfDay } from "../dispatch/index.ts";
import { Failure } from "../failure/index.ts";
import { addDays, type TradeDate, toStartOfDay, toZone } from "../market/index.ts";
import { type GroupMember, loadGroup, loadGroupMembers, loadGroups, type Reader } from "../reader/index.ts";
import type { Invocation } from "./invocation.ts";
import type { DrillOptions } from "./run-drill.ts";
import { loadTradeDate } from "./trade-date.ts";

type File = { readonly reader: Reader; readonly config: Config };

/** What `--slots` names, already read; `null` where the options say it. */
export type SlotsFile = readonly unknown[] | null;

const hourMs = 3_600_000;
const groupCountMax = 1000;

/** The groups asked for with their members, and what each is to be sent. */
export async function loadDrillGroups(
  invocation: Invocation,
  file: File,
  options: DrillOptions,
  slots: SlotsFile,
): Promise<readonly DrillGroup[]> {
  if (options.all === true && options.group !== undefined) {
    throw new Failure("usage", "--all drills every group: leave out --group, or --all");
  }
  const ids = options.all === true ? toAllIds(file.reader) : toAskedIds(options);
  const groups: DrillGroup[] = [];
  for (const id of ids) {
    const asked = options.tradeDate ?? "today";
    const date = await loadTradeDate(invocation, file, asked, { group: id, isAsOf: false });
    const day = loadGroup(file.reader, id, date)[0];
    if (day !== undefined) groups.push(toDrillGroup(file, id, date, day.programs, options, slots));
    else if (options.all !== true) throw toUnknown(id, date, file.reader);
  }
  if (groups.length > 0) return groups;
  throw new Failure("usage", "the snapshot has no groups on that trade date: `meter-sync groups` lists them");
}

function toAskedIds({ group = [] }: DrillOptions): readonly string[] {
  if (group.length > 0) return [...new Set(group.map((id) => id.trim().toLowerCase()))];
  throw new Failure(
    "usage",
    "which group is to be drilled? Name it with --group, or take --all; `meter-sync groups` lists them",
  );
}

function toAllIds(reader: Reader): readonly string[] {
  const ids = new Set<string>();
  for (const { market_group_id } of loadGroups(reader)) ids.add(market_group_id);
  if (ids.size <= groupCountMax) return [...ids];
  throw new Failure(
    "usage",
    `--all would drill ${ids.size} groups at once, and ${groupCountMax} is the most: name some with --group`,
  );
}

function toUnknown(id: string, date: TradeDate, reader: Reader): Failure {
  const dates = loadGroup(reader, id).map((day) => day.trade_date);
  const message =
    dates.length === 0
      ? `no group ${id} with members in the horizon`
      : `group ${id} has no members on ${date}, but on ${dates.join(", ")}`;
  return new Failure("usage", `${message}: \`meter-sync groups\` lists them`);
}

function toDrillGroup(
  { reader, config }: File,
  marketGroupId: string,
  tradeDate: TradeDate,
  programs: readonly string[],
  options: DrillOptions,
  slots: SlotsFile,
): DrillGroup {
  const members = new Map<string, GroupMember>();
  for (const member of loadGroupMembers(reader, marketGroupId, tradeDate)) {
    members.set(member.meter_id, member);
  }
  const regions = [...members.values()].map((member) => member.transmission_region);
  const zones = [...new Set(regions)].map((region) => toZone(region, config));
  return {
    marketGroupId,
    tradeDate,
    dayStartMs: Math.min(...zones.map((zone) => toStartOfDay(tradeDate, zone))),
    dayEndMs: Math.max(...zones.map((zone) => toStartOfDay(addDays(tradeDate, 1), zone))),
    members: [...members.values()].map((member) => ({
      meterId: member.meter_id,
      partnerReference: member.partner_reference,
    })),
    programs: programs.filter((program) => typeof program === "string"),
    timeslots: slots ?? toTimeslots(options, toStartMs(marketGroupId, tradeDate, zones, options)),
  };
}

/** A time of day is one in the group's zone, where it has one. */
function toStartMs(id: string, date: TradeDate, zones: readonly string[], options: DrillOptions): number {
  const start = options.start ?? { timeOfDay: "17:00" };
  if ("instantMs" in start) return start.instantMs;
  const found = new Set(zones.map((zone) => toInstantOfDay(date, start.timeOfDay, zone)));
  const [instantMs, ...others] = found;
  if (instantMs !== undefined && others.length === 0) return instantMs;
  const problem =
    found.size > 1
      ? `is not the same instant for all members of group ${id} (${[...new Set(zones)].join(", ")})`
      : `does not exist on ${date} in ${zones[0]}, where clocks are put forward`;
  throw new Failure("usage", `${start.timeOfDay} ${problem}: give --start as an instant`);
}

function toTimeslots(options: DrillOptions, startMs: number): readonly unknown[] {
  return planTimeslots(startMs, options.duration ?? hourMs, options.timeslots ?? 1, {
    ...(options.energyKw === undefined ? {} : { energy_kw: options.energyKw }),
    ...(options.nominationKw === undefined ? {} : { nomination_kw: options.nominationKw }),
    ...(options.cap === undefined ? {} : { performance_compensation_cap: options.cap }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(options.type === undefined ? {} : { dispatch_event_types: options.type }),
    ...(options.program === undefined ? {} : { programs: options.program }),
    is_voluntary: options.voluntary === true,
    cancelled: options.cancelled === true,
  });
}
