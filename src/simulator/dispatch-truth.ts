/** One timeslot of a dispatch as it was sent at one instant. An update of it is a truth of its own. */
export type DispatchTruth = {
  readonly level: "group" | "meter";
  /** `market_group_event_id` or `meter_event_id`; all versions of a timeslot have the same. */
  readonly eventId: string;
  /** The market group or the meter. */
  readonly targetId: string;
  /**
   * Who is dispatched: of a group its members on the first of `tradeDates` as Leap knew them at `sentAtMs`.
   * Sorted, in lower case.
   */
  readonly meterIds: readonly string[];
  /** What the dispatched meters were called at `sentAtMs`, as far as they were: distinct, sorted. */
  readonly partnerReferences: readonly string[];
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
  readonly sentAtMs: number;
  /** The local days (`YYYY-MM-DD`) it touches: one, or two where it runs over a midnight. */
  readonly tradeDates: readonly string[];
  readonly zone: string;
  /** When the event is cancelled; never before its last version was sent. `null`: never. */
  readonly cancelledAtMs: number | null;
  readonly isVoluntary: boolean;
  readonly test: null | "communication";
  /** A five-minute event of CAISO's real-time market: searches leave it out unless asked. */
  readonly isRealTime: boolean;
  readonly programs: readonly string[];
  readonly eventTypes: readonly string[];
  /** `null` for as much as possible. */
  readonly energyKw: number | null;
  readonly nominationKw: number | null;
  readonly priority: number;
  readonly compensationCap: string;
  /** When the version before this one was sent; `null` for the first. */
  readonly replacesSentAtMs: number | null;
  /** When the next version is sent; `null` for the last. */
  readonly replacedAtMs: number | null;
  /** The late change of a group that it was sent minutes after, where it was. */
  readonly lateRevision: { readonly meterId: string; readonly revisedAtMs: number } | null;
};

/** The dispatches of the simulated market, for tests to judge by. Every one follows from the seed. */
export type DispatchBook = {
  /**
   * What is sent from an instant (inclusive) to another (exclusive), in the order of sending, whatever the
   * simulated clock says.
   */
  readonly truthsBetween: (fromMs: number, toMs: number) => readonly DispatchTruth[];
  /** The body that Leap would deliver to a webhook for it; or for its cancellation. */
  readonly notificationOf: (truth: DispatchTruth, isCancelled?: boolean) => object;
  /** How often a communication test was asked for, which would move real assets. */
  readonly communicationTestsAsked: () => number;
};
