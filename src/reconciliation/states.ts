import { toMembersSha256 } from "../meter/index.ts";
import { parseInstant } from "../time/index.ts";

/** v1 and v2 spell the same status as `ActionRequired` and `ACTION_REQUIRED`. */
export function toNormalStatus(status: string | null): string {
  return (status ?? "").toLowerCase().replaceAll("_", "");
}

/** A preference by its name and start; nothing behind the bar where no start is known. */
export function toPreferenceState(preference: string, startMs: number | null): string {
  return `${preference.toLowerCase()}|${startMs ?? ""}`;
}

/** A required action as change events have it. */
export type ToldAction = {
  readonly party: string | null;
  readonly program: string | null;
  readonly delivery_period: string | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly deadline: string | null;
};

/** What the partner has to do, in one order: the same text where it is the same. Leap's side is left out. */
export function toActionsState(actions: readonly ToldAction[]): string {
  const rows = actions
    .filter(({ party }) => party !== "leap")
    .map((action) => {
      const { program, delivery_period: period, type, code, deadline } = action;
      return JSON.stringify([program, period, type, code, toMs(deadline)]);
    });
  return `[${rows.sort().join(",")}]`;
}

/** The digest of a set of meter ids, as `members_sha256` is made. */
export function toIdsSha256(meterIds: readonly string[]): string {
  return toMembersSha256([...new Set(meterIds)].sort());
}

export function toMs(instant: string | null): number | null {
  return instant === null ? null : (parseInstant(instant) ?? null);
}
