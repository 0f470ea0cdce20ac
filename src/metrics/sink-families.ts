import type { DatabaseFacts, MetricsFacts, SinkFacts } from "./facts.ts";
import { type Family, toGauge, toGauges, toSeconds } from "./family.ts";

/** What each sink has still to get, and what became of the remaps. */
export function toSinkFamilies(
  { sinks, remaps }: DatabaseFacts,
  { backlogCountMax }: MetricsFacts["limits"],
): readonly Family[] {
  const ofEach = (toValue: (sink: SinkFacts) => number | null) =>
    sinks.map((sink) => ({ labels: { sink: sink.name }, value: toValue(sink) }));
  return [
    toGauges(
      "sink_configured",
      "1 for a sink that is configured, 0 for one that once was.",
      ofEach(({ isConfigured }) => Number(isConfigured)),
    ),
    toGauges(
      "sink_undelivered_events",
      "Events that a sink has still to get, without those set aside.",
      ofEach(({ undelivered }) => undelivered),
    ),
    toGauges(
      "sink_oldest_undelivered_timestamp_seconds",
      "When the oldest event was told that a sink has still to get.",
      ofEach(({ oldestUndeliveredAtMs }) => toSeconds(oldestUndeliveredAtMs)),
    ),
    toGauges(
      "sink_set_aside_events",
      "Dead letters: events that a sink refused, waiting for a person.",
      ofEach(({ setAside }) => setAside),
    ),
    toGauges(
      "sink_settled_sequence",
      "A sink's place: what is beyond has not come up for it yet.",
      ofEach(({ settledSequence }) => settledSequence),
    ),
    toGauges(
      "sink_last_settled_timestamp_seconds",
      "When a sink last took something.",
      ofEach(({ settledAtMs }) => toSeconds(settledAtMs)),
    ),
    toGauges(
      "sink_consecutive_failures",
      "Failures in a row; 0 once a sink has taken something again.",
      ofEach(({ failureCount }) => failureCount),
    ),
    toGauges(
      "sink_disabled",
      "1 where its receiver said that it is gone for good, and nothing is sent.",
      ofEach(({ isDisabled }) => Number(isDisabled)),
    ),
    toGauge(
      "sink_backlog_limit_events",
      "With more undelivered events than this a sink is told as full.",
      backlogCountMax,
    ),
    ...toRemapFamilies(remaps),
  ];
}

function toRemapFamilies(remaps: DatabaseFacts["remaps"]): readonly Family[] {
  if (remaps === null) return [];
  const { overdue, ...states } = remaps;
  return [
    toGauges(
      "remaps",
      "Remaps told to sinks that acknowledge, by what became of them, as long as they are kept.",
      Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
    ),
    toGauge("remaps_overdue", "Remaps that should be applied by now, and are not.", overdue),
  ];
}
