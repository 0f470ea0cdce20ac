/**
 * Before, after, horizon → changes: of one meter, of one market group.
 *
 * Takes: meters, step functions, an instant. Gives: what changed, and the step functions to publish.
 * Never: does anything but compute.
 */
export type { EnrollmentStatus, MeterChange, ProgramStatusChange, Remap, RemapReason } from "./change.ts";
export {
  type AssignmentPlan,
  type AssignmentRange,
  type AssignmentSides,
  diffAssignments,
} from "./diff-assignments.ts";
export {
  diffGroup,
  type GroupChange,
  type Membership,
  type MembershipSpan,
  toMembershipSpans,
} from "./diff-group.ts";
export { diffMeter, type MeterSides } from "./diff-meter.ts";
export { type Field, parseFieldKey, toFieldKey, toFields } from "./discover-fields.ts";
export type { Loss } from "./losses.ts";
export {
  type MeterPlan,
  type MeterPlanInput,
  type Presence,
  planMeter,
  toPresenceChanges,
} from "./plan-meter.ts";
