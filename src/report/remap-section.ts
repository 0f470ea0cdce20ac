import { h, type JSX } from "preact";
import type { RemapFacts } from "../reader/index.ts";
import { Figure, Numbers } from "./figure.ts";
import { toFlowDrawing } from "./flow-chart.ts";
import { toFlowTable } from "./flow-table.ts";
import { Foreign } from "./foreign-text.ts";
import { type FlowDiagram, othersBefore, planFlowDiagram } from "./plan-flows.ts";
import { Day, formatCount, toPhrase } from "./wording.ts";

type Flow = RemapFacts["flows"][number];

/** So many trade dates have a diagram of their own. */
const diagramMax = 4;
/** A name within a sentence. */
const summaryNameMax = 60;

/** Remaps as flows between groups, a diagram for each of the first trade dates, and all of them as rows. */
export function RemapSection({
  remaps,
  isAcknowledged,
}: {
  remaps: RemapFacts;
  /** Whether anybody says what became of them. */
  isAcknowledged: boolean;
}): JSX.Element {
  const { flows, others, from_trade_date } = remaps;
  if (flows.length === 0 && others === 0) {
    return h(
      "p",
      { class: "empty" },
      "No remap takes effect on ",
      h(Day, { day: from_trade_date }),
      " or later.",
    );
  }
  const days = [...new Set(flows.map(({ effective_from }) => effective_from))];
  const drawn = new Set(days.slice(0, diagramMax));
  const later = flows.filter(({ effective_from }) => !drawn.has(effective_from));
  const lead = `${toPhrase(remaps.remaps, "remap")} ${remaps.remaps === 1 ? "takes" : "take"} effect on `;
  const note = " or later; those that another one has replaced are left out.";
  return h(
    "div",
    null,
    h("p", null, lead, h(Day, { day: from_trade_date }), note),
    [...drawn].map((day, place) =>
      h(FlowFigure, {
        flows,
        day,
        place,
        left: day === days.at(-1) ? remaps.others_of_last_date : 0,
        isAcknowledged,
      }),
    ),
    later.length === 0 ? null : h(LaterFlows, { later, dayCount: days.length - diagramMax, isAcknowledged }),
    others === 0 ? null : h(LeftOut, { remaps, lastDay: days.at(-1) ?? from_trade_date }),
  );
}

/** Where nothing was cut in the middle of a date, all that is left out comes after the last one. */
function LeftOut({ remaps, lastDay }: { remaps: RemapFacts; lastDay: string }): JSX.Element {
  const { others, others_of_last_date: ofLast } = remaps;
  const parts = [
    ...(ofLast === 0
      ? []
      : [h("span", null, `${formatCount(ofLast)} effective from `, h(Day, { day: lastDay }))]),
    ...(others === ofLast ? [] : [`${formatCount(others - ofLast)} effective later`]),
  ];
  const lead = `… and ${toPhrase(others, "more remap")} of flows left out: `;
  return h("p", { class: "more" }, lead, parts[0], parts.length > 1 ? [", ", parts[1]] : null);
}

function FlowFigure({
  flows,
  day,
  place,
  left,
  isAcknowledged,
}: {
  flows: readonly Flow[];
  day: string;
  place: number;
  /** Remaps of this day whose flows are left out. */
  left: number;
  isAcknowledged: boolean;
}): JSX.Element {
  const diagram = planFlowDiagram(flows, day);
  const id = `flows-${place + 1}`;
  const rows = flows.filter(({ effective_from }) => effective_from === day);
  return h(Figure, {
    id,
    title: h("span", null, "Remaps effective from ", h(Day, { day })),
    summary: h(Summary, { diagram, left }),
    legend: [
      { color: 1, name: "group before (left)" },
      { color: 3, name: "group after (right)" },
    ],
    toDrawing: (size) => toFlowDrawing(diagram, size),
    tables: [
      toFlowTable({
        id: `${id}-table`,
        caption: `Remaps effective from ${day}, most remaps first`,
        rows,
        left,
        isAcknowledged,
      }),
    ],
  });
}

function Summary({ diagram, left }: { diagram: FlowDiagram; left: number }): JSX.Element {
  const { links, before, after, merged } = diagram;
  const nameOf = (nodes: FlowDiagram["before"], key: string): string =>
    nodes.find((node) => node.key === key)?.name ?? "";
  const largest = links
    .filter(({ from }) => from !== othersBefore)
    .slice(0, 3)
    .map(({ from, to, meters }, place) => [
      place === 0 ? "" : "; ",
      `${formatCount(meters)} from `,
      h(Foreign, { text: nameOf(before, from), max: summaryNameMax }),
      " to ",
      h(Foreign, { text: nameOf(after, to), max: summaryNameMax }),
    ]);
  const rest = merged === 0 ? "" : ` ${toPhrase(merged, "small flow")} are drawn together as “others”.`;
  const groups = `${toPhrase(diagram.meters + left, "remap")}, the largest flows: `;
  const cut = left === 0 ? "" : ` ${formatCount(left)} of them, of the smallest flows, are not drawn.`;
  return h("span", null, groups, largest, ".", rest, cut);
}

function LaterFlows({
  later,
  dayCount,
  isAcknowledged,
}: {
  later: readonly Flow[];
  dayCount: number;
  isAcknowledged: boolean;
}): JSX.Element {
  const caption = "Remaps effective later, by trade date";
  const table = toFlowTable({ id: "later-flows", caption, rows: later, left: 0, isAcknowledged });
  return h(
    "div",
    null,
    h("p", { class: "more" }, `… and ${toPhrase(dayCount, "more trade date")}, as a table alone`),
    h(Numbers, { of: "remaps effective later", tables: [table] }),
  );
}
