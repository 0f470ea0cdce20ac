/** Something to start again and again. */
export type Job = {
  readonly name: string;
  /** Five fields, or six with seconds in front. */
  readonly cron: string;
  /** The IANA zone it is read in. */
  readonly timezone: string;
  /** Of the jobs of one lane, one runs at a time. */
  readonly lane: string;
  /** Whether a tick that finds another job of its lane under way waits for its end; else it is skipped. */
  readonly isMadeUpFor: boolean;
  /** What the program is started with. */
  readonly arguments: readonly string[];
  /** Asked at each tick: whether there is anything to do at all. */
  readonly isDue: () => boolean;
};
