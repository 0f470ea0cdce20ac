import type { Dispatch } from "./dispatch.ts";

/** Of one group so many lists are known again: it changes, but not from slot to slot. */
const listCountMax = 8;

/**
 * Gives dispatches that share one list where they name the same meters: the slots of a month name the same
 * thousand again and again, and would otherwise hold as many copies.
 */
export function openMemberLists(): (dispatch: Dispatch) => Dispatch {
  const known = new Map<string, (readonly string[])[]>();
  return (dispatch) => {
    const key = `${dispatch.level} ${dispatch.targetId}`;
    const lists = known.get(key) ?? [];
    const same = lists.find((list) => isSame(list, dispatch.meterIds));
    if (same !== undefined) return { ...dispatch, meterIds: same };
    known.set(key, [dispatch.meterIds, ...lists].slice(0, listCountMax));
    return dispatch;
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((id, index) => id === other[index]));
}
