/** What a run told, or would tell, in the numbers that matter to people. Bounded, however much changes. */
export type PlanFacts = {
  /** Change events; those about the run itself left out. */
  readonly events: number;
  readonly remaps: PlanRemaps;
  /** The group updates that move most meters, the largest first. */
  readonly groups: readonly PlanGroup[];
  /** What `groups` leaves out; a meter counts once an update that adds or removes it. */
  readonly groups_left_out: {
    readonly groups: number;
    readonly updates: number;
    readonly added: number;
    readonly removed: number;
  };
  readonly meters: PlanMeters;
  /** Null for any later run. */
  readonly baseline: BaselineFacts | null;
};

export type PlanRemaps = {
  /** Distinct meters with any remap. */
  readonly meters: number;
  readonly events: number;
  readonly moved: RemappedMeters;
  readonly assigned: RemappedMeters;
  readonly unassigned: RemappedMeters & {
    /** Each meter by the reason of its first loss. */
    readonly reasons: Readonly<Record<string, number>>;
  };
};

/** Remaps of one kind. */
export type RemappedMeters = {
  /** Distinct meters. */
  readonly meters: number;
  /** The earliest of their first effective dates, each meter with its first one. */
  readonly first_dates: readonly { readonly effective_from: string; readonly meters: number }[];
  /** Meters whose first date is none of those. */
  readonly later_meters: number;
};

/** One update of one group, whole: its parts together. */
export type PlanGroup = {
  readonly market_group_id: string;
  readonly market_group_name: string | null;
  readonly effective_from: string;
  /** Inclusive; null when it never ends. */
  readonly effective_to: string | null;
  readonly members_before: number;
  readonly members_after: number;
  readonly added: number;
  readonly removed: number;
  /** Where those added come from, and where those removed go to, on its first date; the most first. */
  readonly from: readonly PlanFlow[];
  readonly to: readonly PlanFlow[];
};

/** Meters between a group and another one; of several programs a meter may come from several. */
export type PlanFlow = {
  /** Null where they leave no group for it, or join none: they may be in another all along. */
  readonly market_group_id: string | null;
  readonly market_group_name: string | null;
  /** Seen for the first time by this run. */
  readonly is_new: boolean;
  readonly meters: number;
};

export type PlanMeters = {
  readonly created: number;
  /** Those that can be dispatched now and could not before; and the other way round. */
  readonly activated: number;
  readonly deactivated: number;
  /** Required actions, not meters. */
  readonly actions_added: number;
  readonly actions_changed: number;
  readonly actions_resolved: number;
  readonly missing: number;
  readonly reappeared: number;
  readonly archived: number;
  readonly restored: number;
};

/** The changes of one type, and the first few of them. */
export type PlanChanges = {
  readonly type: string;
  readonly events: number;
  readonly first: readonly unknown[];
};

/** What a first publication shows: of its meters and groups nothing need be told. */
export type BaselineFacts = {
  readonly meters: number;
  /** By region and status, the most first; as many as are shown. */
  readonly standings: readonly {
    readonly transmission_region: string;
    readonly enrollment_status: string | null;
    readonly meters: number;
  }[];
  /** Groups with members, and memberships, by trade date. */
  readonly dates: readonly {
    readonly trade_date: string;
    readonly groups: number;
    readonly members: number;
  }[];
};
