/**
 * The snapshot, its history, and what a run stages on the way to the next one.
 *
 * Takes: a transaction, what the plan decided. Gives: what is published; the one publication.
 * Never: decides whether something changed; shows a reader anything staged (I1).
 */
export {
  type AbsenceCount,
  type AbsenceOutcome,
  type AbsentMeter,
  loadAbsenceCount,
  loadAbsentBefore,
  loadAbsentMeters,
  loadHiddenAbsent,
  loadRegionCounts,
  loadReturnedMeterId,
  openAbsences,
  type RegionCount,
  saveAbsenceOutcome,
  saveAbsencesReleased,
  saveAbsent,
  saveStagedAbsences,
} from "./absence-store.ts";
export {
  type GroupShifts,
  loadContentSha256,
  loadGroupShifts,
  loadLastCertificate,
  loadReturnedCounts,
} from "./evidence-store.ts";
export {
  type Export,
  type ExportFace,
  type ExportOptions,
  loadExportFace,
  saveExport,
} from "./export-store.ts";
export { toTableCopies } from "./export-tables.ts";
export {
  type GroupSpanRow,
  loadPlannedStays,
  loadStagedGroups,
  loadStays,
  type StagedGroup,
  type Stay,
  saveStagedGroupSpans,
} from "./group-store.ts";
export {
  type DecidedRun,
  type HeldPlan,
  hasHeldSincePublication,
  loadDecidedRun,
  loadHeldPlan,
  loadHeldRunId,
  loadPlanSha256,
  saveHeldPlan,
  saveRunDiscarded,
} from "./held-store.ts";
export {
  loadLastFullChainAt,
  loadLastWindowedStart,
  loadNewMeters,
  loadSuspects,
  saveFullChain,
  saveHidden,
  saveSuspects,
} from "./hidden-store.ts";
export { loadFieldKeys, loadPublishedHorizons, loadPublishedThrough, loadRegions } from "./horizon-store.ts";
export { loadAssignedCounts, loadLosingCount, openLosses, saveLosses } from "./loss-store.ts";
export {
  type AssignmentMove,
  type Candidate,
  type DueMeters,
  loadAssignments,
  loadCandidates,
  releasePlan,
  type StagedHead,
  type StoredAssignment,
  type StoredRevision,
  saveCandidates,
  saveStagedAssignments,
  saveStagedGroup,
  saveStagedGroupName,
  saveStagedHead,
} from "./plan-store.ts";
export {
  loadPollCatch,
  loadPollState,
  openPollAnswers,
  type PollState,
  savePollAnswers,
} from "./poll-store.ts";
export { type Publication, savePublication } from "./publish-store.ts";
export {
  isUnderWay,
  loadResumableRun,
  loadRunReading,
  loadSweepStart,
  type NewRun,
  type RunEnd,
  saveCursor,
  saveKilledRuns,
  saveNewRun,
  saveRunEnd,
} from "./run-store.ts";
export {
  isFaceStored,
  type KnownMeter,
  loadKnownMeter,
  loadNextStagedOrder,
  loadPublishedCount,
  loadPublishedKeys,
  loadStagedFingerprint,
  type NewRevision,
  type RevisionFace,
  releaseStaged,
  saveNewMeter,
  saveRevision,
  saveStagedRevision,
} from "./stage-store.ts";
export { pointReadWindow, rereadWindow } from "./staging.ts";
export {
  loadEventId,
  loadMarkedStream,
  loadOrSaveStream,
  loadStream,
  type MarkedStream,
  type Stream,
  saveLastSequence,
  saveStreamMark,
  saveStreamRenewed,
} from "./stream-store.ts";
export {
  hasAddedDates,
  loadAddedCuts,
  loadWindowCounts,
  loadWindowEnds,
  loadWindows,
  type NewWindow,
  releaseReading,
  releaseWindowStaged,
  type StoredWindow,
  saveWindowEnd,
  saveWindowSplit,
  saveWindows,
  saveWindowsReopened,
  saveWindowsResumed,
  type WindowEnd,
} from "./window-store.ts";
