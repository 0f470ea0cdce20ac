import type { Logger } from "../log/index.ts";
import { type Calendar, openCalendar } from "./calendar.ts";
import { decideSlot, type SlotDecision, toBelieved } from "./decide-slot.ts";
import type { Job, Recollection } from "./job.ts";

/** A slot of a job that is to be started now. */
export type DueSlot = {
  readonly slotMs: number;
  /** Nobody was there when it came: this run makes up for it, and for those before it. */
  readonly isMadeUp: boolean;
};

export type Slots = {
  /** What is due, which is settled by having been told. */
  readonly look: (job: Job, nowMs: number) => DueSlot | null;
  readonly nextSlotMs: (job: Job, nowMs: number) => number | null;
  /** What was told last was kept from running: after a minute it is due again, if nobody else ran it. */
  readonly reopen: (job: Job, nowMs: number) => void;
};

/** A run in its way takes seconds or hours. */
const reopenAfterMs = 60_000;

type Memory = {
  readonly calendar: Calendar;
  settledThroughMs: number | null;
  /** What was settled before the last slot was told. */
  settledBeforeMs: number | null;
  /** Not looked at between these; a clock that is set back past the first of them ends that. */
  rest: { readonly fromMs: number; readonly untilMs: number } | null;
  /**
   * From here on slots are ours, whoever cannot tell of earlier ones; a clock that is set back takes it
   * along.
   */
  sinceMs: number;
  /** The reason told last why nobody can tell more; not told again and again. */
  toldUnknown: string | null;
};

/**
 * How far each job has come, in the memory of this process and beyond it. Slots before `openedAtMs` are
 * nobody's where a job is not made up for, or where nobody can tell what became of them.
 */
export function openSlots(jobs: readonly Job[], openedAtMs: number, logger: Logger): Slots {
  const memories = new Map(
    jobs.map((job): [Job, Memory] => [
      job,
      {
        calendar: openCalendar(job.cron, job.timezone),
        settledThroughMs: job.recall === null ? openedAtMs : null,
        settledBeforeMs: null,
        rest: null,
        sinceMs: openedAtMs,
        toldUnknown: null,
      },
    ]),
  );
  const memoryOf = (job: Job): Memory => {
    const memory = memories.get(job);
    if (memory === undefined) throw new Error(`unknown job ${job.name}`);
    return memory;
  };
  return {
    look: (job, nowMs) => lookAt(job, memoryOf(job), nowMs, logger),
    nextSlotMs: (job, nowMs) => memoryOf(job).calendar.nextSlotMs(nowMs),
    reopen: (job, nowMs) => {
      const memory = memoryOf(job);
      memory.settledThroughMs = memory.settledBeforeMs;
      memory.rest = { fromMs: nowMs, untilMs: nowMs + reopenAfterMs };
    },
  };
}

function lookAt(job: Job, memory: Memory, nowMs: number, logger: Logger): DueSlot | null {
  const { rest } = memory;
  if (rest !== null && nowMs >= rest.fromMs && nowMs < rest.untilMs) return null;
  memory.rest = null;
  const isMadeUpFor = job.recall !== null;
  const lastSlotMs = memory.calendar.lastSlotMs(nowMs);
  memory.settledThroughMs = toBelieved(memory.settledThroughMs, { nowMs, isMadeUpFor });
  memory.sinceMs = Math.min(memory.sinceMs, nowMs);
  const decide = (settledThroughMs: number | null): SlotDecision =>
    decideSlot({ lastSlotMs, settledThroughMs, nowMs, isMadeUpFor });
  let decision = decide(memory.settledThroughMs);
  if (decision.kind === "settled") return null;
  // Only where we know of no run do we ask who else may.
  const recalled = job.recall === null ? null : job.recall(nowMs);
  if (recalled !== null) decision = decide(toSettled(recalled, job, memory, logger));
  if (decision.kind === "settled") return null;
  const isFirst = recalled?.kind === "never" && memory.settledThroughMs === null;
  memory.settledBeforeMs = memory.settledThroughMs;
  memory.settledThroughMs = decision.slotMs;
  const fields = { job: job.name, slot: new Date(decision.slotMs).toISOString() };
  if (decision.kind === "passed") {
    logger.info(fields, "a time was missed; it is not made up for, the next one comes soon");
    return null;
  }
  const isMadeUp = decision.isLate && !isFirst;
  if (isFirst) logger.info({ job: job.name }, "no run of it has come to an end here: it is started at once");
  if (isMadeUp) logger.warn(fields, "a time was missed: it is made up for now, by one run");
  return { slotMs: decision.slotMs, isMadeUp };
}

/** Up to where a job is settled, by our own memory and by what is remembered beyond it. */
function toSettled(recalled: Recollection, job: Job, memory: Memory, logger: Logger): number | null {
  const { settledThroughMs, sinceMs } = memory;
  switch (recalled.kind) {
    case "through":
      memory.settledThroughMs = Math.max(settledThroughMs ?? recalled.atMs, recalled.atMs);
      return memory.settledThroughMs;
    case "never":
      return settledThroughMs;
    case "unknown":
      if (memory.toldUnknown !== recalled.why) {
        const fields = { job: job.name, reason: recalled.why };
        logger.warn(fields, "whether a time was missed cannot be told: only times from now on are kept");
      }
      memory.toldUnknown = recalled.why;
      return settledThroughMs ?? sinceMs;
  }
}
