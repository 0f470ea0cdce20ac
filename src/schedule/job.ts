/** Something to start again and again. */
export type Job = {
  readonly name: string;
  /** Five fields, or six with seconds in front. */
  readonly cron: string;
  /** The IANA zone it is read in. */
  readonly timezone: string;
  /** Of the jobs of one lane, one runs at a time. */
  readonly lane: string;
  /**
   * Of a job that is made up for: what is remembered of it beyond this process. Its missed slots cost one
   * run, and a slot that finds another job of its lane under way waits for its end. Null for a job that comes
   * again soon: a slot that is missed, or finds its lane taken, is passed over.
   */
  readonly recall: ((nowMs: number) => Recollection) | null;
  /** Of a job that is made up for: it ends with this code where somebody else kept it from running. */
  readonly keptOutExitCode?: number;
  /** What the program is started with. */
  readonly arguments: readonly string[];
  /** Asked at each slot: whether there is anything to do at all. */
  readonly isDue: () => boolean;
};

/** Up to which instant a job has run, whoever started it. */
export type Recollection =
  | { readonly kind: "through"; readonly atMs: number }
  /** It has never run. */
  | { readonly kind: "never" }
  /** Nobody can tell now; the reason in words. */
  | { readonly kind: "unknown"; readonly why: string };
