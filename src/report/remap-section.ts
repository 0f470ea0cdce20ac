import { h, type JSX } from "preact";
import type { RemapFacts, ReportGroup } from "../reader/index.ts";
import { Figure, Numbers } from "./figure.ts";
import { toFlowDrawing } from "./flow-chart.ts";
import { Foreign } from "./foreign-text.ts";
import { GroupName } from "./group-section.ts";
import { type FlowDiagram, othersBefore, planFlowDiagram } from "./plan-flows.ts";
import { toTable } from "./table.ts";
import { Day, formatCount, toPhrase } from "./wording.ts";

type Flow = RemapFacts["flows"][number];

/** So many trade dates have a diagram of their own. */
const diagramMax = 4;
/** And so many groups of one side of a flow are named. */
const groupMax = 3;
/** A name within a sentence. */
const summaryNameMax = 60;

/** Remaps as flows between groups, a diagram for each of the first trade dates, and all of them as rows. */
export function RemapSection({ remaps }: { remaps: RemapFacts }): JSX.Element {
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
    [...drawn].map((day, place) => h(FlowFigure, { flows, day, place })),
    later.length === 0 ? null : h(LaterFlows, { later, dayCount: days.length - diagramMax }),
    others === 0
      ? null
      : h("p", { class: "more" }, `… and ${toPhrase(others, "more remap")} of flows left out`),
  );
}

function FlowFigure({
  flows,
  day,
  place,
}: {
  flows: readonly Flow[];
  day: string;
  place: number;
}): JSX.Element {
  const diagram = planFlowDiagram(flows, day);
  const id = `flows-${place + 1}`;
  const rows = flows.filter(({ effective_from }) => effective_from === day);
  return h(Figure, {
    id,
    title: h("span", null, "Remaps effective from ", h(Day, { day })),
    summary: h(Summary, { diagram }),
    legend: [
      { color: 1, name: "group before (left)" },
      { color: 3, name: "group after (right)" },
    ],
    toDrawing: (size) => toFlowDrawing(diagram, size),
    tables: [toFlowTable(`${id}-table`, `Remaps effective from ${day}, most remaps first`, rows)],
  });
}

function Summary({ diagram }: { diagram: FlowDiagram }): JSX.Element {
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
  const groups = `${toPhrase(diagram.meters, "remap")}, the largest flows: `;
  return h("span", null, groups, largest, ".", rest);
}

function LaterFlows({ later, dayCount }: { later: readonly Flow[]; dayCount: number }): JSX.Element {
  const table = toFlowTable("later-flows", "Remaps effective later, by trade date", later);
  return h(
    "div",
    null,
    h("p", { class: "more" }, `… and ${toPhrase(dayCount, "more trade date")}, as a table alone`),
    h(Numbers, { of: "remaps effective later", tables: [table] }),
  );
}

function toFlowTable(id: string, caption: string, rows: readonly Flow[]): JSX.Element {
  return toTable<Flow>({
    id,
    caption,
    columns: [
      { head: "Effective from", cell: ({ effective_from }) => h(Day, { day: effective_from }) },
      { head: "Program", cell: ({ program }) => h(Foreign, { text: program }) },
      { head: "Group before", cell: ({ from }) => h(Groups, { groups: from }) },
      { head: "Group after", cell: ({ to }) => h(Groups, { groups: to }) },
      { head: "Remaps", isNumber: true, cell: ({ meters }) => formatCount(meters) },
      { head: "Applied", isNumber: true, cell: ({ applied }) => formatCount(applied) },
      { head: "Rejected", isNumber: true, cell: ({ rejected }) => formatCount(rejected) },
      {
        head: "Overdue",
        isNumber: true,
        cell: ({ overdue }) => h(overdue > 0 ? "strong" : "span", null, formatCount(overdue)),
      },
    ],
    rows,
  });
}

function Groups({ groups }: { groups: readonly ReportGroup[] }): JSX.Element {
  if (groups.length === 0) return h("span", { class: "none" }, "unassigned");
  const left = groups.length - groupMax;
  return h(
    "span",
    null,
    groups.slice(0, groupMax).map((group) => h("div", null, h(GroupName, { group }))),
    left > 0 ? h("div", null, `and ${formatCount(left)} more`) : null,
  );
}
