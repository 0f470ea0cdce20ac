/**
 * The environment and the optional file beneath it, made into one frozen configuration.
 *
 * Takes: the environment's variables, a way to read a file, the folder relative paths start from.
 * Gives: the configuration, or every problem at once.
 * Never: reads `process.env` itself; gives a secret a default; puts a secret into a message (I9).
 */
export type {
  Config,
  Credentials,
  HeartbeatConfig,
  HoldConfig,
  KeepConfig,
  Share,
  SinkConfig,
  VolueConfig,
  WebhookConfig,
} from "./config.ts";
export { type ParsedConfig, parseConfig } from "./parse-config.ts";
export { toWrittenFiles } from "./paths.ts";
export { type Variable, type VariableName, variables } from "./variables.ts";
