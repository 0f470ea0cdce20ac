import type { OverdueReport } from "../acknowledgement/index.ts";
import type { DeliveryReport, ReplayReport } from "../delivery/index.ts";
import { toTable } from "./formats.ts";
import { count } from "./report-lines.ts";
import { weighBacklog } from "./sink-rows.ts";

/** What the sinks took, a line each; columns that say nothing are left out. */
export function toDeliveryLines(delivery: DeliveryReport, backlogCountMax: number): string {
  const rows = Object.entries(delivery.delivered).map(([sink, delivered]) => {
    const due = delivery.due[sink] ?? 0;
    return {
      sink,
      delivered,
      still_due: due,
      set_aside: delivery.set_aside[sink] ?? 0,
      backlog: weighBacklog(due, backlogCountMax),
      failure: toMessage(delivery.failures, sink),
    };
  });
  const columns = [
    "sink",
    "delivered",
    "still_due",
    ...(rows.some((row) => row.set_aside > 0) ? ["set_aside"] : []),
    ...(rows.some((row) => row.backlog !== "ok") ? ["backlog"] : []),
    "failure",
  ];
  return rows.length === 0 ? "" : `\n${toTable(columns, rows)}`;
}

/** What consumers have yet to act on, in one line; nothing where nobody acknowledges. */
export function toOverdueLines(report: OverdueReport | null): string {
  if (report === null) return "";
  const { unacknowledged, overdue, told } = report;
  const late = overdue === 0 ? "none overdue" : `${overdue} overdue`;
  const now = told === 0 ? "" : ` (${told} told now)`;
  return `\nRemaps: ${unacknowledged} not acknowledged yet, ${late}${now}\n`;
}

/** What was sent again, a line for each sink, and where to go on where one failed. */
export function toReplayLines({ replayed, failures }: ReplayReport): string {
  const names = [...new Set([...Object.keys(replayed), ...failures.map(({ sink }) => sink)])];
  const rows = names.map((sink) => ({
    sink,
    sent_again: replayed[sink] ?? 0,
    failure: toMessage(failures, sink),
    go_on_with: describeNext(failures, sink),
  }));
  const columns = ["sink", "sent_again", ...(failures.length === 0 ? [] : ["failure", "go_on_with"])];
  return toTable(columns, rows);
}

function describeNext(failures: ReplayReport["failures"], sink: string): string | null {
  const failure = failures.find((each) => each.sink === sink);
  return failure === undefined ? null : `--from ${failure.next_sequence} --sink ${sink}`;
}

/** What a person should know of after a delivery, though nothing failed: a sentence each. */
export function toDeliveryWarnings(
  delivery: DeliveryReport | null,
  overdue: OverdueReport | null,
  backlogCountMax: number,
): readonly { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[] {
  const backlogs = Object.entries(delivery?.due ?? {}).flatMap(([sink, due]) => {
    const backlog = weighBacklog(due, backlogCountMax);
    return backlog === "ok" ? [] : [toBacklogWarning(sink, due, backlog, backlogCountMax)];
  });
  const setAside = Object.values(delivery?.set_aside ?? {}).reduce((sum, number) => sum + number, 0);
  const letters =
    setAside === 0
      ? []
      : [
          {
            fields: { set_aside: delivery?.set_aside },
            message:
              `${count(setAside, "event")} set aside: look at \`meter-sync dead-letters\`, then resend or ` +
              "drop",
          },
        ];
  const late =
    overdue === null || overdue.overdue === 0
      ? []
      : [
          {
            fields: { overdue: overdue.overdue, unacknowledged: overdue.unacknowledged },
            message:
              `${count(overdue.overdue, "remap")} not reported as applied in time: ` +
              "`meter-sync status` names the first",
          },
        ];
  return [...backlogs, ...letters, ...late];
}

function toBacklogWarning(sink: string, due: number, backlog: "filling" | "full", backlogCountMax: number) {
  const message =
    `${sink} is ${backlog}: ${count(due, "event")} undelivered, METER_SYNC_BACKLOG_MAX is ` +
    `${backlogCountMax}; nothing is dropped, see that it takes them again`;
  return { fields: { sink, undelivered: due, backlog }, message };
}

function toMessage(
  failures: readonly { readonly sink: string; readonly message: string }[],
  sink: string,
): string | null {
  return failures.find((failure) => failure.sink === sink)?.message ?? null;
}
