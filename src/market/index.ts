/**
 * The pure heart: trade dates, zones, the horizon, assignments as step functions of the trade date.
 *
 * Takes: meters in our own words, an instant. Gives: which groups hold on which trade dates, and which are
 * looked at.
 * Never: knows a wire format, a table, a clock.
 */
export {
  type DocumentAssignments,
  isListedWithoutGroup,
  type Program,
  toDocumentGroups,
  toNextBoundary,
  toParticipationAssignments,
  toParticipationDays,
  toPeriodAssignments,
  toSlidParticipation,
} from "./assignments.ts";
export {
  type DateRange,
  isStray,
  type PublishedHorizon,
  planHorizon,
  type RegionHorizon,
  toAnsweredDays,
  toPublishedHorizon,
  wasGiven,
  wasPublished,
} from "./horizon.ts";
export { toNextPreferenceChange, toPreferenceInForce } from "./preference.ts";
export {
  compareText,
  type Difference,
  type GroupRange,
  isSameSet,
  isWithin,
  noGroups,
  type Span,
  type StepFunction,
  toBreakpoints,
  toDifferences,
  toGroupRanges,
  toPatched,
  toStepFunction,
  toUnion,
  toValueAt,
} from "./step-function.ts";
export { addDays, type TradeDate, toDayCount, toEarliest, toLatest } from "./trade-date.ts";
export { regionZones, toLocalDate, toStartOfDay, toTradeDate, toZone, type ZoneRules } from "./zone.ts";
