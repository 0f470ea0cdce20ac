import type { RunReport } from "../sync/index.ts";
import { toFactLines, toTable } from "./formats.ts";
import { neutralise } from "./neutralise.ts";
import { count } from "./report-lines.ts";

type Certificate = NonNullable<RunReport["certificate"]>;

/** What a run can show for itself: its certificate, what became of absent meters, polls, traffic. */
export function toEvidenceLines(
  report: RunReport,
  groupNames: ReadonlyMap<string, string>,
  width?: number,
): string {
  const { certificate } = report;
  return [
    certificate === null ? toUncertified(report) : toCertificate(certificate, groupNames, width),
    toAbsence(report),
    toHidden(report),
    toPollAudit(report),
    toTraffic(report),
  ].join("");
}

/** What reports of earlier releases did not say yet. */
export function toWholeReport(stored: unknown): RunReport {
  return { ...unsaid, ...(stored as RunReport) };
}

const unsaid: Pick<
  RunReport,
  "reading" | "is_released" | "absence" | "certificate" | "hidden" | "poll_audit" | "traffic"
> = {
  reading: "windows",
  is_released: false,
  absence: { looked_up: false, found: 0, missing: 0, ended: 0, waiting: 0, gone: 0 },
  certificate: null,
  hidden: null,
  poll_audit: null,
  traffic: { requests: 0, retries: 0, throttled: 0, bytes: 0, concurrency_lowest: 0 },
};

function toUncertified({ mode }: RunReport): string {
  const why = mode === "poll" ? "a poll says nothing of the whole portfolio" : "none was stored";
  return `\nNo certificate: ${why}\n`;
}

function toCertificate(
  certificate: Certificate,
  groupNames: ReadonlyMap<string, string>,
  width?: number,
): string {
  const verdict = certificate.is_certified
    ? "Certificate: the sweep was complete"
    : `NOT CERTIFIED: ${neutralise(certificate.reasons.join("; "))}`;
  const facts = toFactLines({
    windows:
      `${certificate.windows_done} of ${certificate.windows_total} read to the last page ` +
      `(${certificate.windows_split} split, ${certificate.windows_restarted} read again from the start)`,
    pages: certificate.pages,
    documents: certificate.documents,
    returned: `${certificate.returned} distinct meters`,
    repeated: certificate.repeated,
    moved: `${certificate.moved} (came twice, with different content)`,
    rejected: `${certificate.rejected} (without an id)`,
    unreadable: certificate.unreadable,
    digest: certificate.content_sha256,
  });
  return [
    `\n${verdict}\n${facts}`,
    toCounts("Meters by region, in the last certified sweep and in this one", certificate.regions, width),
    toCounts("Meters by enrollment status", certificate.statuses, width),
    toGroups(certificate.groups, groupNames, width),
  ].join("");
}

function toCounts(title: string, counts: Certificate["regions"], width?: number): string {
  const rows = Object.entries(counts).map(([name, { before, after }]) => ({
    name,
    before,
    after,
    change: before === null ? null : toSigned(after - before),
  }));
  return rows.length === 0
    ? ""
    : `\n${title}\n${toTable(["name", "before", "after", "change"], rows, width)}`;
}

function toGroups(
  groups: Certificate["groups"],
  groupNames: ReadonlyMap<string, string>,
  width?: number,
): string {
  if (groups === null) return "";
  const { before, after, largest } = groups;
  const totals = (what: "groups" | "members") => `${before[what]} → ${after[what]}`;
  const title = `Groups on ${groups.trade_date}: ${totals("groups")}, members ${totals("members")}`;
  if (largest.length === 0) return `\n${title}\n`;
  const rows = largest.map((shift) => ({
    group: groupNames.get(shift.market_group_id) ?? "-",
    market_group_id: shift.market_group_id,
    before: shift.before,
    after: shift.after,
    change: toSigned(shift.after - shift.before),
  }));
  const columns = ["group", "market_group_id", "before", "after", "change"];
  return `\n${title}; the largest shifts\n${toTable(columns, rows, width)}`;
}

function toAbsence({ meters, absence, mode }: RunReport): string {
  if (meters.absent === 0) {
    return mode === "poll" ? "" : "\nAbsent meters: none, every known meter was returned\n";
  }
  const facts = toFactLines({
    looked_up: absence.looked_up ? "yes, by id" : "no",
    found: `${absence.found} (had moved while they were read)`,
    missing: `${absence.missing} (told as meter.missing)`,
    ended: `${absence.ended} (missing for long enough: their assignments end)`,
    waiting: `${absence.waiting} (nothing was concluded yet)`,
    gone: `${absence.gone} (their assignments had ended before)`,
  });
  return `\nAbsent meters: ${meters.absent}\n${facts}`;
}

function toHidden({ hidden }: RunReport): string {
  if (hidden === null) return "";
  const found = hidden === 0 ? "none" : `${hidden}, which windows do not return`;
  return `\nMeters that a search by date added hides: ${found}\n`;
}

function toPollAudit({ poll_audit: audit }: RunReport): string {
  if (audit === null) return "";
  const facts = toFactLines({
    polls: audit.polls,
    found: `${audit.found} meters new or changed, by those polls`,
    caught: `${audit.caught} changes of this sweep that a poll would have found`,
    missed: `${audit.missed} changes of this sweep that a poll would not have found`,
    trust: audit.trust_percent === null ? "not known: nothing changed" : `${audit.trust_percent} %`,
  });
  return `\nAudit of the polls since the last sweep\n${facts}`;
}

function toTraffic({ traffic }: RunReport): string {
  if (traffic.requests === 0) return "";
  const { requests, retries, throttled, bytes, concurrency_lowest: lowest } = traffic;
  const size = `${(bytes / 1_000_000).toFixed(1)} MB`;
  return (
    `\nTraffic: ${count(requests, "request")}, ${retries} sent again, ${throttled} answered 429, ${size}; ` +
    `never held to fewer than ${lowest} at once\n`
  );
}

function toSigned(change: number): string {
  return change > 0 ? `+${change}` : String(change);
}
