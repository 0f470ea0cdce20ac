import type { DatabaseFacts, MetricsFacts } from "./facts.ts";
import { type Family, toCounters, toGauge, toSeconds } from "./family.ts";

/** What is published, what waits for a person, and how far polls are to be trusted. */
export function toSnapshotFamilies(
  database: DatabaseFacts,
  { pollTrustPercent }: MetricsFacts["limits"],
): readonly Family[] {
  const { heldSinceMs, unusedBytes } = database;
  return [
    ...toPublicationFamilies(database),
    toGauge(
      "held_run",
      "1 where a run is held back for a person to decide on.",
      heldSinceMs === null ? 0 : 1,
    ),
    toGauge("held_run_timestamp_seconds", "Since when a run is held back.", toSeconds(heldSinceMs)),
    ...toPortfolioFamilies(database),
    ...toPollFamilies(database, pollTrustPercent),
    toGauge(
      "database_unused_bytes",
      "Bytes of the database file that are free to be used again.",
      unusedBytes,
    ),
  ];
}

function toPublicationFamilies(database: DatabaseFacts): readonly Family[] {
  const { publishedAtMs, sweptAtMs, polledAtMs, publicationCount, lastSequence } = database;
  return [
    toGauge(
      "last_publication_timestamp_seconds",
      "When a run, of whichever mode, was published last; none where there never was one.",
      toSeconds(publishedAtMs),
    ),
    toGauge("last_sweep_timestamp_seconds", "When a sweep was published last.", toSeconds(sweptAtMs)),
    toGauge("last_poll_timestamp_seconds", "When a poll was published last.", toSeconds(polledAtMs)),
    toCounters("publications", "Publications since the database was made.", [
      { labels: {}, value: publicationCount },
    ]),
    toGauge("last_sequence", "Sequence of the last change event told, counted from 1.", lastSequence),
  ];
}

function toPortfolioFamilies({ portfolio }: DatabaseFacts): readonly Family[] {
  return [
    toGauge("meters", "Meters in the snapshot.", portfolio.meters),
    toGauge("dispatchable_meters", "Meters that can be dispatched.", portfolio.dispatchable),
    toGauge(
      "action_required_meters",
      "Meters that someone has to do something about.",
      portfolio.actionRequired,
    ),
    toGauge("missing_meters", "Meters that Leap returns no more.", portfolio.missing),
    toGauge("archived_meters", "Meters that are archived.", portfolio.archived),
  ];
}

function toPollFamilies({ polls }: DatabaseFacts, trustPercentMin: number): readonly Family[] {
  const { cursorMs, auditedAtMs, trustPercent } = polls;
  return [
    toGauge(
      "poll_cursor_timestamp_seconds",
      "Where the next poll begins; none where it would be a sweep.",
      toSeconds(cursorMs),
    ),
    toGauge(
      "poll_trust_ratio",
      "Share of all changes that polls found, by the last sweep that looked.",
      trustPercent === null ? null : trustPercent / 100,
    ),
    toGauge(
      "poll_audit_timestamp_seconds",
      "When a sweep last looked what polls found.",
      toSeconds(auditedAtMs),
    ),
    toGauge(
      "poll_trust_threshold_ratio",
      "Below this share a poll is carried out as a sweep.",
      trustPercentMin / 100,
    ),
  ];
}
