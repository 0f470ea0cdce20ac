/**
 * Cron expressions → this very program, started as a child process.
 *
 * Takes: jobs with their cron expressions, how to start the program, the clock. Gives: when each is due next,
 * and what became of it.
 * Never: knows what a job does; lets two jobs of one lane overlap; starts a slot twice.
 */
export type { JobFacts } from "./book.ts";
export { openCalendar } from "./calendar.ts";
export type { Job, Recollection } from "./job.ts";
export { openSchedule, type Schedule, type ScheduleOptions } from "./schedule.ts";
