import type { RunReport } from "../sync/index.ts";
import { describeChange, nameSubject } from "./change-words.ts";
import { toFactLines, toTable } from "./formats.ts";
import { neutralise } from "./neutralise.ts";

/** A run report for people: what became of the run, what it read, what changed. */
export function toReportLines(report: RunReport): string {
  const facts = toReportFacts(report);
  return `${toHeadline(report)}\n${facts}${toWarningLines(report)}${toTripLines(report)}`;
}

/** What a run read and did, a line each. */
export function toReportFacts(report: RunReport): string {
  return toFactLines({
    run: report.run_id,
    mode: `${report.mode}${report.is_released ? ", held back and released" : ""}`,
    read: describeReading(report),
    meters: describeMeters(report),
    changes: describeCounts(report.changes) || "none",
    horizon: Object.entries(report.horizons)
      .map(([region, { first, last }]) => `${region} ${first}…${last}`)
      .join(", "),
    ...(Object.keys(report.drift).length === 0 ? {} : { oddities: describeCounts(report.drift) }),
    ...(report.checksum === null ? {} : { checksum: report.checksum }),
    ...(report.error === null ? {} : { error: report.error }),
  });
}

export function toWarningLines({ warnings }: Pick<RunReport, "warnings">): string {
  return warnings.map((warning) => `${neutralise(`warning: ${warning}`)}\n`).join("");
}

/** Every rule that holds, or held, the run back, with its numbers. */
export function toTripLines({ trips, status }: Pick<RunReport, "trips" | "status">): string {
  if (trips.length === 0) return "";
  const lines = trips.map(({ rule, explanation, numbers }) => {
    return `  ${neutralise(`${rule}: ${explanation}`)}\n    ${neutralise(describeNumbers(numbers))}\n`;
  });
  return `\nWhy it ${status === "held" ? "is" : "was"} held back\n${lines.join("")}`;
}

/** The first changes of a run, a line each. */
export function toChangeLines(
  title: string,
  events: readonly unknown[],
  groupNames: ReadonlyMap<string, string> = new Map(),
  width?: number,
): string {
  if (events.length === 0) return "";
  const rows = events.map((event) => ({
    about: nameSubject(event),
    what: describeChange(event, groupNames),
  }));
  return `\n${title}\n${toTable(["about", "what"], rows, width)}`;
}

/** Where a person goes from this report. */
export function toNextLines(report: RunReport): string {
  const { status, run_id: runId, trips } = report;
  if (report.is_dry_run && trips.length > 0) {
    return "\nNothing was published, and `meter-sync sync` would hold this back for a person to look at.\n";
  }
  if (report.is_dry_run) return "\nNothing was published. `meter-sync sync` does it.\n";
  if (status === "held") return toDecisionLines(runId);
  if (status === "discarded") {
    return "\nThe plan is dropped. Next: `meter-sync sync` reads everything again and weighs anew.\n";
  }
  if (report.is_released && report.absence.waiting > 0) {
    return "\nNext: `meter-sync sync` looks the absent meters up by id, and tells those that are missing.\n";
  }
  return "\nNext: `meter-sync groups`, `meter-sync meters --action-required`, `meter-sync run latest`\n";
}

/** The checksum is for whoever has looked at the plan to copy: no line that can be run holds it. */
function toDecisionLines(runId: string): string {
  return `
Nothing was published. Is this what really happened at Leap?
  yes      meter-sync release ${runId} --checksum …
           publishes exactly this plan; the checksum stands above
  no       meter-sync discard ${runId}
           drops it; the next run reads and weighs anew
  unsure   leave it: the next run that passes the rules supersedes it by itself
The whole plan with its evidence: meter-sync run ${runId}
`;
}

/** What became of a run, or would. */
export function toHeadline(report: RunReport): string {
  const rehearsed = report.is_rehearsal ? ", a rehearsal" : "";
  if (report.status === "held" && report.is_dry_run) return `Dry run${rehearsed}: this would be held back`;
  if (report.status === "held") return `HELD BACK for a person to look at${rehearsed}`;
  if (report.is_dry_run) return `Dry run${rehearsed}`;
  if (report.status === "published" && report.published_at !== null) {
    const baseline = report.is_baseline ? " as the baseline" : "";
    return `Published${baseline} at ${report.published_at}${rehearsed}`;
  }
  if (report.status === "published") return `Done${rehearsed}: nothing to publish`;
  return `${report.status.slice(0, 1).toUpperCase()}${report.status.slice(1)}${rehearsed}`;
}

function describeReading({ reading, meters, pages, windows }: RunReport): string {
  const read = `${count(meters.returned, "meter")}, ${count(pages, "page")}`;
  if (reading === "poll") return `${read}: what was modified since the last run`;
  if (reading === "chain") return `${read}, as one chain without a filter`;
  return `${read}, ${describeWindows(windows)}`;
}

function describeMeters({ meters, absence }: RunReport): string {
  const odd = toOdd([
    [meters.rejected, "without an id"],
    [meters.unreadable, "unreadable"],
    [meters.repeated, "repeated"],
    [meters.moved, "changed while they were read"],
  ]);
  const became = toOdd([
    [absence.missing, "told missing"],
    [absence.ended, "lose their assignments"],
    [absence.found, "found by id"],
    [absence.waiting, "left as they are"],
    [absence.gone, "gone before"],
  ]);
  const absent = became.length === 0 ? "" : ` (${became.join(", ")})`;
  return [
    `${meters.created} new, ${meters.changed} changed, ${meters.unchanged} unchanged`,
    ...(meters.absent === 0 ? [] : [`${meters.absent} absent${absent}`]),
    ...odd,
  ].join(", ");
}

/** What is worth a word only where there is any. */
function toOdd(counts: readonly (readonly [number, string])[]): string[] {
  return counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
}

function describeWindows({ total, resumed, split, restarted }: RunReport["windows"]): string {
  const odd = toOdd([
    [resumed, "read by an earlier run"],
    [split, "split"],
    [restarted, "read again from the start"],
  ]);
  return `${count(total, "window")}${odd.length === 0 ? "" : ` (${odd.join(", ")})`}`;
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, number]) => `${number} ${name}`)
    .join(", ");
}

/** The numbers that tripped a rule, its thresholds among them. */
export function describeNumbers(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, number]) => `${name} ${number}`)
    .join(", ");
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
