/** What was counted while reading; kept per window, so that a resumed sweep can add it up again. */
export type Observations = {
  documents: number;
  rejected: number;
  unreadable: number;
  /** Meters that came again with other content: they moved while the sweep was under way. */
  moved: number;
  drift: Record<string, number>;
  /** v1: how many participation entries fell on which trade date, by zone. */
  answered: Record<string, Record<string, number>>;
  /** v1: by zone, how many sliding participations began so many days from the sweep's own day. */
  offsets: Record<string, Record<string, number>>;
};

/** So many different trade dates a zone may answer with before further ones are only drift. */
const datesPerZoneMax = 60;

export function makeObservations(): Observations {
  return { documents: 0, rejected: 0, unreadable: 0, moved: 0, drift: {}, answered: {}, offsets: {} };
}

export function addDrift(observations: Observations, kinds: readonly string[], count = 1): void {
  for (const kind of kinds) observations.drift[kind] = (observations.drift[kind] ?? 0) + count;
}

/** Counts one of `key` under `zone`; new keys beyond the limit are drift. */
export function addPerZone(
  observations: Observations,
  what: "answered" | "offsets",
  zone: string,
  key: string,
  count = 1,
): void {
  const keys = observations[what][zone] ?? {};
  observations[what][zone] = keys;
  if (keys[key] === undefined && Object.keys(keys).length >= datesPerZoneMax) {
    addDrift(observations, ["too_many_trade_dates"], count);
    return;
  }
  keys[key] = (keys[key] ?? 0) + count;
}

export function addObservations(total: Observations, more: Observations): void {
  total.documents += more.documents;
  total.rejected += more.rejected;
  total.unreadable += more.unreadable;
  // A window that an earlier release has read does not count them.
  total.moved += more.moved ?? 0;
  for (const [kind, count] of Object.entries(more.drift)) addDrift(total, [kind], count);
  for (const what of ["answered", "offsets"] as const) {
    for (const [zone, keys] of Object.entries(more[what])) {
      for (const [key, count] of Object.entries(keys)) addPerZone(total, what, zone, key, count);
    }
  }
}
