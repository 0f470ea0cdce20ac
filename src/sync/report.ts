import type { Trip } from "../guard/index.ts";
import type { ApiVersion } from "../meter/index.ts";

export type RunStatus = "planned" | "running" | "published" | "held" | "superseded" | "discarded" | "failed";

/** What one run did, as printed, stored and carried by `sync.published`. snake_case: it is public JSON. */
export type RunReport = {
  readonly run_id: string;
  readonly mode: "sweep";
  readonly status: RunStatus;
  readonly exit_code: number;
  readonly is_dry_run: boolean;
  readonly is_rehearsal: boolean;
  /** True for the publication that first filled the snapshot. */
  readonly is_baseline: boolean;
  readonly is_certified: boolean;
  readonly api_version: ApiVersion;
  readonly account: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly published_at: string | null;
  /** sha-256 over the plan: what would be told, without clock and lead times. `null` without a plan. */
  readonly checksum: string | null;
  readonly trips: readonly Trip[];
  /** One line for people where the run failed. */
  readonly error: string | null;
  readonly warnings: readonly string[];
  readonly windows: { readonly total: number; readonly read: number; readonly resumed: number };
  readonly pages: number;
  readonly meters: {
    /** Distinct meters that Leap returned. */
    readonly returned: number;
    readonly created: number;
    /** Known before, with another document now. */
    readonly changed: number;
    readonly unchanged: number;
    /** Known, not archived away, and not returned; they stay as they are. */
    readonly absent: number;
    /** Answers without an id. */
    readonly rejected: number;
    /** Enrollment or period dates could not be read; the last known state stays. */
    readonly unreadable: number;
    /** Returned more than once. */
    readonly repeated: number;
  };
  /** Events by type, in the order of their names; `sync.*` left out. */
  readonly changes: Readonly<Record<string, number>>;
  /** First and last trade date looked at, per region. */
  readonly horizons: Readonly<Record<string, { readonly first: string; readonly last: string }>>;
  /** Oddities in Leap's answers by kind; counted, never fatal. */
  readonly drift: Readonly<Record<string, number>>;
  readonly cursor: string | null;
};
