/**
 * Counts → a certificate; counts → publish or hold.
 *
 * Takes: what a sweep saw, what is published. Gives: verdicts with their reasons and numbers.
 * Never: does anything but compute.
 */

export { type Trip, type Verdict, weighPlan } from "./breaker.ts";
export { type Certificate, planCertificate, type SweepEvidence } from "./certificate.ts";
