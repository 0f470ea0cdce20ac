/**
 * What people and cron type.
 *
 * Takes: arguments, environment, signals. Gives: results on stdout, logs and progress on stderr, an exit
 * code.
 * Never: holds a rule about meters; ends the process with output pending.
 */
export { runCli } from "./run-cli.ts";
