import {
  type BreakerRules,
  isOver,
  type Loser,
  type Share,
  type Trip,
  toBoundedTrips,
  toLosersOver,
  toRuleText,
  toShareText,
  toShortName,
} from "./breaker.ts";

/** Where a snapshot was read. */
export type Origin = {
  /** May carry a port: the host name counts. */
  readonly host: string;
  /** `default` where it was left out. */
  readonly account: string;
};

/** What a run was answered, beside what is published. Counts are of distinct meters. */
export type AbsenceCounts = {
  readonly mode: "sweep" | "poll";
  readonly returned: number;
  /** Answers without an id. */
  readonly rejected: number;
  /** Published meters, less those told missing and those whose absence was released. */
  readonly known: number;
  /** Of the known, those not returned; one that answered with an unreadable document was returned. */
  readonly absent: number;
  /** By region: its known meters, and the absent of them. */
  readonly regions: ReadonlyMap<string, Loser>;
  /** Where the last publication was read; `null` before the first. */
  readonly published: Origin | null;
  readonly asked: Origin;
};

/** An account that was left out, and matches any. */
const anyAccount = "default";

/**
 * Whether what was answered may be the portfolio that is published; no trip where it may. A poll returns what
 * was modified, so its absences mean nothing: only host name and account are weighed.
 */
export function weighAbsence(counts: AbsenceCounts, rules: BreakerRules): readonly Trip[] {
  const trips: Trip[] = [];
  if (counts.mode === "sweep") {
    if (rules.empty) trips.push(...weighEmpty(counts));
    if (rules.absent !== null) trips.push(...weighAbsent(counts, rules.absent));
    if (rules.region !== null) trips.push(...weighRegions(counts, rules.region));
  }
  if (rules.account !== null) trips.push(...weighOrigin(counts, rules.account));
  return trips;
}

/** An empty answer never reads as "all meters gone". */
function weighEmpty({ returned, known, rejected }: AbsenceCounts): Trip[] {
  if (returned > 0 || known === 0) return [];
  const seen =
    rejected > 0
      ? `none of the ${rejected} meters that Leap returned carries an id, and ${known} are known: ask Leap`
      : `Leap returned no meter at all, and ${known} are known: check the key, the account and the host`;
  const explanation = `${seen}. Rule METER_SYNC_HOLD_EMPTY.`;
  return [{ rule: "empty_sweep", explanation, numbers: { returned, known, rejected } }];
}

function weighAbsent({ known, absent }: AbsenceCounts, share: Share): Trip[] {
  const loser = { of: known, lost: absent };
  if (!isOver(loser, share)) return [];
  const explanation =
    `${toShareText(loser, "known meters")} were not returned. Either they left Leap together, or ` +
    "the key no longer sees all of the portfolio: look one of them up at Leap, then check the key and the " +
    "account. " +
    toRuleText("METER_SYNC_HOLD_ABSENT", share);
  return [{ rule: "absent_meters", explanation, numbers: { known, absent, ...share } }];
}

function weighRegions({ regions }: AbsenceCounts, share: Share): Trip[] {
  return toBoundedTrips(toLosersOver(regions, share), (region) => ({
    rule: "absent_region",
    explanation:
      `${toShareText(region, "known meters")} of the region ${toShortName(region.name)} were not returned. ` +
      "Either they left Leap together, or Leap does not answer for all of the region: look one of them up " +
      `at Leap, and ask Leap whether the region is served. ${toRuleText("METER_SYNC_HOLD_REGION", share)}`,
    numbers: { known: region.of, absent: region.lost, ...share },
  }));
}

/** A new key alone changes nothing; another host, another account or mostly other meters do. */
function weighOrigin(counts: AbsenceCounts, share: Share): Trip[] {
  const { mode, known, absent, published, asked } = counts;
  const matching = known - absent;
  const seen: string[] = [];
  if (published !== null) {
    const [before, now] = [toHostName(published.host), toHostName(asked.host)];
    if (before !== now) {
      seen.push(`the snapshot was read from ${toShortName(before)}, this run asked ${toShortName(now)}`);
    }
    if (!isSameAccount(published.account, asked.account)) {
      const of = toShortName(published.account);
      seen.push(`the snapshot is of the account ${of}, this run asked for ${toShortName(asked.account)}`);
    }
  }
  const isCounted = mode === "sweep" && known >= share.count;
  if (isCounted && matching * 100 < share.percent * known) {
    seen.push(`only ${toShareText({ of: known, lost: matching }, "known meters")} were returned`);
  }
  if (seen.length === 0) return [];
  const explanation =
    `${seen.join("; ")}. This may be the portfolio of another account: check LEAP_BASE_URL, ` +
    "LEAP_ACCOUNT_ID and whose key it is; another account needs a database of its own. Rule " +
    `METER_SYNC_HOLD_ACCOUNT: the same host name and account, and at least ${share.percent} % of the ` +
    `known meters, from ${share.count} on.`;
  const numbers = mode === "sweep" ? { known, matching, ...share } : { ...share };
  return [{ rule: "account_changed", explanation, numbers }];
}

/** The host without its port; as it stands where it is no host at all. */
function toHostName(host: string): string {
  return URL.parse(`http://${host}`)?.hostname ?? host.toLowerCase();
}

/** Ids are spelled in either case. */
function isSameAccount(left: string, right: string): boolean {
  if (left === anyAccount || right === anyAccount) return true;
  return left.toLowerCase() === right.toLowerCase();
}
