import { addDays, toLocalDate, toStartOfDay } from "../market/index.ts";
import { formatInstant } from "../time/index.ts";
import type { CheckOptions } from "./check-report.ts";
import type { VolueEvent } from "./event.ts";
import type { Findings } from "./fields.ts";
import type { Report } from "./report.ts";

/** Whether a report of this kind may come now. */
export function checkTime(
  report: Report,
  event: VolueEvent,
  nowMs: number,
  { isLateFine }: CheckOptions,
  findings: Findings,
): void {
  const endMs = toEnd(event);
  if (endMs === null) {
    const message = "the event's time cannot be read: whether the report fits it has not been checked";
    findings.notes.push({ path: "eventId", message });
    return;
  }
  const tell = (message: string) => {
    const found = {
      path: "eventId",
      message: isLateFine ? message : `${message}; --late sends it all the same`,
    };
    (isLateFine ? findings.notes : findings.problems).push(found);
  };
  if (report.kind === "acknowledgement") {
    if (nowMs >= endMs) tell(`the event ended at ${formatInstant(endMs)}: it is acknowledged before`);
    return;
  }
  const { monthEndMs, dayEndMs } = toDeadlines(endMs, toGridZone(event));
  if (nowMs >= monthEndMs) {
    tell(
      `the month of the event ended at ${formatInstant(monthEndMs)}, and Volue takes no report after that`,
    );
  } else if (nowMs >= dayEndMs) {
    const message = "Volue asks for reports on the day of the event or the next one: this one comes later";
    findings.notes.push({ path: "eventId", message });
  }
}

/** When an event is over for all of its targets; `null` where that is not known. */
function toEnd({ targets }: VolueEvent): number | null {
  const ends = targets.map(({ startsMs, resolutionMs }) => {
    const lastMs = startsMs.at(-1);
    return lastMs === undefined || resolutionMs === null ? null : lastMs + resolutionMs;
  });
  const known = ends.filter((endMs) => endMs !== null);
  if (known.length === 0 || known.length < targets.length) return null;
  return known.reduce((one, other) => Math.max(one, other));
}

/** Days and months are those of the grid: Finland's clocks are an hour ahead of the others'. */
function toGridZone({ priceArea }: VolueEvent): string {
  return priceArea === "FI" ? "Europe/Helsinki" : "Europe/Oslo";
}

/** The ends of the month of the event's last hour, and of the day after it. */
function toDeadlines(
  endMs: number,
  zone: string,
): { readonly monthEndMs: number; readonly dayEndMs: number } {
  const lastDay = toLocalDate(endMs - 1, zone);
  // The 28th and four days are in the next month, whichever it is.
  const nextMonth = `${addDays(`${lastDay.slice(0, 7)}-28`, 4).slice(0, 7)}-01`;
  return { monthEndMs: toStartOfDay(nextMonth, zone), dayEndMs: toStartOfDay(addDays(lastDay, 2), zone) };
}
