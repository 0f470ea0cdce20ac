import { type TradeDate, toStartOfDay } from "../market/index.ts";
import { formatInstant } from "../time/index.ts";

const minuteMs = 60_000;
const dayMinutes = 1440;

/** So many timeslots of one length, one behind the other, all with the same other fields. */
export function planTimeslots(
  startMs: number,
  durationMs: number,
  count: number,
  fields: Readonly<Record<string, unknown>>,
): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: count }, (_, index) => ({
    ...fields,
    start_time: formatInstant(startMs + index * durationMs),
    end_time: formatInstant(startMs + (index + 1) * durationMs),
  }));
}

/**
 * The instant of a time of day such as `17:00` on a trade date, the first where clocks go back over it;
 * undefined where they skip it.
 */
export function toInstantOfDay(date: TradeDate, timeOfDay: string, zone: string): number | undefined {
  const [hours = 0, minutes = 0] = timeOfDay.split(":").map(Number);
  const asked = hours * 60 + minutes;
  const guessMs = toStartOfDay(date, zone) + asked * minuteMs;
  const off = asked - toMinuteOfDay(guessMs, zone);
  // The guess may lie beyond the end of a day that is an hour shorter: then it is an hour off, not 23.
  const instantMs = guessMs + (off > dayMinutes / 2 ? off - dayMinutes : off) * minuteMs;
  return toMinuteOfDay(instantMs, zone) === asked ? instantMs : undefined;
}

function toMinuteOfDay(instantMs: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    hour: "numeric",
    minute: "numeric",
  });
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instantMs)) part[type] = Number(value);
  return (part.hour ?? 0) * 60 + (part.minute ?? 0);
}
