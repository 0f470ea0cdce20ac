import type { Writable } from "node:stream";
import type { SinkConfig } from "../config/index.ts";
import type { Sink } from "./delivery.ts";
import { openFileSink } from "./file-sink.ts";
import { openStdoutSink } from "./stdout-sink.ts";

/** One sink for each configured, in that order. Nothing is touched before the first event is due. */
export function openSinks(configs: readonly SinkConfig[], { stdout }: { readonly stdout: Writable }): Sink[] {
  return configs.map((config) =>
    config.kind === "stdout" ? openStdoutSink(config.name, stdout) : openFileSink(config.name, config.path),
  );
}
