/**
 * The snapshot, its history, and what a run stages on the way to the next one.
 *
 * Takes: a transaction, what the plan decided. Gives: what is published; the one publication.
 * Never: decides whether something changed; shows a reader anything staged (I1).
 */
export {
  type GroupSpanRow,
  loadPlannedStays,
  loadStagedGroups,
  loadStays,
  type StagedGroup,
  type Stay,
  saveStagedGroupSpans,
} from "./group-store.ts";
export { loadFieldKeys, loadPublishedHorizons, loadPublishedThrough, loadRegions } from "./horizon-store.ts";
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
export { type Publication, savePublication } from "./publish-store.ts";
export {
  isUnderWay,
  loadResumableRun,
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
  type NewRevision,
  type RevisionFace,
  releaseStaged,
  rereadWindow,
  saveNewMeter,
  saveRevision,
  saveStagedRevision,
} from "./stage-store.ts";
export {
  loadOrSaveStream,
  loadStream,
  type Stream,
  saveLastSequence,
} from "./stream-store.ts";
export {
  hasAddedDates,
  loadAddedCuts,
  loadWindowEnds,
  loadWindows,
  type StoredWindow,
  saveWindowEnd,
  saveWindows,
  saveWindowsReopened,
  saveWindowsResumed,
  type WindowEnd,
} from "./window-store.ts";
