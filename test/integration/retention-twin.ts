import { createHash } from "node:crypto";
import type { Answer, Sink } from "../../src/delivery/index.ts";
import { type DayOptions, type Days, openDays } from "../support/run-days.ts";
import type { ScriptedLeap } from "../support/scripted-leap.ts";

/** One of two databases that live through the same; what its sinks were sent is written down. */
export type Twin = { readonly days: Days; readonly sent: string[]; readonly sinks: readonly Sink[] };

export function openTwin(leap: ScriptedLeap, standing: DayOptions, step: () => number): Twin {
  const sent: string[] = [];
  const webhook: Sink = {
    kind: "webhook",
    name: "webhook:ems",
    startAt: "now",
    batchEventCountMax: 5,
    batchBytesMax: 100_000,
    wants: ({ type }) => type !== "portfolio.field.discovered",
    send: async ({ webhookId, events }) => {
      const answer = toRandomAnswer(step(), webhookId);
      sent.push(`${webhookId} ${events.map(({ sequence }) => sequence).join()} ${answer.kind}`);
      return answer;
    },
    close: () => undefined,
  };
  const file: Sink = {
    kind: "append",
    name: "file:/made-up",
    deliver: async (events) => void sent.push(...events.map(({ event }) => event)),
    lastHeld: () => null,
    close: () => undefined,
  };
  return { days: openDays(leap, standing), sent, sinks: [webhook, file] };
}

/** The same for the same request and step; some days nothing is taken, and some events never are. */
function toRandomAnswer(step: number, webhookId: string): Answer {
  const luck = (text: string) => createHash("sha256").update(text).digest().readUInt16BE() / 65_536;
  const kind =
    luck(`weather ${step}`) < 0.25
      ? "unreachable"
      : luck(`poison ${webhookId}`) < 0.12
        ? "refused"
        : luck(`${step} ${webhookId}`) < 0.05
          ? "failed"
          : "taken";
  const isTaken = kind === "taken";
  return {
    kind,
    status: isTaken ? 204 : 500,
    answer: null,
    message: isTaken ? null : kind,
    retryAfterMs: null,
  };
}
