/*
 * The rows that other programs get. They have the columns of the public views, by the views' names; what a
 * view holds as JSON is parsed, what it holds as 0 or 1 is a boolean. Written here once more, so that the
 * types of the package stand by themselves: that they are the reader's, no more and no less, the compiler
 * sees in test/integration/library-rows.test.ts.
 */

/** The row of `snapshot_info`. */
export type SnapshotInfo = {
  readonly api_version: string | null;
  readonly account: string | null;
  /** Another stream counts its sequences anew. */
  readonly stream_id: string;
  readonly last_sequence: number;
  /** From which on every change event is there: earlier ones may have been removed as old. */
  readonly first_sequence: number;
  /** Who was in which group is answered as known from this instant on; null: always. */
  readonly history_known_from: string | null;
  /** And for trade dates after this one; null: for all. */
  readonly history_gone_through: string | null;
  /** Null before the first publication. */
  readonly published_at: string | null;
  /** First and last trade date per region. */
  readonly horizons: Readonly<Record<string, { readonly first: string; readonly last: string }>>;
};

/** A row of `snapshot_meters`, without the document. */
export type Meter = {
  readonly meter_id: string;
  readonly partner_reference: string | null;
  readonly transmission_region: string;
  readonly meter_type: string | null;
  readonly tags: readonly string[];
  readonly enrollment_status: string | null;
  readonly dispatchable: boolean;
  readonly participation_preference: string | null;
  readonly action_required: boolean;
  readonly required_actions: readonly Readonly<Record<string, unknown>>[];
  readonly is_archived: boolean;
  readonly is_missing: boolean;
  readonly added_at: string | null;
  readonly last_changed_at: string | null;
};

/** With the document as Leap sent it; `{}` in an export that leaves documents out, as they do unless told. */
export type MeterWithDocument = Meter & { readonly document: unknown };

/** A row of `snapshot_groups`: one group on one trade date. */
export type Group = {
  readonly trade_date: string;
  readonly market_group_id: string;
  readonly market_group_name: string | null;
  readonly programs: readonly string[];
  /** Distinct meters. */
  readonly member_count: number;
  readonly members_sha256: string;
  /** Counts what was told; null as known at an instant. */
  readonly version: number | null;
};

/** A row of `snapshot_group_members`: one assignment on one trade date of the horizon. */
export type TradeDateAssignment = {
  readonly trade_date: string;
  readonly market_group_id: string;
  readonly market_group_name: string | null;
  /** Null for what was read through v1. */
  readonly program: string | null;
  readonly meter_id: string;
  readonly partner_reference: string | null;
  readonly transmission_region: string;
};

/** A row of `snapshot_assignment_history`. */
export type Assignment = {
  readonly program: string | null;
  readonly market_group_id: string;
  readonly effective_from: string;
  /** Inclusive; null when open. */
  readonly effective_to: string | null;
  readonly known_from: string;
  /** Exclusive; null when current. */
  readonly known_to: string | null;
};

/** A row of `snapshot_events`. */
export type Change = {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly partitionkey: string;
  readonly time: string;
  readonly run_id: string;
  readonly event: ChangeEvent;
};

/** The whole CloudEvent, as every sink gets it. What `data` holds follows from `type`. */
export type ChangeEvent = {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: string;
  readonly dataschema: string;
  /** 19 digits. */
  readonly sequence: string;
  readonly partitionkey: string;
  readonly correlationid: string;
  /** The `stream_id` of then: where it is another, sequences are told again. Old events are without it. */
  readonly streamid?: string;
  readonly data: Readonly<Record<string, unknown>>;
};
