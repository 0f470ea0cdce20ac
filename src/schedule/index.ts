/**
 * Cron expressions → this very program, started as a child process.
 *
 * Takes: jobs with their cron expressions, how to start the program. Gives: when each is due next.
 * Never: knows what a job does; lets two jobs of one lane overlap.
 */
export type { Job } from "./job.ts";
export { openSchedule, type Schedule, type ScheduleOptions } from "./schedule.ts";
