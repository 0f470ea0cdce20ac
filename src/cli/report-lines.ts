import type { DeliveryReport } from "../delivery/index.ts";
import type { RunReport } from "../sync/index.ts";
import { describeChange, nameSubject } from "./change-words.ts";
import { toFactLines, toTable } from "./formats.ts";
import { neutralise } from "./neutralise.ts";

/** A run report for people: what became of the run, what it read, what changed. */
export function toReportLines(report: RunReport): string {
  const { meters, windows } = report;
  const odd = (
    [
      [meters.absent, "absent"],
      [meters.rejected, "without an id"],
      [meters.unreadable, "unreadable"],
      [meters.repeated, "repeated"],
    ] as const
  ).filter(([count]) => count > 0);
  const facts = toFactLines({
    run: report.run_id,
    read: `${count(meters.returned, "meter")}, ${count(report.pages, "page")}, ${describeWindows(windows)}`,
    meters: [
      `${meters.created} new, ${meters.changed} changed, ${meters.unchanged} unchanged`,
      ...odd.map(([number, word]) => `${number} ${word}`),
    ].join(", "),
    changes: describeCounts(report.changes) || "none",
    horizon: Object.entries(report.horizons)
      .map(([region, { first, last }]) => `${region} ${first}…${last}`)
      .join(", "),
    ...(Object.keys(report.drift).length === 0 ? {} : { oddities: describeCounts(report.drift) }),
    ...(report.checksum === null ? {} : { checksum: report.checksum }),
    ...(report.error === null ? {} : { error: report.error }),
  });
  const trips = report.trips.map((trip) => `held by ${trip.rule}: ${trip.explanation}`);
  const warnings = report.warnings.map((warning) => `warning: ${warning}`);
  const notes = [...trips, ...warnings].map((line) => `${neutralise(line)}\n`);
  return `${toHeadline(report)}\n${facts}${notes.join("")}`;
}

/** The first changes of a run, a line each. */
export function toChangeLines(title: string, events: readonly unknown[]): string {
  if (events.length === 0) return "";
  const rows = events.map((event) => ({ about: nameSubject(event), what: describeChange(event) }));
  return `\n${title}\n${toTable(["about", "what"], rows)}`;
}

/** What the sinks took, a line each. */
export function toDeliveryLines(delivery: DeliveryReport): string {
  const rows = Object.entries(delivery.delivered).map(([sink, delivered]) => ({
    sink,
    delivered,
    still_due: delivery.due[sink] ?? 0,
    failure: delivery.failures.find((failure) => failure.sink === sink)?.message ?? null,
  }));
  return rows.length === 0 ? "" : `\n${toTable(["sink", "delivered", "still_due", "failure"], rows)}`;
}

/** Where a person goes from this report. */
export function toNextLines(report: RunReport): string {
  if (report.is_dry_run) return "\nNothing was published. `meter-sync sync` does it.\n";
  if (report.status === "held") {
    const look = `look at \`meter-sync run ${report.run_id}\``;
    return `\nNothing was published: ${look}; the next clean run supersedes it.\n`;
  }
  return "\nNext: `meter-sync groups`, `meter-sync meters --action-required`, `meter-sync run latest`\n";
}

function toHeadline(report: RunReport): string {
  const rehearsed = report.is_rehearsal ? ", a rehearsal" : "";
  if (report.status === "held") return `HELD BACK for a person to look at${rehearsed}`;
  if (report.is_dry_run) return `Dry run${rehearsed}: this would be published`;
  if (report.status === "published" && report.published_at !== null) {
    const baseline = report.is_baseline ? " as the baseline" : "";
    return `Published${baseline} at ${report.published_at}${rehearsed}`;
  }
  if (report.status === "published") return `Done${rehearsed}: nothing to publish`;
  return `${report.status.slice(0, 1).toUpperCase()}${report.status.slice(1)}${rehearsed}`;
}

function describeWindows({ total, resumed }: RunReport["windows"]): string {
  return `${count(total, "window")}${resumed === 0 ? "" : ` (${resumed} read by an earlier run)`}`;
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, number]) => `${number} ${name}`)
    .join(", ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
