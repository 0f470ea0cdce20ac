/**
 * What is old enough to go, and going, a bounded part of it a run.
 *
 * Takes: how long things stay, the instant, a database. Gives: what was removed.
 * Never: removes what is undelivered, unacknowledged, set aside or held.
 */
export {};
