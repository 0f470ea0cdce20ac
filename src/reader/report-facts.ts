import type { AcknowledgementStatus } from "./acknowledgement-store.ts";
import type { RunRow } from "./run-store.ts";
import type { SnapshotStatus } from "./status-store.ts";

/** Everything the report shows, of one publication. Aggregated: its size does not grow with the portfolio. */
export type ReportFacts = {
  /** When it was asked; ISO 8601, UTC. */
  readonly generated_at: string;
  readonly status: SnapshotStatus;
  readonly acknowledgement: AcknowledgementStatus;
  /** The sinks whose reports count. None: what became of remaps is not asked, and no zero means anything. */
  readonly acknowledged_by: readonly string[];
  readonly enrollment: EnrollmentFacts;
  readonly actions: ActionFacts;
  readonly groups: GroupFacts;
  readonly remaps: RemapFacts;
  /** The last 30, the newest first. */
  readonly runs: readonly ReportRun[];
};

export type EnrollmentFacts = {
  /** Every meter counts once, archived and missing ones too; most meters first. */
  readonly standing: readonly {
    readonly transmission_region: string;
    readonly enrollment_status: string | null;
    readonly dispatchable: boolean;
    readonly meters: number;
  }[];
  /** The first instant the moves are of: 30 days back, or later where earlier events are no longer kept. */
  readonly moves_since: string;
  /**
   * Changes of status told since, by day (UTC) of their event, in that order. One that a meter makes twice on
   * a day counts twice.
   */
  readonly moves: readonly {
    readonly day: string;
    readonly from: string | null;
    readonly to: string | null;
    /** Whether they can be dispatched before and after. */
    readonly was_dispatchable: boolean;
    readonly is_dispatchable: boolean;
    readonly meters: number;
  }[];
  /** Other things told of meters since; a day on which nothing was told is left out. */
  readonly days: readonly {
    readonly day: string;
    readonly created: number;
    readonly archived: number;
    readonly restored: number;
    readonly missing: number;
    readonly reappeared: number;
  }[];
};

export type ActionFacts = {
  /** Meters with `action_required`. */
  readonly meters: number;
  /**
   * What these meters list, on any side, by code and day of the deadline (UTC); the earliest deadline first,
   * those without one last, at most 200. A meter counts once in each; one that needs action and lists nothing
   * counts where side, code and deadline are null. A day in the middle of which it is now may be there twice.
   */
  readonly counts: readonly {
    readonly party: string | null;
    readonly code: string | null;
    /** The day. */
    readonly deadline: string | null;
    readonly is_past: boolean;
    readonly meters: number;
  }[];
  /** The sum of what `counts` leaves out. */
  readonly others: number;
  /** The first 50 meters by deadline, each with what is to be done first that is not Leap's to do. */
  readonly first: readonly {
    readonly meter_id: string;
    readonly partner_reference: string | null;
    readonly party: string | null;
    readonly program: string | null;
    readonly code: string | null;
    /** The instant. */
    readonly deadline: string | null;
    readonly description: string | null;
  }[];
};

export type GroupFacts = {
  /** Those of any region's horizon, in their order. */
  readonly trade_dates: readonly string[];
  /**
   * Groups and assigned meters of each trade date, each meter once; in the order of `trade_dates`. They are
   * of the regions that have that date in their horizon: around midnight the first and the last date are of
   * some regions only.
   */
  readonly totals: readonly {
    readonly groups: number;
    readonly meters: number;
    readonly regions: readonly string[];
  }[];
  /**
   * The largest first, by the date on which it has most members; at most 100. `null` where nothing is known:
   * where a region of its members has not that date in its horizon. On v1 there are no programs.
   */
  readonly groups: readonly {
    readonly market_group_id: string;
    readonly market_group_name: string | null;
    readonly programs: readonly (string | null)[];
    readonly members: readonly (number | null)[];
  }[];
  /** Groups that are left out. */
  readonly others: number;
};

export type ReportGroup = { readonly market_group_id: string; readonly market_group_name: string | null };

export type RemapFacts = {
  /**
   * Remaps that take effect from this trade date on, superseded ones left out: the earliest "today" of the
   * horizons; without any, the day on which it was asked. Superseded are those that acknowledgement takes for
   * it, and among those that no acknowledging sink is to get, the ones of which later remaps of the meter
   * have told every date anew. What was told so long before that its event is not kept any more is not known.
   */
  readonly from_trade_date: string;
  readonly remaps: number;
  /** The earliest trade date first, then most meters; at most 200. */
  readonly flows: readonly {
    readonly effective_from: string;
    readonly program: string | null;
    /** None: assigned anew. */
    readonly from: readonly ReportGroup[];
    /** None: unassigned. */
    readonly to: readonly ReportGroup[];
    /** One for each remap: a meter that is told the same twice, and applied both, counts twice. */
    readonly meters: number;
    /** These three are 0 where no acknowledging sink is to get them; some of the rejected are overdue. */
    readonly applied: number;
    readonly rejected: number;
    readonly overdue: number;
  }[];
  /** Remaps of the flows that are left out. */
  readonly others: number;
  /** Those of them that take effect on the last date of the flows; what is left takes effect later. */
  readonly others_of_last_date: number;
};

export type ReportRun = RunRow & {
  /**
   * `null` where nobody knows how long it took itself: it is running, it was killed, or it was held back and
   * ended when a person released it.
   */
  readonly duration_ms: number | null;
  /** By type of event; none while it is running. */
  readonly changes: Readonly<Record<string, number>>;
};
