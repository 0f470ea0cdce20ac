import { h, type JSX } from "preact";
import type { AcknowledgementStatus, SinkState } from "../reader/index.ts";
import { Foreign, proseLengthMax } from "./foreign-text.ts";
import { Instant } from "./instant.ts";
import { toTable } from "./table.ts";
import { Day, formatCount, toPhrase } from "./wording.ts";

/** Every sink, how far it is and what is wrong with it. */
export function SinkTable({ sinks }: { sinks: readonly SinkState[] }): JSX.Element {
  if (sinks.length === 0) {
    return h("p", { class: "empty" }, "No sink was ever registered: changes are kept, and sent nowhere.");
  }
  return toTable({
    id: "sinks",
    caption: "Sinks, and what they have still to get",
    columns: [
      { head: "Sink", cell: ({ name }) => h(Foreign, { text: name }) },
      { head: "State", cell: (sink) => toState(sink) },
      { head: "Undelivered", isNumber: true, cell: ({ undelivered }) => formatCount(undelivered) },
      { head: "Dead letters", isNumber: true, cell: ({ set_aside }) => formatCount(set_aside) },
      { head: "Its place", isNumber: true, cell: ({ settled_sequence: at }) => formatCount(at) },
      { head: "Last took something", cell: ({ settled_at }) => h(Instant, { at: settled_at }) },
      { head: "Oldest undelivered", cell: ({ oldest_undelivered_at: at }) => h(Instant, { at }) },
      { head: "Next try", cell: ({ retry_at }) => h(Instant, { at: retry_at }) },
      {
        head: "Last error",
        isProse: true,
        cell: ({ error }) => h(Foreign, { text: error, max: proseLengthMax }),
      },
    ],
    rows: sinks,
  });
}

function toState({ disabled_at, failure_count, undelivered }: SinkState): JSX.Element | string {
  if (disabled_at !== null) return h("strong", null, "disabled since ", h(Instant, { at: disabled_at }));
  if (failure_count > 0) return h("strong", null, `failing: ${toPhrase(failure_count, "time")} in a row`);
  return undelivered > 0 ? "under way" : "up to date";
}

/** The remaps that should have been applied by now. */
export function toOverdueTable({ first_overdue, overdue }: AcknowledgementStatus): JSX.Element {
  const others = overdue - first_overdue.length;
  return toTable({
    id: "overdue",
    caption: "Overdue remaps, the first by when they were due",
    columns: [
      { head: "Meter", cell: ({ meter_id }) => h("code", null, meter_id) },
      { head: "Your reference", cell: ({ partner_reference: text }) => h(Foreign, { text }) },
      { head: "Program", cell: ({ program }) => h(Foreign, { text: program }) },
      { head: "Effective from", cell: ({ effective_from }) => h(Day, { day: effective_from }) },
      { head: "State", cell: ({ state }) => state },
      { head: "Was due", cell: ({ due_at }) => h(Instant, { at: due_at }) },
      {
        head: "Reason given",
        isProse: true,
        cell: ({ reason }) => h(Foreign, { text: reason, max: proseLengthMax }),
      },
    ],
    rows: first_overdue,
    more: others > 0 ? [`and ${formatCount(others)} more`] : [],
  });
}
