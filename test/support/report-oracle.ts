/** What the report should say, worked out from rows of the public views without the product's own code. */

type Remap = {
  readonly meter_id: string;
  readonly program: string | null;
  readonly from_market_group_ids: readonly string[];
  readonly to_market_group_ids: readonly string[];
  readonly effective_from: string;
  readonly effective_to: string | null;
};

export type ActionCount = {
  readonly day: string;
  readonly isPast: boolean;
  readonly code: string;
  readonly party: string;
  readonly meters: number;
};

/** Distinct meters by day of the deadline, whether it is past, code and who has to act. */
export function toActionCounts(
  meters: readonly Readonly<Record<string, unknown>>[],
  now: string,
): readonly ActionCount[] {
  const found = new Map<string, Set<unknown>>();
  for (const { meter_id, required_actions } of meters) {
    for (const action of JSON.parse(String(required_actions)) as Record<string, string | null>[]) {
      const { deadline } = action;
      const isPast = typeof deadline === "string" && Date.parse(deadline) <= Date.parse(now);
      const key = JSON.stringify([
        deadline?.slice(0, 10) ?? "none",
        isPast,
        action.code ?? "none",
        action.party ?? "none",
      ]);
      found.set(key, (found.get(key) ?? new Set()).add(meter_id));
    }
  }
  return [...found].map(([key, ids]) => {
    const [day, isPast, code, party] = JSON.parse(key) as [string, boolean, string, string];
    return { day, isPast, code, party, meters: ids.size };
  });
}

/** Remaps from this date on of which some date is still as told: walked day by day, the last word counts. */
export function toLiveRemaps(told: readonly Remap[], first: string): readonly Remap[] {
  const lastWord = new Map<string, Remap>();
  for (const remap of told) {
    for (const day of daysOf(remap)) lastWord.set(`${remap.meter_id} ${remap.program} ${day}`, remap);
  }
  return [...new Set(lastWord.values())].filter(({ effective_from }) => effective_from >= first);
}

/** Far enough into what is open that nothing told meanwhile ends later. */
function daysOf({ effective_from, effective_to }: Remap): readonly string[] {
  const days: string[] = [];
  const start = Date.parse(effective_from);
  const end = effective_to === null ? start + 90 * 86_400_000 : Date.parse(effective_to);
  for (let at = start; at <= end; at += 86_400_000) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
