/** An id that looks like Leap's: lower case, and another for every place. */
export function madeUpId(first: string, place: number): string {
  const [hex, decimal] = [place.toString(16).padStart(4, "0"), String(place).padStart(12, "0")];
  return `${first.repeat(4)}${hex}-0000-4000-8000-${decimal}`;
}

/** So many days, UTC, up to the one of the instant. */
export function madeUpDays(lastMs: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, place) =>
    new Date(lastMs - (count - 1 - place) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** Of all regions, on the trade date of this place. */
export function madeUpTotal(day: number) {
  return { groups: day === 3 ? 13 : 14, meters: 8_610 + day * 37, regions: ["CAISO", "ERCOT", "NYISO"] };
}
