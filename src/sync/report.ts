import type { Certificate, Trip } from "../guard/index.ts";
import type { ApiVersion } from "../meter/index.ts";
import type { PollAudit } from "./verdicts.ts";

export type RunStatus = "planned" | "running" | "published" | "held" | "superseded" | "discarded" | "failed";

/** What one run did, as printed, stored and carried by `sync.published`. snake_case: it is public JSON. */
export type RunReport = {
  readonly run_id: string;
  readonly mode: "sweep" | "poll";
  /** In windows of date added, as one unfiltered chain, or by modified time. */
  readonly reading: "windows" | "chain" | "poll";
  readonly status: RunStatus;
  readonly exit_code: number;
  readonly is_dry_run: boolean;
  readonly is_rehearsal: boolean;
  /** True for the publication that first filled the snapshot. */
  readonly is_baseline: boolean;
  readonly is_certified: boolean;
  /** True for a plan that was held back and that a person has released. */
  readonly is_released: boolean;
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
  readonly windows: {
    readonly total: number;
    readonly read: number;
    readonly resumed: number;
    /** Divided while they were read, because they proved too large. */
    readonly split: number;
    /** Read again from their first page, because a page token had expired. */
    readonly restarted: number;
  };
  readonly pages: number;
  readonly meters: {
    /** Distinct meters that Leap returned. */
    readonly returned: number;
    readonly created: number;
    /** Known before, with another document now. */
    readonly changed: number;
    readonly unchanged: number;
    /** Known and not returned; `absence` says what became of them. */
    readonly absent: number;
    /** Answers without an id. */
    readonly rejected: number;
    /** Enrollment or period dates could not be read; the last known state stays. */
    readonly unreadable: number;
    /** Returned more than once. */
    readonly repeated: number;
    /** Returned more than once, with different content. */
    readonly moved: number;
  };
  /** What became of the known meters that were not returned. */
  readonly absence: {
    /** They were looked up by id, as after a certified sweep. */
    readonly looked_up: boolean;
    /** Found by id: they had moved under our feet. */
    readonly found: number;
    /** Not found: told as `meter.missing`. */
    readonly missing: number;
    /** Not found for long enough: their assignments end. */
    readonly ended: number;
    /** Nothing was concluded about these yet. */
    readonly waiting: number;
    /** Their assignments had ended before. */
    readonly gone: number;
  };
  /** Events by type, in the order of their names; `sync.*` left out. */
  readonly changes: Readonly<Record<string, number>>;
  /** First and last trade date looked at, per region. */
  readonly horizons: Readonly<Record<string, { readonly first: string; readonly last: string }>>;
  /** What the sweep can show for itself; null for a poll. */
  readonly certificate: Certificate | null;
  /** Meters that a search by date added hides; null where no unfiltered chain was read. */
  readonly hidden: number | null;
  /** What this sweep found out about the polls before it; null where there were none. */
  readonly poll_audit: PollAudit | null;
  /** Oddities in Leap's answers by kind; counted, never fatal. */
  readonly drift: Readonly<Record<string, number>>;
  readonly traffic: {
    readonly requests: number;
    readonly retries: number;
    /** Answers of 429. */
    readonly throttled: number;
    readonly bytes: number;
    readonly concurrency_lowest: number;
  };
  /** Where the next poll begins. */
  readonly cursor: string | null;
};
