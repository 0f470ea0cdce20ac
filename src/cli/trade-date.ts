import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import { addDays, type TradeDate, toLocalDate, toZone, type ZoneRules } from "../market/index.ts";
import type { Reader, SnapshotInfo } from "../reader/index.ts";
import type { Invocation } from "./invocation.ts";

/** A day by its date, or by where it is in each region's own zone. */
export type AskedDate = "today" | "tomorrow" | TradeDate;

/**
 * Today, or tomorrow, by the clock and in the zones of these regions, however old the publication is. Throws
 * a `Failure` where it is not the same day in all of them. Of no region it is the day of the default zone.
 */
export function decideTradeDate(
  asked: "today" | "tomorrow",
  regions: readonly string[],
  nowMs: number,
  rules: ZoneRules,
): TradeDate {
  const toDate = (zone: string) => addDays(toLocalDate(nowMs, zone), asked === "today" ? 0 : 1);
  const byDate = Map.groupBy(regions, (region) => toDate(toZone(region, rules)));
  if (byDate.size <= 1) return [...byDate.keys()][0] ?? toDate(rules.defaultZone);
  const dates = [...byDate].sort(([a], [b]) => (a < b ? -1 : 1));
  const told = dates.map(([date, those]) => `${date} in ${those.join(", ")}`).join("; ");
  throw new Failure("usage", `${asked} is not the same day everywhere: ${told}. Give the date itself`);
}

/**
 * Regions among these that the publication shows nothing of on a date. Throws a `Failure` where that is all
 * of them, or any of a group's, which is shown where all have the day: an empty answer would read as if there
 * were no groups, or no members.
 */
export function toLacking(
  date: TradeDate,
  asked: string,
  regions: readonly string[],
  info: Pick<SnapshotInfo, "horizons" | "published_at">,
  isGroup = false,
): readonly string[] {
  const isShown = (region: string) => {
    const horizon = Object.hasOwn(info.horizons, region) ? info.horizons[region] : undefined;
    return horizon !== undefined && horizon.first <= date && date <= horizon.last;
  };
  const lacking = regions.filter((region) => !isShown(region));
  const isAll = lacking.length === regions.length;
  if (lacking.length === 0 || !(isAll || isGroup)) return lacking;
  const where = isAll ? "" : ` in ${lacking.join(", ")}`;
  const shown = regions.flatMap((region) => {
    const horizon = info.horizons[region];
    return horizon === undefined ? [] : [`${horizon.first} to ${horizon.last} in ${region}`];
  });
  throw new Failure(
    "environment",
    `${asked} is ${date}, which the last publication, at ${info.published_at}, does not show${where}: ` +
      `it has ${shown.join("; ")}. Run \`meter-sync sync\`, or give the date of a day it has`,
  );
}

/**
 * The date that `--trade-date` means to the groups, or to one of them. As known then, every date can be asked
 * about; now, only those of the horizon, and a warning names the regions that lack it.
 */
export async function loadTradeDate(
  invocation: Invocation,
  { reader, config }: { readonly reader: Reader; readonly config: Config },
  asked: AskedDate,
  { group, isAsOf }: { readonly group: string | null; readonly isAsOf: boolean },
): Promise<TradeDate> {
  if (asked !== "today" && asked !== "tomorrow") return asked;
  const { loadGroupRegions, loadInfo } = await import("../reader/index.ts");
  const info = loadInfo(reader);
  const horizons = info?.horizons ?? {};
  const regions = group === null ? Object.keys(horizons).sort() : loadGroupRegions(reader, group, isAsOf);
  const date = decideTradeDate(asked, regions, invocation.clock.now(), config);
  if (isAsOf || info === undefined) return date;
  const lacking = toLacking(date, asked, regions, info, group !== null);
  if (lacking.length > 0) {
    const message = `${asked} is ${date}, which the last publication does not show in ${lacking.join(", ")}`;
    (await invocation.openLogger()).warn({ trade_date: date }, message);
  }
  return date;
}
