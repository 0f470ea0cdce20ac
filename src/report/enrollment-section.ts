import { h, type JSX } from "preact";
import type { EnrollmentFacts } from "../reader/index.ts";
import { toLyingBars } from "./bar-chart.ts";
import { MovesFigures } from "./enrollment-moves.ts";
import { Figure } from "./figure.ts";
import { Foreign } from "./foreign-text.ts";
import { Instant } from "./instant.ts";
import { toLargest, toTally } from "./largest.ts";
import { toTable } from "./table.ts";
import { formatCount, formatShare, toPhrase } from "./wording.ts";

/** Enrollment as it stands, and as it moved. */
export function EnrollmentSection({ enrollment }: { enrollment: EnrollmentFacts }): JSX.Element {
  return h(
    "div",
    null,
    enrollment.standing.length === 0
      ? h("p", { class: "empty" }, "There are no meters yet.")
      : h(StandingFigure, { standing: enrollment.standing }),
    h(
      "p",
      { class: "since" },
      "What moved is counted since ",
      h(Instant, { at: enrollment.moves_since }),
      ", by the day (UTC) it was published.",
    ),
    h(MovesFigures, { enrollment }),
  );
}

type Standing = EnrollmentFacts["standing"];

/** Statuses and regions that a chart shows by name. */
const statusMax = 8;
const regionMax = 5;

function StandingFigure({ standing }: { standing: Standing }): JSX.Element {
  const total = standing.reduce((sum, { meters }) => sum + meters, 0);
  const active = standing.reduce((sum, row) => sum + (row.dispatchable ? row.meters : 0), 0);
  const statuses = toLargest(toTally(standing, toStatus), statusMax, "other statuses");
  const regions = toLargest(toTally(standing, toRegion), regionMax, "other regions");
  const count = (status: string, region: string): number =>
    standing
      .filter(
        (row) => statuses.placeOf(toStatus(row)) === status && regions.placeOf(toRegion(row)) === region,
      )
      .reduce((sum, { meters }) => sum + meters, 0);
  const bars = {
    names: statuses.entries.map(({ name }) => name),
    ends: statuses.entries.map(({ value }) => formatCount(value)),
    series: regions.entries.map((region) => ({
      color: region.color,
      values: statuses.entries.map((status) => count(status.name, region.name)),
    })),
  };
  return h(Figure, {
    id: "standing",
    title: "Meters by enrollment status",
    summary: [
      `${formatCount(active)} of ${toPhrase(total, "meter")} (${formatShare(active, total)}) are active, `,
      "archived and missing meters counted in. By status: ",
      statuses.entries.map(({ name, value }, place) => [
        place === 0 ? "" : ", ",
        h(Foreign, { text: name }),
        ` ${formatCount(value)}`,
      ]),
      ".",
    ],
    legend: regions.entries.map(({ name, value, color }) => ({
      color,
      name: h(Foreign, { text: name }),
      value,
    })),
    toDrawing: (size) => toLyingBars(bars, size),
    tables: [toStandingTable(standing, total)],
  });
}

function toStatus({ enrollment_status }: Standing[number]): string {
  return enrollment_status ?? "no status";
}

function toRegion({ transmission_region }: Standing[number]): string {
  return transmission_region;
}

function toStandingTable(standing: Standing, total: number): JSX.Element {
  return toTable({
    id: "standing-table",
    caption: "Meters by region and enrollment status",
    columns: [
      { head: "Region", cell: (row) => h(Foreign, { text: toRegion(row) }) },
      { head: "Status", cell: (row) => h(Foreign, { text: toStatus(row) }) },
      { head: "Active", cell: ({ dispatchable }) => (dispatchable ? "yes" : "no") },
      { head: "Meters", isNumber: true, cell: ({ meters }) => formatCount(meters) },
      { head: "Of all", isNumber: true, cell: ({ meters }) => formatShare(meters, total) },
    ],
    rows: standing,
  });
}
