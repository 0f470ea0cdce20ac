/**
 * Counts → a certificate; counts → publish or hold; a mark and a file → the database itself, or a copy.
 *
 * Takes: what a sweep saw, what is published, what the plan takes away, what was told. Gives: verdicts with
 * their reasons and numbers.
 * Never: does anything but compute.
 */

export type { BreakerRules, Loser, Share, Trip } from "./breaker.ts";
export {
  type Certificate,
  type CertificateCount,
  type GroupEvidence,
  planCertificate,
  type SweepEvidence,
} from "./certificate.ts";
export {
  decideStream,
  parseToldMark,
  type StreamVerdict,
  type ToldMark,
  toMarkText,
} from "./decide-stream.ts";
export { type AbsenceCounts, type Origin, weighAbsence } from "./weigh-absence.ts";
export { type EmptiedGroup, type LossCounts, weighLosses } from "./weigh-losses.ts";
export { isStrangePoll, type PollFacts, toPollObstacle } from "./weigh-polls.ts";
