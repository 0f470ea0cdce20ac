import type { HeldRun, MeterRow, TimeLineKind, TimeLineRow } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { formatAge } from "./durations.ts";
import { describeNoGroup, type GroupFacts, type NoGroupRemap, toGroupsOn } from "./why-group.ts";
import { describeInactivePrograms, type ProgramStatusOn } from "./why-program.ts";

/** One thing that is known and bears on the question; in words, some of them not neutralised. */
export type DispatchReason = {
  readonly code:
    | "status"
    | "required_action"
    | "preference"
    | "group"
    | "program_status"
    | "missing"
    | "archived"
    | "beyond_horizon"
    | "stale"
    | "held_run"
    | "look_further";
  /** `unsure`: nothing follows from it by itself, but somebody should know. */
  readonly speaks: "for" | "against" | "unsure";
  readonly sentence: string;
};

export type Dispatch = {
  /** The trade date that is today in the meter's region. */
  readonly trade_date: string;
  /** Of a status that can be dispatched, in a market group today, and not missing: no more is claimed. */
  readonly can_be_dispatched: boolean;
  readonly in_group_today: boolean;
  readonly reasons: readonly DispatchReason[];
};

export type DispatchFacts = {
  readonly meter: MeterRow;
  readonly timeLine: readonly TimeLineRow[];
  /** In the meter's region. */
  readonly today: string;
  /** The remaps to no group that say so of today. */
  readonly noGroupRemaps: readonly NoGroupRemap[];
  /** On today's trade date; `null` where they should be in the document and are not, as in an export. */
  readonly programStatuses: readonly ProgramStatusOn[] | null;
  /** The last trade date published for the region; `null` where none is. */
  readonly lastPublishedDate: string | null;
  readonly publishedAt: string | null;
  readonly heldRun: HeldRun | null;
  readonly nowMs: number;
};

/** A daily run that comes a little late is none to worry about. */
const staleAfterMs = 26 * 3_600_000;

/** Why a meter is dispatched or is not, as far as what is published can say. */
export function toDispatch(facts: DispatchFacts): Dispatch {
  const { meter, today } = facts;
  const groups = toGroupsOn(today, facts.timeLine);
  const reasons = [
    ...toPresenceReasons(facts),
    ...toStatusReasons(facts),
    toGroupReason(facts, groups),
    ...toProgramReasons(facts, groups),
    ...toPreferenceReasons(facts),
    ...toAgeReasons(facts),
  ];
  const isInGroup = groups.length > 0;
  return {
    trade_date: today,
    can_be_dispatched: meter.dispatchable && isInGroup && !meter.is_missing,
    in_group_today: isInGroup,
    reasons: reasons.every(({ speaks }) => speaks === "for")
      ? [...reasons, ...toAdvice(facts, groups)]
      : reasons,
  };
}

function toPresenceReasons({ meter, timeLine }: DispatchFacts): DispatchReason[] {
  const reasons: DispatchReason[] = [];
  if (meter.is_missing) {
    const sentence = `Leap no longer knows it${describeSince(timeLine, "missing")}`;
    reasons.push({ code: "missing", speaks: "against", sentence });
  }
  if (meter.is_archived) {
    const sentence = `it is archived${describeSince(timeLine, "archived")}`;
    reasons.push({ code: "archived", speaks: "unsure", sentence });
  }
  return reasons;
}

function toStatusReasons({ meter, timeLine }: DispatchFacts): DispatchReason[] {
  const { dispatchable, enrollment_status: status } = meter;
  const speaks = dispatchable ? "for" : "against";
  const verdict = dispatchable ? "" : ", which is none that can be dispatched";
  const since = describeSince(timeLine, "status");
  const sentence = `its enrollment status is ${status ?? "not given"}${since}${verdict}`;
  const actions = toCurrent(timeLine, "action").map(
    ({ data, value }): DispatchReason => ({
      code: "required_action",
      speaks: dispatchable ? "unsure" : "against",
      sentence: `${toDuty(data.party)}: ${value.replace(/^(partner|leap): /, "")}`,
    }),
  );
  return [{ code: "status", speaks, sentence }, ...actions];
}

/** Who still must act; the first version of the API names nobody. */
function toDuty(party: unknown): string {
  if (party === "partner") return "the partner must still do";
  return party === "leap" ? "Leap must still do" : "still to be done";
}

function toGroupReason(
  { today, timeLine, noGroupRemaps }: DispatchFacts,
  groups: readonly GroupFacts[],
): DispatchReason {
  if (groups.length === 0) {
    const sentence = describeNoGroup(today, timeLine, noGroupRemaps);
    return { code: "group", speaks: "against", sentence };
  }
  const names = groups.map(({ name }) => name).join(" and ");
  return { code: "group", speaks: "for", sentence: `it is in ${names} on ${today}` };
}

/** A group and a status do not imply each other, but somebody should know where one is not active. */
function toProgramReasons(
  { today, programStatuses }: DispatchFacts,
  groups: readonly GroupFacts[],
): DispatchReason[] {
  const programs = groups.map(({ program }) => program);
  return describeInactivePrograms(today, programStatuses ?? [], programs).map((sentence) => ({
    code: "program_status",
    speaks: "unsure",
    sentence,
  }));
}

/** What the partner asked for is not what Leap made of it: nothing is concluded from it. */
function toPreferenceReasons({ meter, timeLine }: DispatchFacts): DispatchReason[] {
  const preference = meter.participation_preference;
  if (preference === null || preference.toLowerCase() === "participate") return [];
  const [row] = toCurrent(timeLine, "preference");
  const { start = null, end = null } = row?.data ?? {};
  const since = start === null ? describeSince(timeLine, "preference") : ` from ${start}`;
  const until = end === null ? "" : ` to ${end}`;
  const sentence = `its participation preference is ${preference}${since}${until}, as the partner asked for`;
  return [{ code: "preference", speaks: "unsure", sentence }];
}

function toAgeReasons({ today, lastPublishedDate, publishedAt, heldRun, nowMs }: DispatchFacts) {
  const reasons: DispatchReason[] = [];
  const add = (code: DispatchReason["code"], sentence: string) =>
    reasons.push({ code, speaks: "unsure", sentence });
  if (lastPublishedDate !== null && today > lastPublishedDate) {
    const holds = `what held on ${lastPublishedDate} holds until told otherwise`;
    add("beyond_horizon", `nothing is published about ${today} itself: ${holds}`);
  }
  const publishedAtMs = publishedAt === null ? undefined : parseInstant(publishedAt);
  if (publishedAtMs !== undefined && nowMs - publishedAtMs > staleAfterMs) {
    const age = formatAge(nowMs - publishedAtMs);
    add(
      "stale",
      `what is published is ${age} old, and may have changed since: \`meter-sync sync\` reads anew`,
    );
  }
  if (heldRun !== null) {
    const run = `run ${heldRun.run_id} is held back, and what it read is not published`;
    add("held_run", `${run}, so this may have changed: \`meter-sync run held\` shows it`);
  }
  return reasons;
}

function toAdvice(
  { today, programStatuses }: DispatchFacts,
  groups: readonly GroupFacts[],
): DispatchReason[] {
  const ids = [...new Set(groups.map(({ id }) => id))];
  const add = (sentence: string): DispatchReason => ({ code: "look_further", speaks: "for", sentence });
  return [
    add("nothing in the snapshot speaks against it: was its group dispatched at all?"),
    ...ids.map((id) => {
      const command = `meter-sync group ${id} --trade-date ${today} --known-at INSTANT`;
      return add(`who was in the group, as published by an instant: \`${command}\``);
    }),
    add("which remaps were told and not applied: `meter-sync ack --list`"),
    ...(programStatuses === null
      ? [
          add(
            "its statuses by program are not in this copy: `meter-sync snapshot export --personal` has them",
          ),
        ]
      : []),
  ];
}

/** What no event told has been so since then, or for longer. */
function describeSince(timeLine: readonly TimeLineRow[], what: TimeLineKind): string {
  const [row] = toCurrent(timeLine, what);
  if (row === undefined || row.known_from === null) return "";
  return row.sequence === null ? ` (known since ${row.known_from})` : ` since ${row.known_from}`;
}

function toCurrent(timeLine: readonly TimeLineRow[], what: TimeLineKind): TimeLineRow[] {
  return timeLine.filter((row) => row.what === what && row.known_to === null);
}
