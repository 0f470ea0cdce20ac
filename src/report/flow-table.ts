import { h, type JSX } from "preact";
import type { RemapFacts, ReportGroup } from "../reader/index.ts";
import { Foreign } from "./foreign-text.ts";
import { GroupName } from "./group-section.ts";
import { type Column, toTable } from "./table.ts";
import { Day, formatCount, toPhrase } from "./wording.ts";

type Flow = RemapFacts["flows"][number];

const flowColumns: readonly Column<Flow>[] = [
  { head: "Effective from", cell: ({ effective_from }) => h(Day, { day: effective_from }) },
  { head: "Program", cell: ({ program }) => h(Foreign, { text: program }) },
  { head: "Group before", cell: ({ from }) => h(Groups, { groups: from }) },
  { head: "Group after", cell: ({ to }) => h(Groups, { groups: to }) },
  { head: "Remaps", isNumber: true, cell: ({ meters }) => formatCount(meters) },
];

const reportedColumns: readonly Column<Flow>[] = [
  { head: "Applied", isNumber: true, cell: ({ applied }) => formatCount(applied) },
  { head: "Rejected", isNumber: true, cell: ({ rejected }) => formatCount(rejected) },
  {
    head: "Overdue",
    isNumber: true,
    cell: ({ overdue }) => h(overdue > 0 ? "strong" : "span", null, formatCount(overdue)),
  },
];

type FlowTableParts = {
  readonly id: string;
  readonly caption: string;
  readonly rows: readonly Flow[];
  /** Remaps of flows that are left out. */
  readonly left: number;
  /** Whether anybody says what became of them: else a zero would be a guess. */
  readonly isAcknowledged: boolean;
};

/** The flows as rows. */
export function toFlowTable({ id, caption, rows, left, isAcknowledged }: FlowTableParts): JSX.Element {
  return toTable<Flow>({
    id,
    caption,
    columns: isAcknowledged ? [...flowColumns, ...reportedColumns] : flowColumns,
    rows,
    more: left > 0 ? [`and ${toPhrase(left, "more remap")} of smaller flows`] : [],
  });
}

/** So many groups of one side of a flow are named. */
const groupMax = 3;

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
