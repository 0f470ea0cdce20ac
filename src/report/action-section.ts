import { h, type JSX } from "preact";
import type { ActionFacts } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { toLyingBars } from "./bar-chart.ts";
import { Figure, Numbers } from "./figure.ts";
import { Foreign, proseLengthMax } from "./foreign-text.ts";
import { Deadline } from "./instant.ts";
import { toLargest, toTally } from "./largest.ts";
import { toTable } from "./table.ts";
import { formatCount, toPhrase } from "./wording.ts";

type Count = ActionFacts["counts"][number];

/** By when something has to be done, the most pressing first. */
const terms = ["past", "soon", "later", "none"] as const;
type Term = (typeof terms)[number];

const termNames: Readonly<Record<Term, string>> = {
  past: "deadline past",
  soon: "due within 7 days",
  later: "due later",
  none: "no deadline",
};
const termColors: Readonly<Record<Term, number>> = { past: 2, soon: 5, later: 1, none: 6 };
const soonMs = 7 * 86_400_000;
const codeMax = 8;

/** Meters that need action: how many, of what kind, by when, and the first of them. */
export function ActionSection({ actions, now }: { actions: ActionFacts; now: string }): JSX.Element {
  if (actions.meters === 0 && actions.counts.length === 0 && actions.first.length === 0) {
    return h("p", { class: "empty" }, "No meter needs action.");
  }
  return h(
    "div",
    null,
    actions.counts.length === 0
      ? h("p", null, `${toPhrase(actions.meters, "meter")} need action; Leap does not say which.`)
      : h(ActionFigure, { actions, now }),
    actions.first.length === 0
      ? null
      : h(Numbers, { of: "meters that need action", tables: [toFirstTable(actions, now)] }),
  );
}

function ActionFigure({ actions, now }: { actions: ActionFacts; now: string }): JSX.Element {
  const rows = actions.counts.map((row) => ({ ...row, term: toTerm(row, now), name: row.code ?? "no code" }));
  const codes = toLargest(
    toTally(rows, ({ name }) => name),
    codeMax,
    "other codes",
  );
  const sum = (is: (row: (typeof rows)[number]) => boolean): number =>
    rows.filter(is).reduce((total, { meters }) => total + meters, 0);
  const sums = terms.map((term) => ({ term, value: sum((row) => row.term === term) }));
  const shown = sums.filter(({ value }) => value > 0);
  const bars = {
    names: codes.entries.map(({ name }) => name),
    ends: codes.entries.map(({ value }) => formatCount(value)),
    series: shown.map(({ term }) => ({
      color: termColors[term],
      values: codes.entries.map((code) =>
        sum((row) => row.term === term && codes.placeOf(row.name) === code.name),
      ),
    })),
  };
  const needs = actions.meters === 1 ? "needs" : "need";
  return h(Figure, {
    id: "actions",
    title: "Required actions by code and deadline",
    summary:
      `${toPhrase(actions.meters, "meter")} ${needs} action. Of the actions counted here, ` +
      `${sums.map(({ term, value }) => `${formatCount(value)} ${termNames[term]}`).join(", ")}. ` +
      "A meter with several actions is counted with each.",
    legend: shown.map(({ term, value }) => ({ color: termColors[term], name: termNames[term], value })),
    toDrawing: (size) => toLyingBars(bars, size),
    tables: [toCountTable(actions, now)],
  });
}

function toTerm({ deadline, is_past }: Pick<Count, "deadline" | "is_past">, now: string): Term {
  if (is_past) return "past";
  if (deadline === null) return "none";
  const deadlineMs = toDeadlineMs(deadline);
  const nowMs = parseInstant(now) ?? 0;
  return deadlineMs !== undefined && deadlineMs <= nowMs + soonMs ? "soon" : "later";
}

/** A deadline is an instant, or a whole day: that ends with it. */
function toDeadlineMs(deadline: string): number | undefined {
  return parseInstant(deadline) ?? parseInstant(`${deadline}T23:59:59Z`);
}

/** The deadline, and in words what it means where it is near or past. */
function Due({ deadline, term }: { deadline: string | null; term: Term }): JSX.Element {
  const mark = term === "past" ? "past" : term === "soon" ? "soon" : null;
  return h(
    "span",
    { class: "due" },
    h(Deadline, { at: deadline }),
    mark === null ? null : [" ", h("strong", { class: `mark ${mark}` }, mark)],
  );
}

function toCountTable({ counts, others }: ActionFacts, now: string): JSX.Element {
  return toTable({
    id: "action-table",
    caption: "Required actions by deadline and code",
    columns: [
      {
        head: "Deadline (UTC)",
        cell: (row) => h(Due, { deadline: row.deadline, term: toTerm(row, now) }),
      },
      { head: "Code", cell: ({ code }) => h(Foreign, { text: code }) },
      { head: "To be done by", cell: ({ party }) => h(Foreign, { text: party }) },
      { head: "Meters", isNumber: true, cell: ({ meters }) => formatCount(meters) },
    ],
    rows: counts,
    more: others > 0 ? [`and ${formatCount(others)} more with later deadlines or none`] : [],
  });
}

function toFirstTable({ first, meters }: ActionFacts, now: string): JSX.Element {
  const left = meters - new Set(first.map(({ meter_id }) => meter_id)).size;
  const nowMs = parseInstant(now) ?? 0;
  return toTable({
    id: "action-meters",
    caption: "Meters that need action, the earliest deadline first",
    columns: [
      { head: "Meter", cell: ({ meter_id }) => h("code", null, meter_id) },
      { head: "Your reference", cell: ({ partner_reference: text }) => h(Foreign, { text }) },
      {
        head: "Deadline",
        cell: ({ deadline }) => {
          const is_past = deadline !== null && (toDeadlineMs(deadline) ?? Number.POSITIVE_INFINITY) <= nowMs;
          return h(Due, { deadline, term: toTerm({ deadline, is_past }, now) });
        },
      },
      { head: "Code", cell: ({ code }) => h(Foreign, { text: code }) },
      { head: "To be done by", cell: ({ party }) => h(Foreign, { text: party }) },
      { head: "Program", cell: ({ program }) => h(Foreign, { text: program }) },
      {
        head: "What is asked",
        isProse: true,
        cell: ({ description }) => h(Foreign, { text: description, max: proseLengthMax }),
      },
    ],
    rows: first,
    more: left > 0 ? [`and ${toPhrase(left, "more meter")}`] : [],
  });
}
