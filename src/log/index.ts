/**
 * Log lines to stderr.
 *
 * Takes: a level; then facts and a sentence.
 * Gives: JSON lines, or readable ones, written before the call returns.
 * Never: writes to stdout; lets a header, a token, a request or a document through (I9).
 */
export type { Logger, LoggerOptions, LogLevel } from "./logger.ts";
export { openLogger } from "./logger.ts";
