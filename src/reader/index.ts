/**
 * The door for programs that only read, and for the commands that do.
 *
 * Takes: the path of a database, or one that is open. Gives: typed rows of the public views, iterated where
 * there may be many. Everything read through one reader belongs to one publication.
 * Never: writes, creates or migrates a file.
 */

export {
  type AcknowledgementStatus,
  type AcknowledgementView,
  acknowledgementGraceMs,
  loadAcknowledgementStart,
  loadAcknowledgementStatus,
  loadRemapStates,
  type RemapState,
} from "./acknowledgement-store.ts";
export { type ActionFilter, type ActionRow, loadActions } from "./action-store.ts";
export { loadBecameActive } from "./active-store.ts";
export {
  type AsOf,
  type GroupAsOf,
  loadFirstPublished,
  loadGroupAsOf,
  loadGroupMembersAsOf,
  loadGroupsAsOf,
  loadMeterGroupsAsOf,
} from "./as-of-store.ts";
export {
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetterRow,
  loadDeadLetter,
  loadDeadLetters,
} from "./dead-letter-store.ts";
export {
  findUnkept,
  type KnownGroup,
  type KnownMeter,
  type KnownStay,
  loadGroupStays,
  loadKeptFromMs,
  loadKnownGroup,
  loadKnownMeter,
  loadMeterRegion,
  loadMeterStays,
  toStaysOn,
} from "./dispatch-fact-store.ts";
export {
  loadDispatchScore,
  type ScorePeriod,
  type ScoreRow,
  scorePeriods,
} from "./dispatch-score-store.ts";
export {
  type EventFilter,
  type EventRow,
  type EventsKept,
  hasGapAfter,
  loadEvents,
  loadEventsKept,
  loadPlannedEvents,
  loadRunEvents,
} from "./event-store.ts";
export { loadSequenceSince } from "./event-time-store.ts";
export { type FollowObstacle, type FollowPlace, loadNewEvents, type NewEvents } from "./follow.ts";
export { loadGroupRegions } from "./group-region-store.ts";
export {
  type GroupDay,
  type GroupMember,
  type GroupRow,
  loadGroup,
  loadGroupMembers,
  loadGroupNames,
  loadGroups,
} from "./group-store.ts";
export {
  type AssignmentRow,
  loadMeter,
  loadMeterGroups,
  loadMeterHistory,
  loadMeters,
  loadMeterTimeLine,
  type MeterDocument,
  type MeterFilter,
  type MeterRow,
} from "./meter-store.ts";
export {
  type DatabaseLook,
  type EndedRunLook,
  loadDatabaseLook,
  loadPortfolioPart,
  loadRemapLook,
  loadSinkLooks,
  type SinkLook,
} from "./metrics-store.ts";
export type {
  BaselineFacts,
  PlanChanges,
  PlanFacts,
  PlanFlow,
  PlanGroup,
  PlanMeters,
  PlanRemaps,
  RemappedMeters,
} from "./plan-facts.ts";
export { loadPlanChanges, loadPlanFacts } from "./plan-store.ts";
export type { PollAuditRow, PollStatus } from "./poll-store.ts";
export { loadProofLook, type ProofLook } from "./proof-store.ts";
export { openReader, type Reader, toReader } from "./reader.ts";
export type {
  ActionFacts,
  EnrollmentFacts,
  GroupFacts,
  RemapFacts,
  ReportFacts,
  ReportGroup,
  ReportRun,
} from "./report-facts.ts";
export { loadReportFacts } from "./report-store.ts";
export {
  type HeldRun,
  loadHeldRun,
  loadRemapCounts,
  loadRun,
  loadRuns,
  type RemapCount,
  type RunDocument,
  type RunRow,
} from "./run-store.ts";
export { loadSinkNames, loadSinkStates, type SinkState } from "./sink-store.ts";
export { loadLastSweepStart } from "./slot-store.ts";
export {
  loadInfo,
  loadStatus,
  type SnapshotInfo,
  type SnapshotStatus,
} from "./status-store.ts";
export type { TimeLineKind, TimeLineRow } from "./time-line-row.ts";
export { loadTimeLine, type TimeLine } from "./time-line-store.ts";
