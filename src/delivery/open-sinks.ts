import type { Writable } from "node:stream";
import type { SinkConfig } from "../config/index.ts";
import type { Sink } from "./delivery.ts";
import { openFileSink } from "./file-sink.ts";
import { openStdoutSink } from "./stdout-sink.ts";
import { openWebhookSink } from "./webhook-sink.ts";

/** What sinks need of the world around. `now` is the real clock. */
export type SinkSurroundings = { readonly stdout: Writable; readonly now: () => number };

/** One sink for each configured, in that order. Nothing is touched before the first event is due. */
export function openSinks(configs: readonly SinkConfig[], surroundings: SinkSurroundings): Sink[] {
  return configs.map((config) => openSink(config, surroundings));
}

function openSink(config: SinkConfig, { stdout, now }: SinkSurroundings): Sink {
  switch (config.kind) {
    case "stdout":
      return openStdoutSink(config.name, stdout);
    case "file":
      return openFileSink(config.name, config.path);
    case "webhook":
      return openWebhookSink(config, { now });
  }
}
