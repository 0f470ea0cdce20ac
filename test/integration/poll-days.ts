import type { MeterSketch } from "../support/documents.ts";
import { type PortfolioDays, type RunOptions, toEntryAt, type Version } from "./portfolio-days.ts";
import { hourMs, noon } from "./small-portfolio.ts";

/** So many hours after noon. */
export const at = (hours: number) => Math.round(noon + hours * hourMs);

/**
 * A poll with Leap's clock at the run's own. `modified` says at which hour which meter was modified, by its
 * number.
 */
export async function pollAt(
  world: PortfolioDays,
  version: Version,
  hours: number,
  meters: readonly MeterSketch[],
  modified: Readonly<Record<number, number>>,
  options: RunOptions = {},
) {
  world.leap.dateMs = at(hours);
  const entries = meters.map((sketch) => {
    const modifiedAt = modified[sketch.number];
    const entry = toEntryAt(version, sketch, at(hours));
    return modifiedAt === undefined ? entry : { ...entry, modifiedMs: at(modifiedAt) };
  });
  world.leap.forgetAsked();
  return world.run(hours, meters, { mode: "poll", ...options, entries });
}

export type PollQuestion = Parameters<typeof pollAt> extends [PortfolioDays, ...infer Asked] ? Asked : never;
