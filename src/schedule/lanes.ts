import type { Logger } from "../log/index.ts";
import type { Job } from "./job.ts";

export type Lanes = {
  readonly tick: (job: Job) => void;
  /** From now on nothing is started. */
  readonly close: () => void;
};

/** One job of a lane at a time: a tick that finds it taken is skipped, or made up for once it is free. */
export function openLanes({
  start,
  logger,
}: {
  /** Resolves once the job has ended; never rejects. */
  readonly start: (job: Job) => Promise<void>;
  readonly logger: Logger;
}): Lanes {
  const underWay = new Map<string, Job>();
  const waiting = new Map<string, Job>();
  let isClosed = false;
  const begin = (job: Job): void => {
    underWay.set(job.lane, job);
    void start(job).then(() => {
      underWay.delete(job.lane);
      const next = waiting.get(job.lane);
      waiting.delete(job.lane);
      if (next !== undefined && !isClosed) begin(next);
    });
  };
  const tick = (job: Job): void => {
    if (isClosed || !job.isDue()) return;
    const other = underWay.get(job.lane);
    if (other === undefined) begin(job);
    else if (job.isMadeUpFor && other.name !== job.name) {
      waiting.set(job.lane, job);
      logger.info({ job: job.name, under_way: other.name }, "waits for the run under way to end");
    } else {
      logger.warn({ job: job.name, under_way: other.name }, "skipped: a run is still under way");
    }
  };
  return {
    tick,
    close: () => {
      isClosed = true;
      waiting.clear();
    },
  };
}
