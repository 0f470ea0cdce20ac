/**
 * The noun: one meter, in our own words, whichever version of the API told us of it.
 *
 * Takes: nothing. Gives: the shape of a meter, and the fingerprint of what Leap sent.
 * Never: knows a wire format, a table, a clock.
 */
export { toCanonicalJson, toFingerprint } from "./fingerprint.ts";
export { toMembersSha256 } from "./members-digest.ts";
export type {
  ApiVersion,
  DeliveryPeriod,
  JsonObject,
  JsonValue,
  Meter,
  Participation,
  ParticipationEntry,
  Preference,
  ProgramStatus,
  RequiredAction,
} from "./meter.ts";
