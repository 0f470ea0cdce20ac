import { Counter, Gauge, Registry } from "prom-client";
import type { MetricsFacts } from "./facts.ts";
import { type Family, toGauge, toGauges, toSeconds } from "./family.ts";
import { toProofFamilies } from "./proof-families.ts";
import { toRunFamilies } from "./run-families.ts";
import { toSinkFamilies } from "./sink-families.ts";
import { toSnapshotFamilies } from "./snapshot-families.ts";
import { toTaskFamilies } from "./task-families.ts";

/** Everything that is known, as text in the Prometheus exposition format. */
export async function renderMetrics(facts: MetricsFacts): Promise<string> {
  return renderFamilies(toFamilies(facts));
}

/** The metrics there are, with their samples; those without one are left out. */
export function toFamilies(facts: MetricsFacts): readonly Family[] {
  const { database, files } = facts;
  const all = [
    ...toOwnFamilies(facts),
    ...toTaskFamilies(facts.jobs, facts.ends),
    ...(database === null ? [] : toSnapshotFamilies(database, facts.limits)),
    ...(database === null ? [] : toRunFamilies(database, facts.changeTypes)),
    ...(database === null ? [] : toSinkFamilies(database, facts.limits)),
    ...(database === null ? [] : toProofFamilies(database)),
    toGauge("database_size_bytes", "Size of the database file.", files.databaseBytes),
    toGauge("wal_size_bytes", "Size of the write-ahead log beside it.", files.walBytes),
    toGauge("disk_size_bytes", "Size of the file system that the database lies on.", files.diskBytes),
    toGauge("disk_free_bytes", "Bytes free to this program on that file system.", files.diskFreeBytes),
  ];
  return all.filter(({ samples }) => samples.length > 0);
}

function toOwnFamilies({ nowMs, version, apiVersion, database }: MetricsFacts): readonly Family[] {
  return [
    toGauges("build_info", "Always 1; the labels say which version this is, and which API it reads.", [
      { labels: { version, api_version: apiVersion }, value: 1 },
    ]),
    toGauge("metrics_timestamp_seconds", "When this text was made.", toSeconds(nowMs)),
    toGauge("database_readable", "1 where the database is there and can be read.", database === null ? 0 : 1),
  ];
}

/** A registry of its own each time: nothing stays from one text to the next. */
function renderFamilies(families: readonly Family[]): Promise<string> {
  const registry = new Registry();
  for (const { name, help, type, samples } of families) {
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))];
    const settings = { name, help, labelNames, registers: [registry] };
    if (type === "counter") {
      const counter = new Counter(settings);
      for (const { labels, value } of samples) counter.inc(labels, value);
      continue;
    }
    const gauge = new Gauge(settings);
    for (const { labels, value } of samples) gauge.set(labels, value);
  }
  return registry.metrics();
}
