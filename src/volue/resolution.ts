const dayMs = 86_400_000;

/** `01:00:00` in milliseconds, up to a day (`1.00:00:00`); undefined where the text is none. */
export function parseResolution(text: string): number | undefined {
  const match = /^(?:(\d)\.)?(\d{2}):(\d{2}):(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0));
  if ((hours ?? 0) > 24 || (minutes ?? 0) > 59 || (seconds ?? 0) > 59) return undefined;
  const ms = (days ?? 0) * dayMs + (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
  return ms > 0 && ms <= dayMs ? ms : undefined;
}
