import pino from "pino";
import { toPlainLine } from "./plain-line.ts";
import { type LogFields, scrubText, toSafeFields } from "./safe-fields.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

type Write = (fields: LogFields, message: string) => void;

/** Facts first, then a sentence. Names of fields are snake_case; an error goes under `error`. */
export type Logger = {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
};

export type LoggerOptions = {
  readonly level: LogLevel;
  /** One readable line for a person at a terminal instead of JSON. */
  readonly pretty?: boolean;
};

/** A logger to stderr; stdout belongs to the program's output. */
export function openLogger(options: LoggerOptions): Logger {
  // Synchronous: what was logged before a kill has been written.
  const stderr = pino.destination({ dest: 2, sync: true });
  const plain = { write: (line: string) => stderr.write(toPlainLine(line)) };
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.pretty === true ? plain : stderr,
  );
  const toWrite = (level: "debug" | "info" | "warn" | "error"): Write => {
    return (fields, message) => {
      if (logger.isLevelEnabled(level)) logger[level](toSafeFields(fields), scrubText(message));
    };
  };
  return { debug: toWrite("debug"), info: toWrite("info"), warn: toWrite("warn"), error: toWrite("error") };
}
