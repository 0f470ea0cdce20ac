import {
  addDays,
  type DateRange,
  type DocumentAssignments,
  type Program,
  type RegionHorizon,
  type StepFunction,
  type TradeDate,
  toDocumentGroups,
  toValueAt,
  wasGiven,
} from "../market/index.ts";

/** A date on which a meter is left without any group, though the published data gave it one. */
export type Loss = {
  readonly date: TradeDate;
  /** The programs whose groups it had on that date. */
  readonly programs: readonly Program[];
};

/**
 * The losses among the dates of today's horizon. What published data already said would end is none: a v2
 * document is evaluated on the date itself, and of v1 only dates that had been published count. But once runs
 * have been held back since, published v1 values hold on: no hold dissolves because its dates have passed.
 */
export function toLosses(
  sides: {
    readonly documentBefore: DocumentAssignments | null;
    readonly horizon: RegionHorizon;
    /** This release reads documents in another way than the last publication did. */
    readonly isReread: boolean;
    /** Runs have been held back since the last publication. */
    readonly isHeldBefore: boolean;
  },
  before: ReadonlyMap<Program, StepFunction>,
  after: ReadonlyMap<Program, StepFunction>,
  range: DateRange,
): Loss[] {
  const losses: Loss[] = [];
  for (let date = range.first; date <= range.last; date = addDays(date, 1)) {
    if ([...after.values()].some((fn) => toValueAt(fn, date).length > 0)) continue;
    const programs = toProgramsBefore(sides, before, date);
    if (programs.length > 0) losses.push({ date, programs });
  }
  return losses;
}

function toProgramsBefore(
  { documentBefore, horizon, isReread, isHeldBefore }: Parameters<typeof toLosses>[0],
  before: ReadonlyMap<Program, StepFunction>,
  date: TradeDate,
): Program[] {
  const said = [...(documentBefore?.functions.keys() ?? [])].filter(
    (program) => documentBefore !== null && toDocumentGroups(documentBefore, program, date).length > 0,
  );
  const holdsOn = documentBefore === null && isHeldBefore && date !== horizon.outermost;
  if (!holdsOn && !wasGiven(horizon.published, date)) return said;
  // What the published document says counts, and what was published where it is read in another way now.
  if (documentBefore !== null && !isReread) return said;
  const shown = [...before].flatMap(([program, fn]) => (toValueAt(fn, date).length > 0 ? [program] : []));
  return [...new Set([...said, ...shown])];
}
