/** What is dispatched: a market group with the meters it names, or one meter. */
export type DispatchLevel = "group" | "meter";

/** One timeslot of a dispatch, in our words, wherever it was read: a search, a notification, a file. */
export type Dispatch = {
  readonly level: DispatchLevel;
  /** `market_group_event_id` or `meter_event_id`, in lower case. A later one of the same id replaces it. */
  readonly eventId: string;
  /** The market group or the meter, in lower case. */
  readonly targetId: string;
  /** Who is dispatched: distinct, in lower case, sorted. Of a meter's dispatch that meter alone. */
  readonly meterIds: readonly string[];
  /** Start inclusive, end exclusive; epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly isCancelled: boolean;
  readonly isVoluntary: boolean;
  /** Whether it is no real dispatch, but a test that moves real assets, or one that only rings the bell. */
  readonly test: "communication" | "integration" | null;
  /** `null` for as much as possible. */
  readonly energyKw: number | null;
  readonly nominationKw: number | null;
  readonly priority: number | null;
  /** `performance_compensation_cap`, as Leap spells it. */
  readonly compensationCap: string | null;
  /** `dispatch_event_types`, as Leap spells them: `5m` is a real-time event. */
  readonly eventTypes: readonly string[];
  readonly programs: readonly string[];
  /** When whoever kept it received it, epoch milliseconds; `null` where that is not said. */
  readonly receivedAtMs: number | null;
};

/** What is read of one document, be it a page of a search, a notification or one dispatch. */
export type ParsedDispatches = {
  readonly dispatches: readonly Dispatch[];
  /** What could not be read, one line each: of a group or a slot; the others are given all the same. */
  readonly problems: readonly string[];
  /** Of a page of a search: `null` on the last one. */
  readonly nextPageToken: string | null;
};
