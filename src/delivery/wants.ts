/** Which events a sink is to get; `null` for all. */
export type EventFilter = {
  readonly types: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly programs: readonly string[] | null;
};

type Carried = {
  readonly transmission_region?: string | null;
  readonly program?: string | null;
  readonly changes?: readonly { readonly program?: string | null }[];
};

/**
 * Whether an event passes the filter. Region and program hold back only what carries one: an update of a
 * group has neither, a remap of a v1 meter has no program, and the drift of a meter that is not known here no
 * region. Of several programs one is enough.
 */
export function isWanted(
  filter: EventFilter,
  { type, event }: { readonly type: string; readonly event: string },
): boolean {
  if (!isOfType(filter.types, type)) return false;
  if (filter.regions === null && filter.programs === null) return true;
  const { data } = JSON.parse(event) as { readonly data?: Carried };
  const region = data?.transmission_region;
  if (filter.regions !== null && typeof region === "string" && !filter.regions.includes(region)) return false;
  const carried = [data?.program, ...(data?.changes ?? []).map(({ program }) => program)];
  const programs = carried.filter((program) => typeof program === "string");
  if (filter.programs === null || programs.length === 0) return true;
  return programs.some((program) => filter.programs?.includes(program));
}

/** A type may end in `*`. */
export function isOfType(types: readonly string[] | null, type: string): boolean {
  if (types === null) return true;
  return types.some((one) => (one.endsWith("*") ? type.startsWith(one.slice(0, -1)) : type === one));
}
