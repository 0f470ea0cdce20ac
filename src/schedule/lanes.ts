import type { Logger } from "../log/index.ts";
import type { Job } from "./job.ts";

export type Lanes = {
  /** What becomes of it. Nothing is due once the lanes are closed. */
  readonly tick: (job: Job) => "started" | "waits" | "skipped" | "not due";
  /** From now on nothing is started. */
  readonly close: () => void;
};

/** One job of a lane at a time: one that finds it taken is skipped, or waits until it is free. */
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
  const tick: Lanes["tick"] = (job) => {
    if (isClosed || !job.isDue()) return "not due";
    const other = underWay.get(job.lane);
    if (other === undefined) {
      begin(job);
      return "started";
    }
    if (job.recall !== null && other.name !== job.name) {
      waiting.set(job.lane, job);
      logger.info({ job: job.name, under_way: other.name }, "waits for the run under way to end");
      return "waits";
    }
    logger.warn({ job: job.name, under_way: other.name }, "skipped: a run is still under way");
    return "skipped";
  };
  return {
    tick,
    close: () => {
      isClosed = true;
      waiting.clear();
    },
  };
}
