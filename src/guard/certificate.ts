/** What a sweep can show for itself; counts are of this sweep alone, over all of its windows. */
export type SweepEvidence = {
  readonly windowsTotal: number;
  /** Read to their last page. */
  readonly windowsDone: number;
  /** Divided while they were read. */
  readonly windowsSplit: number;
  /** Read again from their first page. */
  readonly windowsRestarted: number;
  readonly pages: number;
  readonly documents: number;
  /** Distinct meters. */
  readonly returned: number;
  /** Answers for a meter that this sweep had seen before. */
  readonly repeated: number;
  /** Came twice with different content. */
  readonly moved: number;
  /** Answers without an id: some meter was not seen. */
  readonly rejected: number;
  /** Have an id, and dates that cannot be read. */
  readonly unreadable: number;
  /** In hex. */
  readonly contentSha256: string;
  /** Returned meters by region. */
  readonly regions: Readonly<Record<string, number>>;
  /** Returned meters by enrollment status; without one under `none`. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly groups: GroupEvidence | null;
};

/** Groups and their members on a trade date, before and after; the groups that changed most. */
export type GroupEvidence = {
  readonly trade_date: string;
  readonly before: { readonly groups: number; readonly members: number };
  readonly after: { readonly groups: number; readonly members: number };
  readonly largest: readonly {
    readonly market_group_id: string;
    readonly before: number;
    readonly after: number;
  }[];
};

/** A count in the last certified sweep (`null`: none, or it did not count this by itself) and in this one. */
export type CertificateCount = { readonly before: number | null; readonly after: number };

/** What is stored of a sweep and shown with its run: JSON as it stands. */
export type Certificate = {
  readonly is_certified: boolean;
  /** Why not, in words. */
  readonly reasons: readonly string[];
  readonly windows_total: number;
  readonly windows_done: number;
  readonly windows_split: number;
  readonly windows_restarted: number;
  readonly pages: number;
  readonly documents: number;
  readonly returned: number;
  readonly repeated: number;
  readonly moved: number;
  readonly rejected: number;
  readonly unreadable: number;
  readonly content_sha256: string;
  /** At most 50 names; the smallest beyond them summed under `others`. */
  readonly regions: Readonly<Record<string, CertificateCount>>;
  readonly statuses: Readonly<Record<string, CertificateCount>>;
  readonly groups: GroupEvidence | null;
};

/** So many names a certificate counts by at most (I8): Leap may send any. */
const nameCountMax = 50;

/** Where names beyond the limit are summed up. */
const othersName = "others";

/**
 * Whether a sweep was complete: every window read to its last page (where no token comes twice, or reading
 * fails), no answer without an id (I2, I11); and what it saw, beside what the last certified sweep saw.
 */
export function planCertificate(evidence: SweepEvidence, last: Certificate | null): Certificate {
  const reasons = toReasons(evidence);
  return {
    is_certified: reasons.length === 0,
    reasons,
    windows_total: evidence.windowsTotal,
    windows_done: evidence.windowsDone,
    windows_split: evidence.windowsSplit,
    windows_restarted: evidence.windowsRestarted,
    pages: evidence.pages,
    documents: evidence.documents,
    returned: evidence.returned,
    repeated: evidence.repeated,
    moved: evidence.moved,
    rejected: evidence.rejected,
    unreadable: evidence.unreadable,
    content_sha256: evidence.contentSha256,
    regions: toCounts(evidence.regions, last?.regions ?? null),
    statuses: toCounts(evidence.statuses, last?.statuses ?? null),
    groups: evidence.groups,
  };
}

function toReasons({ windowsTotal, windowsDone, rejected }: SweepEvidence): string[] {
  const reasons: string[] = [];
  if (windowsTotal === 0) reasons.push("no window was read at all");
  if (windowsDone < windowsTotal) {
    const open = windowsTotal - windowsDone;
    reasons.push(
      `${open} of ${windowsTotal} windows ${open === 1 ? "was" : "were"} not read to the last page`,
    );
  }
  if (rejected > 0) reasons.push(`${rejected} ${rejected === 1 ? "answer" : "answers"} carried no meter id`);
  return reasons;
}

/** The larger of both sides decides who is named, so that a name that vanished is seen to. */
function toCounts(
  after: Readonly<Record<string, number>>,
  last: Certificate["regions"] | null,
): Record<string, CertificateCount> {
  const before = last === null ? null : new Map(Object.entries(last).map(([name, was]) => [name, was.after]));
  // Where the last certificate summed some names up, one that it does not hold may be among them.
  const unnamed = before === null || before.has(othersName) ? null : 0;
  const counts = new Map(
    Object.entries(after).map(([name, count]) => [
      name,
      { before: before?.get(name) ?? unnamed, after: count },
    ]),
  );
  for (const [name, count] of before ?? []) {
    if (!counts.has(name)) counts.set(name, { before: count, after: 0 });
  }
  const others = counts.get(othersName);
  counts.delete(othersName);
  const ranked = [...counts].sort(
    ([leftName, left], [rightName, right]) => toSize(right) - toSize(left) || (leftName < rightName ? -1 : 1),
  );
  const fits = ranked.length + (others === undefined ? 0 : 1) <= nameCountMax;
  const namedMax = fits ? ranked.length : nameCountMax - 1;
  const named = ranked.slice(0, namedMax).sort(([left], [right]) => (left < right ? -1 : 1));
  const rest = ranked.slice(namedMax).map(([, count]) => count);
  if (others !== undefined) rest.push(others);
  if (rest.length > 0) named.push([othersName, toSum(rest, before !== null)]);
  return Object.fromEntries(named);
}

function toSize({ before, after }: CertificateCount): number {
  return Math.max(before ?? 0, after);
}

function toSum(counts: readonly CertificateCount[], hasBefore: boolean): CertificateCount {
  let [before, after] = [0, 0];
  for (const count of counts) {
    before += count.before ?? 0;
    after += count.after;
  }
  return { before: hasBefore ? before : null, after };
}
