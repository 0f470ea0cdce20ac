/// <reference lib="esnext.disposable" preserve="true" />
import type {
  Assignment,
  Change,
  Group,
  Meter,
  MeterWithDocument,
  SnapshotInfo,
  TradeDateAssignment,
} from "./rows.ts";

export type SnapshotOptions = {
  /** Reads a database in use on a network file system, where SQLite may see it damaged. Off unless given. */
  readonly allowsNetworkFileSystem?: boolean;
};

/** What is left out does not narrow; what is given narrows together. */
export type MeterFilter = {
  /** Can be dispatched. */
  readonly isActive?: boolean;
  readonly isActionRequired?: boolean;
  readonly isMissing?: boolean;
  readonly isArchived?: boolean;
  readonly partnerReference?: string;
  /** In this group on any trade date of the horizon. */
  readonly marketGroupId?: string;
  /** Can be dispatched, and was told to have become so at this instant or later, epoch milliseconds. */
  readonly activeSinceMs?: number;
  readonly limit?: number;
};

export type TradeDateOptions = {
  /** `YYYY-MM-DD`; every trade date of the horizon unless given. */
  readonly tradeDate?: string;
  /** As known at this instant, epoch milliseconds, on a trade date of any time; as known now unless given. */
  readonly knownAtMs?: number;
};

export type FollowOptions = {
  /** Ends the iteration, quietly. */
  readonly signal?: AbortSignal;
  /** How often to look for a new publication: 1000 unless given, 100 at least. */
  readonly everyMs?: number;
};

export type ChangesOptions = {
  /** Any of these types; all unless given. One may end in `*`. */
  readonly types?: readonly string[];
  /** The `stream_id` that the sequence was counted in: another one is an error of reason `replaced`. */
  readonly streamId?: string;
  /** Goes on with what is published later. */
  readonly follow?: FollowOptions;
};

export type Freshness = {
  readonly published_at: string;
  /** Negative where the clock handed in is behind. */
  readonly age_ms: number;
};

/**
 * One publication. Whatever is published meanwhile does not show before `refresh()`. Every method throws a
 * `SnapshotError` where it cannot answer.
 */
export type Snapshot = {
  readonly path: string;
  /** Account, stream, when it was published, its sequences, the horizons. */
  readonly info: () => SnapshotInfo;
  /** How old the publication is at `nowMs`, epoch milliseconds; null where nothing was published yet. */
  readonly freshness: (nowMs: number) => Freshness | null;
  /** By its id, in any case; undefined where the snapshot has none. */
  readonly meter: (meterId: string) => MeterWithDocument | undefined;
  /** A reference may be that of several meters. */
  readonly metersByPartnerReference: (partnerReference: string) => readonly Meter[];
  /** One at a time, in the order of ids, however many there are. */
  readonly meters: (filter?: MeterFilter) => Generator<Meter, void, undefined>;
  readonly groups: (options?: TradeDateOptions) => readonly Group[];
  /** A row a trade date, meter and program. */
  readonly members: (marketGroupId: string, options?: TradeDateOptions) => readonly TradeDateAssignment[];
  /** The groups a meter is in, by trade date. */
  readonly groupsOf: (meterId: string, options?: TradeDateOptions) => readonly TradeDateAssignment[];
  /** Every assignment ever published for a meter, in the order it became known. */
  readonly assignmentHistory: (meterId: string) => readonly Assignment[];
  /**
   * The change events after a sequence, in order; 0 is from the first that is kept. Ends with the
   * publication, unless it follows.
   */
  readonly changesAfter: (
    sequence: number,
    options?: ChangesOptions,
  ) => AsyncGenerator<Change, void, undefined>;
  /** Moves on to what is published now. Where that cannot be read, it throws and stays where it was. */
  readonly refresh: () => SnapshotInfo;
  /** Ends what is being followed. May be called twice. */
  readonly close: () => void;
  readonly [Symbol.dispose]: () => void;
};
