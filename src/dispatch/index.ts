/**
 * A dispatch, what was published → where they differ; the snapshot → a drill.
 *
 * Takes: dispatches as Leap sent them, the snapshot as it was known when they were sent. Gives: verdicts, a
 * score over time, events of drift; the test notification that drills an EMS with its real groups.
 * Never: talks to Leap; triggers a test that moves real assets; takes a test for a dispatch.
 */
export { type Checked, type CheckOptions, type CheckReport, checkDispatches } from "./check-dispatches.ts";
export type { CheckRow } from "./check-row.ts";
export { compareEcho, type Echo } from "./compare-echo.ts";
export type { SentBasis } from "./decide-sent.ts";
export { isTrouble, type Verdict } from "./decide-verdict.ts";
export { planTimeslots, toInstantOfDay } from "./drill-time.ts";
export { type DrillBody, type DrillGroup, planDrill } from "./plan-drill.ts";
export { recheckUnsettled } from "./recheck.ts";
