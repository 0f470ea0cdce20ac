export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

export type ApiVersion = "v1" | "v2";

/**
 * One meter, normalised. Lists whose order means nothing are sorted, so that two answers that say the same
 * thing are the same value. Instants are epoch milliseconds; "forever" is `null`.
 */
export type Meter = {
  readonly apiVersion: ApiVersion;
  /** Leap's id, in lower case: the only key (domain: partner references are optional, shared and mutable). */
  readonly meterId: string;
  readonly partnerReference: string | null;
  /** As Leap spells it, or `unknown` where it is missing. */
  readonly transmissionRegion: string;
  readonly meterType: string | null;
  readonly tags: readonly string[];
  /** As Leap spells it. */
  readonly enrollmentStatus: string | null;
  /** v1 `Active`, v2 `ACTIVE`. */
  readonly dispatchable: boolean;
  readonly isArchived: boolean;
  /** The raw text of v2 `audit.created_at`; v1 answers carry none. */
  readonly addedAt: string | null;
  readonly preferences: readonly Preference[];
  readonly requiredActions: readonly RequiredAction[];
  /** On the partner's side; on v1 any reason, or the status `ActionRequired`. */
  readonly actionRequired: boolean;
  /** v2 only; empty for v1. */
  readonly programStatuses: readonly ProgramStatus[];
  /** v2 only; empty for v1. */
  readonly deliveryPeriods: readonly DeliveryPeriod[];
  /** v1 only; `null` for v2. */
  readonly participation: Participation | null;
};

/** What the partner wants: PARTICIPATE, IDLE, DISENROLL (v1: `Participate` …, without a window). */
export type Preference = {
  readonly preference: string;
  readonly startMs: number | null;
  readonly endMs: number | null;
};

export type RequiredAction = {
  /** Who must act; v1 does not say. */
  readonly party: "partner" | "leap" | null;
  readonly program: string | null;
  readonly deliveryPeriod: string | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly deadlineMs: number | null;
  readonly description: string | null;
};

/** The set of statuses of one program and delivery period. */
export type ProgramStatus = {
  readonly program: string;
  readonly deliveryPeriod: string | null;
  readonly statuses: readonly string[];
};

/** One `program_enrollment` row. Instants, not days: which local day they mean is for `market` to say. */
export type DeliveryPeriod = {
  /** `unknown` where the row names none. */
  readonly program: string;
  readonly startMs: number;
  /** `null` is forever. */
  readonly endMs: number | null;
  /** `null` is a period listed without a group. */
  readonly marketGroupId: string | null;
  readonly marketGroupName: string | null;
};

export type ParticipationEntry = { readonly tradeDateMs: number; readonly marketGroupId: string };

/**
 * v1's three days. `dated` is what Leap sends. `sliding` is the same value on three days in a row, told
 * relative to the sweep's own day, so that a portfolio in which nothing but the calendar moved writes
 * nothing.
 */
export type Participation =
  | { readonly kind: "dated"; readonly entries: readonly ParticipationEntry[] }
  | { readonly kind: "sliding"; readonly marketGroupIds: readonly string[]; readonly offsetDays: number };
